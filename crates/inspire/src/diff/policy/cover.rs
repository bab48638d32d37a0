//! Whether some atom contains another, without comparing each with each.
//!
//! An atom that contains another has the same or a broader audience, and each of its clauses holds wherever some clause
//! of the other does, so that the two share a part. Atoms are found by their audience and the parts of one clause, the
//! one whose parts are rarest.

use std::collections::{BTreeMap, BTreeSet};

use super::atom::{Atom, broader};
use super::rows::Clause;
use crate::report::policy::Who;

/// Atoms of one place.
pub(super) struct Cover<'c, 's, 'a> {
    by_part: BTreeMap<(Who<'a>, &'c str), Vec<&'c Atom<'s, 'a>>>,
}

/// Stands for atoms without clauses.
const NO_PART: &str = "";

impl<'c, 's, 'a> Cover<'c, 's, 'a> {
    pub(super) fn new(atoms: &[&'c Atom<'s, 'a>]) -> Self {
        let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
        for part in atoms.iter().flat_map(|atom| atom.rows.clauses.iter().flatten()) {
            *frequency.entry(part).or_default() += 1;
        }
        let weight = |clause: &Clause| -> usize {
            clause.iter().filter_map(|part| frequency.get(part.as_str())).sum()
        };
        let mut by_part: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for atom in atoms {
            let rarest = atom.rows.clauses.iter().min_by_key(|clause| weight(clause));
            let parts: Vec<&str> = match rarest {
                Some(clause) => clause.iter().map(String::as_str).collect(),
                None => vec![NO_PART],
            };
            for part in parts {
                by_part.entry((atom.who, part)).or_default().push(*atom);
            }
        }
        Self { by_part }
    }

    /// Whether one of the atoms contains `atom`.
    pub(super) fn contains(&self, atom: &Atom<'_, 'a>) -> bool {
        let parts: BTreeSet<&str> =
            atom.rows.clauses.iter().filter_map(|clause| clause.first()).map(String::as_str).collect();
        broader(atom.who).into_iter().any(|who| {
            parts.iter().copied().chain([NO_PART]).any(|part| {
                self.by_part.get(&(who, part)).is_some_and(|found| found.iter().any(|one| one.contains(atom)))
            })
        })
    }
}
