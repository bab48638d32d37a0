//! Standard output and standard error: formats, colour, width, and what happens when nobody reads on.

#![expect(clippy::disallowed_methods, reason = "colour and width depend on the environment")]

#[cfg(feature = "service")]
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal as _, Write};
#[cfg(feature = "service")]
use std::os::{fd::AsFd as _, unix::fs::MetadataExt as _};

use inspire_diagnostics::{Limit, Rendered, Report, Severity, visible_lines};
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::args::{Color, ErrorFormat, Global};
use crate::failure::{Failure, unwritable_stdout};

/// The two streams, and how this run uses them.
#[derive(Debug)]
pub(crate) struct Output {
    format: ErrorFormat,
    limit: Limit,
    quiet: bool,
    color: Color,
    /// Whether the report is the result of the command, which sends machine formats to standard output.
    report_is_result: bool,
    /// Nobody reads standard output any more.
    closed: bool,
}

/// Which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

impl Output {
    pub(crate) fn new(global: &Global, report_is_result: bool) -> Self {
        let least = match (global.quiet, global.verbose) {
            (true, _) => Severity::Error,
            (_, true) => Severity::Note,
            _ => Severity::Warning,
        };
        Self {
            format: global.error_format,
            limit: Limit { least, most: Some(global.max_errors).filter(|most| *most > 0) },
            quiet: global.quiet,
            color: global.color,
            report_is_result,
            closed: false,
        }
    }

    /// The least grave diagnostics that people see.
    pub(crate) fn least(&self) -> Severity {
        self.limit.least
    }

    /// Whether the report goes to standard output and is all that may go there.
    pub(crate) fn report_owns_stdout(&self) -> bool {
        self.report_is_result && self.format.is_result()
    }

    /// Whether nobody reads standard output any more, as far as it was written to.
    #[cfg(feature = "service")]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether results for people may be in colour.
    pub(crate) fn result_has_color(&self) -> bool {
        self.has_color(Stream::Out)
    }

    /// Whether standard output is a terminal.
    pub(crate) fn result_is_on_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether what is written to standard output is gone.
    #[cfg(feature = "service")]
    pub(crate) fn result_is_discarded(&self) -> bool {
        let device = |metadata: io::Result<Metadata>| metadata.map(|metadata| metadata.rdev()).ok();
        let of_stdout = io::stdout().as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
        let null = device(fs::metadata("/dev/null"));
        null.is_some() && device(of_stdout) == null
    }

    /// The columns that results for people may take.
    pub(crate) fn result_width(&self) -> usize {
        width(Stream::Out)
    }

    /// Writes a result to standard output. That nobody reads it is no failure; that it cannot be kept is.
    pub(crate) fn result(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let mut out = BufWriter::new(io::stdout().lock());
        let written = write(&mut out).and_then(|()| out.flush());
        // What is left in the buffer would be written once more, and fail once more.
        let _ = out.into_parts();
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => {
                self.report_is_result = false;
                Err(unwritable_stdout(&error).into())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Writes a line about progress to standard error.
    pub(crate) fn progress(&self, line: &str) {
        if !self.quiet {
            self.aside(line);
        }
    }

    /// Writes a line to standard error, however quiet the run is.
    pub(crate) fn aside(&self, line: &str) {
        // Nothing is left to do when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}", visible_lines(line));
    }

    /// Writes to standard error what is to be answered on the same line, however quiet the run is.
    #[cfg(feature = "service")]
    pub(crate) fn ask(&self, text: &str) {
        // Nothing is left to do when standard error is closed.
        let _ = write!(io::stderr().lock(), "{text}");
    }

    /// Writes the report in the chosen format.
    pub(crate) fn report(&mut self, report: &Report<'_>) -> Result<(), Failure> {
        let (format, limit) = (self.format, self.limit);
        if self.report_owns_stdout() {
            return self.result(|out| write_report(out, report, format, limit, None));
        }
        let graphics = (format == ErrorFormat::Human).then(|| Graphics::new(self.has_color(Stream::Err)));
        let mut out = BufWriter::new(io::stderr().lock());
        // Nothing is left to do when standard error is closed.
        let _ = write_report(&mut out, report, format, limit, graphics.as_ref()).and_then(|()| out.flush());
        let _ = out.into_parts();
        Ok(())
    }

    fn has_color(&self, stream: Stream) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto
                if std::env::var_os("CLICOLOR_FORCE")
                    .is_some_and(|value| !value.is_empty() && value != "0") =>
            {
                true
            }
            Color::Auto => {
                let is_terminal = match stream {
                    Stream::Out => io::stdout().is_terminal(),
                    Stream::Err => io::stderr().is_terminal(),
                };
                is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

/// The frames around source lines, and the colour of everything.
struct Graphics {
    handler: GraphicalReportHandler,
    theme: GraphicalTheme,
    source_width: usize,
}

impl Graphics {
    fn new(color: bool) -> Self {
        let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let width = width(Stream::Err);
        let handler = GraphicalReportHandler::new_themed(theme.clone()).with_width(width).with_links(false);
        // A log has no right edge, so only what no person would read is cut there.
        let source_width = if io::stderr().is_terminal() { width.saturating_sub(10) } else { 160 };
        Self { handler, theme, source_width }
    }
}

fn write_report(
    out: &mut dyn Write,
    report: &Report<'_>,
    format: ErrorFormat,
    limit: Limit,
    graphics: Option<&Graphics>,
) -> io::Result<()> {
    match (format, graphics) {
        (ErrorFormat::Human, Some(graphics)) => write_human(out, report, limit, graphics),
        (ErrorFormat::Human | ErrorFormat::Plain, _) => report.write_plain(out, limit),
        (ErrorFormat::Short, _) => report.write_short(out, limit.least),
        (ErrorFormat::Json, _) => report.write_json(out),
        (ErrorFormat::Jsonl, _) => report.write_jsonl(out),
        (ErrorFormat::Sarif, _) => report.write_sarif(out),
        (ErrorFormat::Github, _) => report.write_github(out),
    }
}

fn write_human(
    out: &mut dyn Write,
    report: &Report<'_>,
    limit: Limit,
    graphics: &Graphics,
) -> io::Result<()> {
    let shown = report.shown(limit);
    for diagnostic in &shown.diagnostics {
        let rendered = Rendered::new(report.sources(), diagnostic, graphics.source_width);
        let mut text = String::new();
        graphics.handler.render_report(&mut text, &rendered).map_err(io::Error::other)?;
        writeln!(out, "{text}")?;
    }
    if let Some(line) = shown.left_out_line() {
        writeln!(out, "{line}\n")?;
    }
    let Some(line) = report.closing_line(limit.least) else { return Ok(()) };
    let styles = &graphics.theme.styles;
    let style = match () {
        () if line.starts_with("error") => styles.error,
        () if line.starts_with("warning") => styles.warning,
        () => styles.advice,
    };
    match line.split_once(':') {
        Some((word, rest)) => writeln!(out, "{}:{rest}", style.style(word)),
        None => writeln!(out, "{line}"),
    }
}

/// The columns of a terminal, or 80 where there is none.
fn width(stream: Stream) -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let size = || match stream {
        Stream::Out => terminal_size::terminal_size_of(io::stdout()),
        Stream::Err => terminal_size::terminal_size_of(io::stderr()),
    };
    let columns: usize = columns.or_else(|| size().map(|(columns, _)| usize::from(columns.0))).unwrap_or(80);
    columns.clamp(40, 120)
}
