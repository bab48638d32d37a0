//! Applies the fixes that need no person to agree: sources and diagnostics in, new texts out.
//!
//! A fix is applied whole or not at all, over all the files it touches.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Diagnostic, Edit, FileId, Fix, SourceMap};

/// What became of the fixes.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The files that change, with their new text, in the order of the files.
    pub texts: Vec<(FileId, String)>,
    /// The diagnostics whose fix was applied, as indices into those given.
    pub applied: Vec<usize>,
    /// The diagnostics that have a fix which was left, and why.
    pub left: Vec<(usize, Left)>,
}

/// Why a fix was not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// A person has to agree to it.
    MaybeIncorrect,
    /// It touches text that another fix changes; another run may apply it.
    Overlapping,
    /// Its edits do not fit the text, or overlap each other.
    Misplaced,
}

impl Left {
    /// The reason in a few words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::MaybeIncorrect => "a person has to agree to it",
            Self::Overlapping => "it overlaps another fix",
            Self::Misplaced => "its edits do not fit the text",
        }
    }
}

/// Applies the first machine-applicable fix of each diagnostic, in their order, unless it overlaps one applied before.
#[must_use]
pub fn apply_fixes(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Fixed {
    let mut fixed = Fixed::default();
    let mut accepted = Accepted::default();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let Some(fix) = diagnostic.machine_fix() else {
            if !diagnostic.fixes.is_empty() {
                fixed.left.push((index, Left::MaybeIncorrect));
            }
            continue;
        };
        match accepted.add(sources, fix) {
            Ok(()) => fixed.applied.push(index),
            Err(left) => fixed.left.push((index, left)),
        }
    }
    fixed.texts = accepted.texts(sources);
    fixed
}

/// Edits that fit together, by where they start and end.
#[derive(Default)]
struct Accepted<'d> {
    edits: BTreeMap<Place, &'d str>,
    whole: BTreeSet<Vec<(Place, &'d str)>>,
}

type Place = (FileId, u32, u32);

impl<'d> Accepted<'d> {
    fn add(&mut self, sources: &SourceMap, fix: &'d Fix) -> Result<(), Left> {
        let mut edits: Vec<_> = fix.edits.iter().map(|edit| (place(edit), edit.text.as_str())).collect();
        edits.sort_unstable();
        let mut own = Self::default();
        for (place, text) in &edits {
            if !fits(sources, *place) || own.overlaps(*place) {
                return Err(Left::Misplaced);
            }
            own.edits.insert(*place, text);
        }
        // Two diagnostics may ask for the very same change, which then puts both right.
        if self.whole.contains(&edits) {
            return Ok(());
        }
        if edits.iter().any(|(place, _)| self.overlaps(*place)) {
            return Err(Left::Overlapping);
        }
        self.edits.append(&mut own.edits);
        self.whole.insert(edits);
        Ok(())
    }

    /// Whether an accepted edit shares text with `place`, or inserts at the same point.
    fn overlaps(&self, place @ (file, start, end): Place) -> bool {
        let before = self.edits.range(..=place).next_back();
        let after = self.edits.range(place..).next();
        let clashes = |other: &Place| {
            let (other_file, other_start, other_end) = *other;
            let both_insert = start == end && other_start == other_end && start == other_start;
            let share = start < other_end && other_start < end;
            let inserts_inside = (start == end && other_start < start && start < other_end)
                || (other_start == other_end && start < other_start && other_start < end);
            file == other_file && (both_insert || share || inserts_inside || place == *other)
        };
        before.is_some_and(|(other, _)| clashes(other)) || after.is_some_and(|(other, _)| clashes(other))
    }

    fn texts(&self, sources: &SourceMap) -> Vec<(FileId, String)> {
        let mut texts: Vec<(FileId, String)> = Vec::new();
        let mut copied = 0;
        for ((file, start, end), text) in &self.edits {
            let source = sources.get(*file).map_or("", crate::Source::text);
            if texts.last().is_none_or(|(last, _)| last != file) {
                finish(&mut texts, sources, copied);
                texts.push((*file, String::with_capacity(source.len() + 64)));
                copied = 0;
            }
            if let Some((_, new)) = texts.last_mut() {
                new.push_str(source.get(copied..*start as usize).unwrap_or_default());
                new.push_str(text);
                copied = *end as usize;
            }
        }
        finish(&mut texts, sources, copied);
        texts
    }
}

/// Appends what follows the last edit of the file in work.
fn finish(texts: &mut [(FileId, String)], sources: &SourceMap, copied: usize) {
    if let Some((file, new)) = texts.last_mut() {
        let source = sources.get(*file).map_or("", crate::Source::text);
        new.push_str(source.get(copied..).unwrap_or_default());
    }
}

fn place(edit: &Edit) -> Place {
    (edit.location.file, edit.location.span.start, edit.location.span.end)
}

fn fits(sources: &SourceMap, (file, start, end): Place) -> bool {
    sources.get(file).is_some_and(|source| source.text().get(start as usize..end as usize).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Left, apply_fixes};
    use crate::{Applicability, Code, Diagnostic, Edit, FileId, Fix, Location, SourceMap, Span};

    fn place(file: u32, start: u32, end: u32) -> Location {
        Location::new(FileId(file), Span::new(start, end))
    }

    fn edits(edits: &[(u32, u32, u32, &str)]) -> Diagnostic {
        let edits = edits
            .iter()
            .map(|(file, start, end, text)| Edit {
                location: place(*file, *start, *end),
                text: (*text).to_owned(),
            })
            .collect();
        let fix = Fix { title: "t".to_owned(), applicability: Applicability::MachineApplicable, edits };
        Diagnostic::new(Code::UnknownKey, place(0, 0, 1), "m").with_fix(fix)
    }

    fn two() -> SourceMap {
        SourceMap::new([("a", "one two three"), ("b", "four")]).unwrap()
    }

    #[test]
    fn fixes_that_do_not_touch_are_all_applied() {
        let fixed =
            apply_fixes(&two(), &[edits(&[(0, 4, 7, "2")]), edits(&[(0, 0, 3, "1"), (1, 4, 4, "!")])]);
        assert_eq!(fixed.texts, [(FileId(0), "1 2 three".to_owned()), (FileId(1), "four!".to_owned())]);
        assert_eq!((fixed.applied, fixed.left), (vec![0, 1], vec![]));
    }

    #[test]
    fn a_fix_that_overlaps_is_left_whole() {
        let fixed =
            apply_fixes(&two(), &[edits(&[(0, 4, 7, "2")]), edits(&[(1, 0, 4, "4"), (0, 5, 6, "x")])]);
        assert_eq!(fixed.texts, [(FileId(0), "one 2 three".to_owned())]);
        assert_eq!(fixed.left, [(1, Left::Overlapping)]);
    }

    #[test]
    fn two_insertions_at_one_point_do_not_fit_together() {
        let fixed = apply_fixes(&two(), &[edits(&[(0, 3, 3, "x")]), edits(&[(0, 3, 3, "y")])]);
        assert_eq!(fixed.left, [(1, Left::Overlapping)]);
        let same = apply_fixes(&two(), &[edits(&[(0, 3, 3, "x")]), edits(&[(0, 3, 3, "x")])]);
        assert_eq!((same.applied, same.texts), (vec![0, 1], vec![(FileId(0), "onex two three".to_owned())]));
    }

    #[test]
    fn an_insertion_may_touch_a_replacement_but_not_split_it() {
        let touching =
            apply_fixes(&two(), &[edits(&[(0, 4, 7, "2")]), edits(&[(0, 4, 4, "<"), (0, 7, 7, ">")])]);
        assert_eq!(touching.texts, [(FileId(0), "one <2> three".to_owned())]);
        let split = apply_fixes(&two(), &[edits(&[(0, 4, 7, "2")]), edits(&[(0, 5, 5, "<")])]);
        assert_eq!(split.left, [(1, Left::Overlapping)]);
    }

    #[test]
    fn guesses_and_edits_outside_the_text_are_left() {
        let guess =
            Diagnostic::new(Code::UnknownKey, place(0, 0, 1), "m").suggestion("t", place(0, 0, 1), "x");
        let fixed = apply_fixes(
            &two(),
            &[guess, edits(&[(0, 50, 60, "x")]), edits(&[(0, 0, 3, "x"), (0, 1, 2, "")])],
        );
        assert!(fixed.texts.is_empty());
        assert_eq!(fixed.left, [(0, Left::MaybeIncorrect), (1, Left::Misplaced), (2, Left::Misplaced)]);
    }
}
