//! One line a diagnostic, as editors and search tools read it: `file:line:column: severity[code]: message`.

use std::io::{self, Write};

use crate::{Report, Severity, visible};

impl Report<'_> {
    /// Writes one line for every diagnostic that is at least as grave as `least`.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_short(&self, out: &mut dyn Write, least: Severity) -> io::Result<()> {
        for one in self.diagnostics().iter().filter(|one| one.severity <= least) {
            if let Some(region) = one.location.and_then(|location| super::region(self.sources(), location)) {
                write!(out, "{}:{}:{}: ", visible(region.file), region.start.line, region.start.column)?;
            }
            writeln!(out, "{}[{}]: {}", one.severity.word(), one.code, visible(&one.message))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::format_samples::{hostile, sample};
    use crate::{Code, Diagnostic, Report, Severity, SourceMap};

    fn short(sources: &SourceMap, diagnostics: Vec<Diagnostic>, least: Severity) -> String {
        let mut out = Vec::new();
        Report::new(sources, diagnostics).write_short(&mut out, least).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_holds_place_severity_code_and_message() {
        let (sources, diagnostics) = sample();
        assert_eq!(
            short(&sources, diagnostics, Severity::Warning),
            "schema/auth.inspire:2:21: error[unknown-provider]: unknown sign-in provider `gogle`\n\
             schema/data.inspire:2:6: error[duplicate-name]: the enum `Größe` is declared twice\n"
        );
    }

    #[test]
    fn without_a_place_the_line_starts_with_the_severity() {
        let diagnostics = vec![Diagnostic::without_place(Code::NoSchema, "no schema found")];
        assert_eq!(
            short(&SourceMap::default(), diagnostics, Severity::Error),
            "error[no-schema]: no schema found\n"
        );
    }

    #[test]
    fn a_hostile_name_stays_one_line() {
        let (sources, diagnostics) = hostile();
        let text = short(&sources, diagnostics, Severity::Note);
        assert_eq!(text.lines().count(), 1);
        assert!(text.starts_with("a\\u{a}b\\u{1b}[2J.inspire:1:6: error["), "{text}");
    }
}
