//! A diagnostic as miette renders it: text and places prepared so that any handler may print them as they are.

use std::fmt;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::excerpt::{Block, Excerpt, Line, Place};
use crate::{Code, Diagnostic, Severity, SourceMap, visible, visible_lines};

/// A diagnostic with the source lines it shows.
///
/// Places in several files are shown in one frame each; lines longer than `width` are cut around the place.
#[derive(Debug)]
pub struct Rendered {
    code: Code,
    severity: Severity,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

impl Rendered {
    /// Prepares `diagnostic`, with source lines of about `width` characters at most.
    #[must_use]
    pub fn new(sources: &SourceMap, diagnostic: &Diagnostic, width: usize) -> Self {
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity,
            message: visible(&diagnostic.message).into_owned(),
            help: diagnostic.help.as_deref().map(|help| visible_lines(help).into_owned()),
            excerpt: Excerpt::of(sources, diagnostic, width),
        }
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Rendered {}

impl miette::Diagnostic for Rendered {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let places = self.excerpt.as_ref()?.places.iter().enumerate();
        Some(Box::new(places.map(|(index, place)| {
            let label = (!place.label.is_empty()).then(|| place.label.clone());
            let span = SourceSpan::from(place.start..place.end);
            if index == 0 {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            }
        })))
    }
}

impl SourceCode for Excerpt {
    /// The lines of `span` and those around it, never beyond its block: a frame shows one stretch of one file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let block = self.block_at(start).ok_or(MietteError::OutOfBounds)?;
        let holds = |offset: usize| move |line: &Line| (line.start..=line.end).contains(&offset);
        let first = block.lines.iter().position(holds(start)).ok_or(MietteError::OutOfBounds)?;
        let last = block.lines.iter().position(holds(end)).ok_or(MietteError::OutOfBounds)?;
        let lines = block.lines.get(first.saturating_sub(before)..block.lines.len().min(last + after + 1));
        let (Some(top), Some(bottom)) = (lines.and_then(<[Line]>::first), lines.and_then(<[Line]>::last))
        else {
            return Err(MietteError::OutOfBounds);
        };
        let data = self.text.get(top.start..=bottom.end).unwrap_or_default();
        // Asked for no context, miette wants to know where the place itself begins.
        let (line, column) = match self.places.iter().find(|place| place.start == start && place.end == end) {
            Some(place) if before == 0 && after == 0 => place_of(place),
            _ => (top.number.saturating_sub(1) as usize, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            name_of(block),
            data.as_bytes(),
            SourceSpan::from(top.start..bottom.end + 1),
            line,
            column,
            bottom.number.saturating_sub(top.number) as usize + 1,
        )))
    }
}

fn place_of(place: &Place) -> (usize, usize) {
    (place.at.line.saturating_sub(1) as usize, place.at.column.saturating_sub(1) as usize)
}

fn name_of(block: &Block) -> String {
    block.name.clone()
}

#[cfg(test)]
mod tests {
    use miette::{Diagnostic as _, SourceSpan};

    use super::Rendered;
    use crate::format_samples::{hostile, sample};

    #[test]
    fn a_place_is_found_under_its_own_name_and_number() {
        let (sources, diagnostics) = sample();
        let rendered = Rendered::new(&sources, &diagnostics[0], 80);
        let labels: Vec<_> = rendered.labels().unwrap().collect();
        let source = rendered.source_code().unwrap();
        let seen: Vec<_> = labels
            .iter()
            .map(|label| {
                let contents = source.read_span(label.inner(), 0, 0).unwrap();
                (contents.name().unwrap().to_owned(), contents.line() + 1, contents.column() + 1)
            })
            .collect();
        assert_eq!(
            seen,
            [("schema/data.inspire".to_owned(), 2, 6), ("schema/auth.inspire".to_owned(), 1, 1)]
        );
    }

    #[test]
    fn a_frame_never_crosses_files() {
        let (sources, diagnostics) = sample();
        let rendered = Rendered::new(&sources, &diagnostics[0], 80);
        let labels: Vec<_> = rendered.labels().unwrap().collect();
        let (first, second) = (labels[0].offset(), labels[1].offset());
        let across = SourceSpan::from(first..second);
        assert!(rendered.source_code().unwrap().read_span(&across, 1, 1).is_err());
    }

    #[test]
    fn hidden_characters_never_reach_the_handler() {
        let (sources, diagnostics) = hostile();
        let rendered = Rendered::new(&sources, &diagnostics[0], 80);
        let label = rendered.labels().unwrap().next().unwrap();
        let source = rendered.source_code().unwrap();
        let contents = source.read_span(label.inner(), 1, 1).unwrap();
        let text = format!("{rendered}{}{}", contents.name().unwrap(), label.label().unwrap());
        assert!(!text.chars().any(crate::visible::is_hidden), "{text}");
        assert_eq!(contents.data(), "日\\u{1b}[2J\\u{202e}x\n".as_bytes());
    }
}
