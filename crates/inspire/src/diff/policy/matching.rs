//! Which of the atoms that went is which of those that came: for the words only, not for what the change does.
//!
//! Two are taken for one that was changed where they alone share all but one thing: first the fields may differ, then
//! the audience, then the rows, at last rows and fields.

use std::collections::BTreeMap;

use super::atom::Atom;
use crate::report::policy::Who;

/// What became of an atom: its old and its new form.
type Match<'m, 's, 'a> = (Option<&'m Atom<'s, 'a>>, Option<&'m Atom<'s, 'a>>);

/// Matches atoms of one place.
pub(super) fn matched<'m, 's, 'a>(
    mut gone: Vec<&'m Atom<'s, 'a>>,
    mut come: Vec<&'m Atom<'s, 'a>>,
) -> Vec<Match<'m, 's, 'a>> {
    let mut found = Vec::new();
    round(&mut found, &mut gone, &mut come, |atom| Some((atom.who, &atom.rows)));
    round(&mut found, &mut gone, &mut come, |atom| is_people(atom.who).then_some((&atom.rows, &atom.fields)));
    round(&mut found, &mut gone, &mut come, |atom| Some((atom.who, &atom.fields)));
    round(&mut found, &mut gone, &mut come, |atom| Some(atom.who));
    found.extend(gone.into_iter().map(|atom| (Some(atom), None)));
    found.extend(come.into_iter().map(|atom| (None, Some(atom))));
    found
}

/// Moves the pairs that share a key with each other and with no third one.
fn round<'m, 's, 'a, K: Ord>(
    found: &mut Vec<Match<'m, 's, 'a>>,
    gone: &mut Vec<&'m Atom<'s, 'a>>,
    come: &mut Vec<&'m Atom<'s, 'a>>,
    key: impl Fn(&'m Atom<'s, 'a>) -> Option<K>,
) {
    let mut sharing: BTreeMap<Option<K>, (Vec<&'m Atom<'s, 'a>>, Vec<&'m Atom<'s, 'a>>)> = BTreeMap::new();
    for atom in gone.drain(..) {
        sharing.entry(key(atom)).or_default().0.push(atom);
    }
    for atom in come.drain(..) {
        sharing.entry(key(atom)).or_default().1.push(atom);
    }
    for (key, (old, new)) in sharing {
        match (key, old.as_slice(), new.as_slice()) {
            (Some(_), [old], [new]) => found.push((Some(old), Some(new))),
            _ => {
                gone.extend(old);
                come.extend(new);
            }
        }
    }
}

fn is_people(who: Who<'_>) -> bool {
    matches!(who, Who::Anyone | Who::SignedIn | Who::Role { .. })
}
