//! Workflow commands of GitHub Actions, which show a diagnostic beside the changed line.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::{Diagnostic, Report, Severity, visible, visible_lines};

impl Report<'_> {
    /// Writes one workflow command for every diagnostic.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_github(&self, out: &mut dyn Write) -> io::Result<()> {
        for one in self.diagnostics() {
            let command = match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            write!(out, "::{command} ")?;
            if let Some(region) = one.location.and_then(|location| super::region(self.sources(), location)) {
                let (start, end) = (region.start, region.end);
                write!(out, "file={},line={},", property(&visible(region.file)), start.line)?;
                // Columns are understood only for a place within one line.
                if start.line == end.line {
                    write!(out, "col={},endColumn={},", start.column, end.column)?;
                } else {
                    write!(out, "endLine={},", end.line)?;
                }
            }
            writeln!(out, "title={}::{}", property(one.code.name()), data(&text(one)))?;
        }
        Ok(())
    }
}

fn text(one: &Diagnostic) -> Cow<'_, str> {
    let message = visible(&one.message);
    match &one.help {
        None => message,
        Some(help) => format!("{message}\nhelp: {}", visible_lines(help)).into(),
    }
}

/// Escapes what would end the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use crate::format_samples::sample;
    use crate::{Code, Diagnostic, FileId, Location, Report, SourceMap, Span};

    fn github(sources: &SourceMap, diagnostics: Vec<Diagnostic>) -> String {
        let mut out = Vec::new();
        Report::new(sources, diagnostics).write_github(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_command_names_place_code_and_message() {
        let (sources, diagnostics) = sample();
        assert_eq!(
            github(&sources, diagnostics).lines().next().unwrap(),
            "::error file=schema/auth.inspire,line=2,col=21,endColumn=26,title=unknown-provider::\
             unknown sign-in provider `gogle`%0Ahelp: did you mean `google`?"
        );
    }

    #[test]
    fn nothing_quoted_ends_a_command_early() {
        let sources = SourceMap::new([("a,b:c%.inspire", "x\ny")]).unwrap();
        let place = Location::new(FileId(0), Span::new(0, 3));
        let one = Diagnostic::new(Code::LongSession, place, "100% of `a::b,c`\n::error::x").as_note();
        assert_eq!(
            github(&sources, vec![one]),
            "::notice file=a%2Cb%3Ac%25.inspire,line=1,endLine=2,title=long-session::\
             100%25 of `a::b,c`\\u{a}::error::x\n"
        );
    }
}
