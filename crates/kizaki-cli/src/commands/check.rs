//! `kizaki check`: what is wrong with a schema, and with `--fix` putting right what needs no person to agree.

use inspire::Options;
use inspire_diagnostics::{Code, Diagnostic, Left, Report, SourceMap, apply_fixes, visible};
use similar::TextDiff;

use super::Session;
use super::build::{Clock, shown};
use crate::args::CheckArgs;
use crate::failure::{Exit, Failure, unwritable};
use crate::project::{Inputs, Project};
use crate::write::{clear_beside, stage};

/// A fix may uncover the next mistake; after so many rounds the rest is left.
const ROUNDS: usize = 16;

pub(crate) fn run(args: &CheckArgs, session: &mut Session) -> Result<Exit, Failure> {
    let clock = Clock::start();
    let project = Project::find()?;
    let options = session.options(&project);
    let inputs = project.read(&args.paths, session.global.stdin_filename.as_deref())?;
    if args.fix {
        return fix(args, session, &options, &inputs);
    }
    let diagnostics = inspire::check_with(&inputs.sources, &options);
    let exit = Exit::of(&diagnostics);
    let report = Report::new(&inputs.sources, diagnostics);
    session.output.report(&report)?;
    if report.closing_line(session.output.least()).is_none() {
        let files = match inputs.sources.len() {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        session.output.progress(&format!("no problems in {files}, checked in {}", shown(clock.total())));
    }
    Ok(exit)
}

/// What fixing came to.
struct Outcome {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
    applied: usize,
    left: Vec<(Diagnostic, Left)>,
}

fn fix(args: &CheckArgs, session: &mut Session, options: &Options, inputs: &Inputs) -> Result<Exit, Failure> {
    if !args.dry_run && inputs.paths.len() < inputs.sources.len() {
        let message = "standard input cannot be fixed in place";
        let one = Diagnostic::without_place(Code::OutputFailed, message);
        return Err(one.help("add `--dry-run` to see the changes").into());
    }
    let outcome = fixed(options, inputs, session.output.least())?;
    let changed: Vec<_> = inputs
        .sources
        .iter()
        .zip(outcome.sources.iter())
        .filter(|((_, old), (_, new))| old.text() != new.text())
        .map(|((_, old), (_, new))| (old.name(), old.text(), new.text()))
        .collect();
    if args.dry_run {
        if !session.output.report_owns_stdout() {
            print_diff(session, &changed)?;
        }
        let diagnostics = inspire::check_with(&inputs.sources, options);
        let exit = Exit::of(&diagnostics);
        session.output.report(&Report::new(&inputs.sources, diagnostics))?;
        return Ok(exit);
    }
    save(inputs, &changed)?;
    let report = Report::new(&outcome.sources, outcome.diagnostics);
    let exit = Exit::of(report.diagnostics());
    session.output.report(&report)?;
    for (name, ..) in &changed {
        session.output.progress(&format!("fixed {name}"));
    }
    for (one, left) in outcome.left {
        session.output.progress(&format!("left {}: {}", place_of(&report, &one), left.reason()));
    }
    session.output.progress(&match outcome.applied {
        0 => "nothing to fix".to_owned(),
        1 => "1 fix applied".to_owned(),
        n => format!("{n} fixes applied"),
    });
    Ok(exit)
}

/// Applies fixes in memory until none is left that may be applied.
fn fixed(
    options: &Options,
    inputs: &Inputs,
    least: inspire_diagnostics::Severity,
) -> Result<Outcome, Failure> {
    let texts = inputs.sources.iter().map(|(_, source)| (source.name(), source.text()));
    let mut outcome =
        Outcome { sources: renamed(texts)?, diagnostics: Vec::new(), applied: 0, left: Vec::new() };
    for round in 0.. {
        outcome.diagnostics = inspire::check_with(&outcome.sources, options);
        inspire_diagnostics::sort(&mut outcome.diagnostics);
        let seen: Vec<_> = outcome.diagnostics.iter().filter(|one| one.severity <= least).cloned().collect();
        let fixes = apply_fixes(&outcome.sources, &seen);
        outcome.left =
            fixes.left.iter().filter_map(|(index, left)| Some((seen.get(*index)?.clone(), *left))).collect();
        if fixes.texts.is_empty() || round == ROUNDS {
            break;
        }
        outcome.applied += fixes.applied.len();
        let texts = outcome.sources.iter().map(|(file, source)| {
            let new = fixes.texts.iter().find(|(changed, _)| *changed == file);
            (source.name(), new.map_or(source.text(), |(_, text)| text))
        });
        outcome.sources = renamed(texts)?;
    }
    Ok(outcome)
}

fn renamed<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> Result<SourceMap, Failure> {
    SourceMap::new(texts)
        .map_err(|large| Diagnostic::without_place(Code::FileTooLarge, large.to_string()).into())
}

/// Writes all changed files or none: each lies complete beside its old self before the first takes its place.
fn save(inputs: &Inputs, changed: &[(&str, &str, &str)]) -> Result<(), Failure> {
    let mut staged = Vec::new();
    for (name, _, text) in changed {
        let Some(path) = inputs.paths.get(*name) else { continue };
        staged.push((path, stage(path, text.as_bytes()).map_err(|error| unwritable(path, &error))?));
    }
    let paths: Vec<_> = staged.iter().map(|(path, _)| path.as_path()).collect();
    for (path, file) in staged {
        file.commit().map_err(|error| unwritable(path, &error))?;
    }
    clear_beside(paths);
    Ok(())
}

fn print_diff(session: &mut Session, changed: &[(&str, &str, &str)]) -> Result<(), Failure> {
    let on_terminal = session.output.result_is_on_terminal();
    session.output.result(|out| {
        for (name, old, new) in changed {
            let diff = TextDiff::from_lines(*old, *new);
            let mut unified = diff.unified_diff();
            let text =
                unified.context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string();
            if !on_terminal {
                out.write_all(text.as_bytes())?;
                continue;
            }
            for line in text.lines() {
                writeln!(out, "{}", visible(line))?;
            }
        }
        Ok(())
    })
}

fn place_of(report: &Report<'_>, one: &Diagnostic) -> String {
    let place = one.location.and_then(|location| {
        let source = report.sources().get(location.file)?;
        let at = source.line_column(location.span.start);
        Some(format!("{}:{}:{} ", source.name(), at.line, at.column))
    });
    format!("{}{}", place.unwrap_or_default(), one.code)
}
