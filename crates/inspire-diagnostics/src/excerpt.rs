//! Turns the places of a diagnostic into short pieces of text that are safe to show, and knows where the places lie in them.
//!
//! Lines are cut around the place when they are long, tabs are spaces and hidden characters are escapes, so a renderer
//! may print the text as it is. Line and column numbers stay those of the source.

use unicode_width::UnicodeWidthChar as _;

use crate::visible::{is_hidden, push_escape, visible};
use crate::{Diagnostic, FileId, LineColumn, Source, SourceMap, Span};

/// Lines shown before and after a place.
const CONTEXT: u32 = 1;
/// A place over more lines than these is shown by its first line.
const MOST_LINES: u32 = 6;
const TAB: usize = 4;

/// Pieces of source text, one below the other.
#[derive(Debug)]
pub(crate) struct Excerpt {
    /// All lines, each ended by `\n`.
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
    /// The primary place first.
    pub(crate) places: Vec<Place>,
}

/// Neighbouring lines of one file.
#[derive(Debug)]
pub(crate) struct Block {
    file: FileId,
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

/// One line of an excerpt.
#[derive(Debug)]
pub(crate) struct Line {
    /// The line's number in its file, from 1.
    pub(crate) number: u32,
    /// Where it begins in the excerpt's text.
    pub(crate) start: usize,
    /// Where it ends in the excerpt's text, before the `\n`.
    pub(crate) end: usize,
    /// Source offsets and the excerpt offsets they became, ascending.
    offsets: Vec<(u32, usize)>,
}

/// A labelled place in an excerpt.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Empty when there is nothing to say.
    pub(crate) label: String,
    pub(crate) name: String,
    /// Where it begins in the source.
    pub(crate) at: LineColumn,
}

/// A place in the source, and the lines that show it.
struct Target<'s> {
    file: FileId,
    source: &'s Source,
    span: Span,
    label: &'s str,
    first: u32,
    last: u32,
}

impl Excerpt {
    /// The lines that show `diagnostic`, none wider than about `width` characters; none when it has no place.
    pub(crate) fn of(sources: &SourceMap, diagnostic: &Diagnostic, width: usize) -> Option<Self> {
        let primary = diagnostic.location?;
        let related = diagnostic.related.iter().map(|label| (label.location, label.text.as_str()));
        let places = std::iter::once((primary, diagnostic.label.as_str())).chain(related);
        let targets: Vec<_> = places
            .filter_map(|(location, label)| {
                Some(Target::new(location.file, sources.get(location.file)?, location.span, label))
            })
            .collect();
        let mut excerpt = Self { text: String::new(), blocks: Vec::new(), places: Vec::new() };
        for (file, first, last) in line_ranges(&targets, primary.file) {
            excerpt.push_block(&targets, file, first, last, width);
        }
        for target in &targets {
            excerpt.push_place(target);
        }
        (!excerpt.places.is_empty()).then_some(excerpt)
    }

    /// The block that holds the excerpt offset `start`.
    pub(crate) fn block_at(&self, start: usize) -> Option<&Block> {
        self.blocks.iter().rev().find(|block| block.lines.first().is_some_and(|line| line.start <= start))
    }

    fn push_block(&mut self, targets: &[Target<'_>], file: FileId, first: u32, last: u32, width: usize) {
        let Some(source) = targets.iter().find(|target| target.file == file).map(|target| target.source)
        else {
            return;
        };
        let mut lines = Vec::new();
        for number in first..=last {
            let Some(line) = source.line_span(number) else { break };
            // What follows the last line end is a line only to a cursor.
            let is_past_end = line.start as usize == source.text().len();
            if is_past_end && targets.iter().all(|target| target.file != file || target.last < number) {
                break;
            }
            let anchor = targets
                .iter()
                .filter(|target| target.file == file && (target.first..=target.last).contains(&number))
                .map(|target| target.span.start.clamp(line.start, line.end))
                .next();
            lines.push(self.push_line(source, number, line, anchor.unwrap_or(line.start), width));
        }
        self.blocks.push(Block { file, name: visible(source.name()).into_owned(), lines });
    }

    fn push_line(&mut self, source: &Source, number: u32, line: Span, anchor: u32, width: usize) -> Line {
        let window = window(source, line, anchor, width);
        let start = self.text.len();
        if window.start > line.start {
            self.text.push('…');
        }
        let mut offsets = Vec::with_capacity(window.len() as usize + 1);
        let mut column = 0;
        let mut offset = window.start;
        for c in source.slice(window).chars() {
            offsets.push((offset, self.text.len()));
            offset += u32::try_from(c.len_utf8()).unwrap_or(1);
            let before = self.text.len();
            match c {
                '\t' => self.text.extend(std::iter::repeat_n(' ', TAB - column % TAB)),
                _ if is_hidden(c) => push_escape(&mut self.text, c),
                _ => self.text.push(c),
            }
            column += display_width(self.text.get(before..).unwrap_or_default());
        }
        offsets.push((offset, self.text.len()));
        if window.end < line.end {
            self.text.push('…');
        }
        let end = self.text.len();
        self.text.push('\n');
        Line { number, start, end, offsets }
    }

    fn push_place(&mut self, target: &Target<'_>) {
        let find = |number: u32| {
            let blocks = self.blocks.iter().filter(|block| block.file == target.file);
            blocks.flat_map(|block| &block.lines).find(|line| line.number == number)
        };
        let (Some(first), Some(last)) = (find(target.first), find(target.last)) else { return };
        let start = first.shown(target.span.start);
        let end = last.shown(target.span.end).max(start);
        self.places.push(Place {
            start,
            end,
            label: visible(target.label).into_owned(),
            name: visible(target.source.name()).into_owned(),
            at: target.source.line_column(target.span.start),
        });
    }
}

impl Line {
    /// Where the source offset came to lie; what was cut away lies at the cut.
    fn shown(&self, offset: u32) -> usize {
        let index = self.offsets.partition_point(|(source, _)| *source < offset);
        self.offsets.get(index).map_or(self.end, |(_, shown)| *shown)
    }
}

impl<'s> Target<'s> {
    fn new(file: FileId, source: &'s Source, span: Span, label: &'s str) -> Self {
        let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
        let start = span.start.min(length);
        let end = span.end.clamp(start, length);
        let first = source.line_column(start).line;
        let last = source.line_column(if end > start { end - 1 } else { start }).line;
        let last = if last - first < MOST_LINES { last } else { first };
        Self { file, source, span: Span::new(start, end), label, first, last }
    }
}

/// The lines to show, with context, merged where they meet; those of the `primary` file first.
fn line_ranges(targets: &[Target<'_>], primary: FileId) -> Vec<(FileId, u32, u32)> {
    let mut ranges: Vec<_> = targets
        .iter()
        .map(|target| (target.file, target.first.saturating_sub(CONTEXT).max(1), target.last + CONTEXT))
        .collect();
    ranges.sort_unstable_by_key(|(file, first, last)| (*file != primary, *file, *first, *last));
    let mut merged: Vec<(FileId, u32, u32)> = Vec::new();
    for (file, first, last) in ranges {
        match merged.last_mut() {
            Some((same, _, end)) if *same == file && first <= *end + 1 => *end = last.max(*end),
            _ => merged.push((file, first, last)),
        }
    }
    merged
}

/// The part of `line` to show: all of it, or about `width` characters with `anchor` in the first third.
fn window(source: &Source, line: Span, anchor: u32, width: usize) -> Span {
    if line.len() as usize <= width || source.slice(line).chars().take(width + 1).count() <= width {
        return line;
    }
    let bytes = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
    let before = source.slice(Span::new(line.start, anchor));
    let kept = before.char_indices().rev().take(width / 3).last().map_or(before.len(), |(index, _)| index);
    let start = anchor - bytes(before.get(kept..).unwrap_or_default());
    let after = source.slice(Span::new(start, line.end));
    let end = after
        .char_indices()
        .nth(width)
        .map_or(line.end, |(index, _)| start + bytes(after.get(..index).unwrap_or_default()));
    // Near the end of the line there is room left on the right that the left can use.
    if end == line.end {
        let whole = source.slice(Span::new(line.start, line.end));
        let kept = whole.char_indices().rev().take(width).last().map_or(0, |(index, _)| index);
        return Span::new(line.start + bytes(whole.get(..kept).unwrap_or_default()), line.end);
    }
    Span::new(start, end)
}

/// The number of terminal columns `text` takes.
pub(crate) fn display_width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}
