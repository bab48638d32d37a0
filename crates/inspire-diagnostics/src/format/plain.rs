//! For people, without graphics, colour or wrapping: what a screen reader or a log wants.

use std::io::{self, Write};

use crate::excerpt::{Block, Excerpt, Line, Place, display_width};
use crate::{Diagnostic, Limit, Report, visible, visible_lines};

/// The most characters of a source line that are shown.
const WIDTH: usize = 160;

impl Report<'_> {
    /// Writes what fits in `limit`, then how much was left out, then the counts.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_plain(&self, out: &mut dyn Write, limit: Limit) -> io::Result<()> {
        let shown = self.shown(limit);
        for diagnostic in &shown.diagnostics {
            self.write_one(out, diagnostic)?;
        }
        if let Some(line) = shown.left_out_line() {
            writeln!(out, "{line}\n")?;
        }
        match self.closing_line(limit.least) {
            Some(line) => writeln!(out, "{line}"),
            None => Ok(()),
        }
    }

    fn write_one(&self, out: &mut dyn Write, one: &Diagnostic) -> io::Result<()> {
        writeln!(out, "{}[{}]: {}", one.severity.word(), one.code, visible(&one.message))?;
        if let Some(excerpt) = Excerpt::of(self.sources(), one, WIDTH) {
            for (index, place) in excerpt.places.iter().enumerate() {
                let word = if index == 0 { "at" } else { "see" };
                writeln!(out, "  {word} {}:{}:{}", place.name, place.at.line, place.at.column)?;
                write_line(out, &excerpt, place)?;
            }
        }
        if let Some(help) = &one.help {
            writeln!(out, "  help: {}", visible_lines(help).replace('\n', "\n        "))?;
        }
        writeln!(out)
    }
}

impl crate::Shown<'_> {
    /// A line that says how many more there are; none when all are shown.
    #[must_use]
    pub fn left_out_line(&self) -> Option<String> {
        let more = self.left_out;
        (more > 0).then(|| format!("... and {more} more; --max-errors 0 shows all"))
    }
}

/// The line a place begins on, and a line of carets below it.
fn write_line(out: &mut dyn Write, excerpt: &Excerpt, place: &Place) -> io::Result<()> {
    let holds = |line: &&Line| line.number == place.at.line;
    let lines: &[Line] = excerpt.block_at(place.start).map_or(&[], |block: &Block| &block.lines);
    let Some(line) = lines.iter().find(holds) else { return Ok(()) };
    let slice = |from: usize, to: usize| excerpt.text.get(from..to).unwrap_or_default();
    let gutter = line.number.to_string();
    writeln!(out, "  {gutter} | {}", slice(line.start, line.end))?;
    let indent = display_width(slice(line.start, place.start));
    let carets = display_width(slice(place.start, place.end.min(line.end))).max(1);
    let text = format!("{}{} {}", " ".repeat(indent), "^".repeat(carets), place.label);
    writeln!(out, "  {} | {}", " ".repeat(gutter.len()), text.trim_end())
}

#[cfg(test)]
mod tests {
    use crate::format_samples::{hostile, sample};
    use crate::{Code, Diagnostic, FileId, Limit, Location, Report, Severity, SourceMap, Span};

    fn plain(sources: &SourceMap, diagnostics: Vec<Diagnostic>, most: Option<usize>) -> String {
        let mut out = Vec::new();
        Report::new(sources, diagnostics)
            .write_plain(&mut out, Limit { least: Severity::Warning, most })
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn message_place_source_carets_and_help_come_in_order() {
        let (sources, diagnostics) = sample();
        assert_eq!(
            plain(&sources, diagnostics, None),
            "error[unknown-provider]: unknown sign-in provider `gogle`
  at schema/auth.inspire:2:21
  2 | 	providers: [email, gogle]
    | 	                   ^^^^^ not a provider
  help: did you mean `google`?

error[duplicate-name]: the enum `Größe` is declared twice
  at schema/data.inspire:2:6
  2 | enum Größe { XL }
    |      ^^^^^ declared again here
  see schema/auth.inspire:1:1
  1 | auth {
    | ^^^^ first declared here

error: 2 errors in 2 files; 1 can be fixed with \"kizaki check --fix\"
"
            .replace('\t', "    ")
        );
    }

    #[test]
    fn more_than_the_limit_is_counted() {
        let (sources, diagnostics) = sample();
        let text = plain(&sources, diagnostics, Some(1));
        assert!(text.contains("\n... and 1 more; --max-errors 0 shows all\n\nerror: 2 errors"), "{text}");
    }

    #[test]
    fn hidden_characters_show_and_the_carets_stay_right() {
        let (sources, diagnostics) = hostile();
        assert_eq!(
            plain(&sources, diagnostics, None),
            r"error[hidden-character]: here is \u{1b}[31m and \u{202e}
  at a\u{a}b\u{1b}[2J.inspire:1:6
  1 | 日\u{1b}[2J\u{202e}x
    |            ^^^^^^^^ look\u{7}

error: 1 error in 1 file
"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}HERE{}", "ä".repeat(1_000_000), "b".repeat(1_000_000));
        let sources = SourceMap::new([("a", text)]).unwrap();
        let place = Location::new(FileId(0), Span::new(2_000_000, 2_000_004));
        let shown = plain(&sources, vec![Diagnostic::new(Code::UnknownKey, place, "m")], None);
        assert!(shown.len() < 1000 && shown.contains("a:1:1000001") && shown.contains("…ääää"), "{shown}");
        let lines: Vec<_> = shown.lines().collect();
        let column = |line: &str, mark: char| line.chars().position(|c| c == mark).unwrap();
        assert_eq!(column(lines[2], 'H'), column(lines[3], '^'));
        assert_eq!(lines[3].matches('^').count(), 4);
    }
}
