//! `kizaki build`: sources to artifact.

#![expect(clippy::disallowed_methods, reason = "measures how long the steps take")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use inspire::{Build, Counts, Options};
use inspire_artifact::Digest;
use inspire_diagnostics::Report;

use super::Session;
use super::inspect::json;
use super::signing::Signer;
use super::verify::refused;
use crate::args::{BuildArgs, Emit};
use crate::failure::{Exit, Failure, unwritable};
use crate::project::Project;
use crate::write::{Written, write};

mod security;

pub(crate) fn run(args: &BuildArgs, session: &mut Session) -> Result<Exit, Failure> {
    let mut clock = Clock::start();
    let project = Project::find()?;
    let options = Options { debug_info: args.debug_info, ..session.options(&project) };
    let inputs = project.read(&args.paths, session.global.stdin_filename.as_deref())?;
    let targets = Targets::new(args, &project);
    let signer = Signer::new(&args.signing, &project)?;
    if let Some(file) = security::file(args) {
        security::has_its_own_place(file, &inputs, &targets.paths())?;
    }
    clock.finish("read");
    let Build { artifact, mut diagnostics, counts } =
        inspire::build_timed(&inputs.sources, &options, &mut |step| clock.finish(step));
    let mut done = Done::default();
    if let Some(bytes) = artifact.filter(|_| Exit::of(&diagnostics) == Exit::Done) {
        signed(bytes, signer.as_ref(), &targets)
            .and_then(|bytes| emit(args, &targets, &bytes, counts, &mut done))
            .unwrap_or_else(|failure| diagnostics.extend(failure.diagnostics));
        clock.finish("write");
    }
    let exit = Exit::of(&diagnostics);
    session.output.report(&Report::new(&inputs.sources, diagnostics))?;
    if let Some(report) = done.report {
        session.output.result(|out| out.write_all(report.as_bytes()))?;
    }
    if args.timings {
        clock.lines().for_each(|line| session.output.aside(&line));
    }
    if let Some(signer) = signer.filter(|_| !done.lines.is_empty()) {
        session.output.progress(&signer.words());
    }
    for line in done.lines {
        session.output.progress(&format!("{line} in {}", shown(clock.total())));
    }
    Ok(exit)
}

/// Where the artifact and its JSON go, as far as they were asked for.
struct Targets {
    artifact: Option<PathBuf>,
    json: Option<PathBuf>,
}

impl Targets {
    fn new(args: &BuildArgs, project: &Project) -> Self {
        let path = args.output.clone().unwrap_or_else(|| project.output());
        let wants = |kind| !args.check && args.emit.contains(&kind);
        Self {
            json: wants(Emit::Json).then(|| path.with_extension("json")),
            artifact: wants(Emit::Artifact).then_some(path),
        }
    }

    /// The artifact's path, or what it would be called.
    fn name(&self) -> &Path {
        self.artifact.as_deref().unwrap_or(Path::new("app.kza"))
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.artifact.iter().chain(&self.json).cloned().collect()
    }
}

/// What a build has to show for itself.
#[derive(Default)]
struct Done {
    /// What was written.
    lines: Vec<String>,
    /// The security report, if it goes to standard output.
    report: Option<String>,
}

/// The artifact with its signature, if it gets one.
fn signed(artifact: Vec<u8>, signer: Option<&Signer>, targets: &Targets) -> Result<Vec<u8>, Failure> {
    match signer {
        Some(signer) => signer.sign(&artifact, targets.name()),
        None => Ok(artifact),
    }
}

/// Writes what was asked for, and says so.
fn emit(
    args: &BuildArgs,
    targets: &Targets,
    artifact: &[u8],
    counts: Counts,
    done: &mut Done,
) -> Result<(), Failure> {
    if args.check {
        done.lines.push(format!("checked: {}", counted(counts)));
    }
    if let Some(path) = &targets.json {
        let text = json(artifact).map_err(|error| refused(path, &error))?;
        done.lines.push(put(path, &text, "JSON")?);
    }
    if let Some(path) = &targets.artifact {
        let digest = Digest::recorded(artifact).map(short).unwrap_or_default();
        done.lines.push(put(path, artifact, &format!("blake3 {digest}, {}", counted(counts)))?);
    }
    if args.security_report.is_some() {
        let report = security::render(artifact, args).map_err(|error| refused(targets.name(), &error))?;
        match security::file(args) {
            Some(file) => done.lines.push(put(file, report.as_bytes(), "security report")?),
            None => done.report = Some(report),
        }
    }
    Ok(())
}

/// Writes one file, and says in a line what became of it.
fn put(path: &Path, bytes: &[u8], what: &str) -> Result<String, Failure> {
    let verb = match write(path, bytes).map_err(|error| unwritable(path, &error))? {
        Written::New => "wrote",
        Written::Unchanged => "unchanged",
    };
    Ok(format!("{verb} {}: {}, {what}", path.display(), size(bytes.len())))
}

/// Enough of a digest to tell two artifacts apart at a glance.
pub(crate) fn short(digest: Digest) -> String {
    let digest = digest.to_string();
    let (first, last) = (digest.get(..8), digest.len().checked_sub(4).and_then(|at| digest.get(at..)));
    format!("{}…{}", first.unwrap_or_default(), last.unwrap_or_default())
}

/// A count of bytes for people.
pub(crate) fn size(bytes: usize) -> String {
    let tenths = |unit: usize| bytes.saturating_mul(10) / unit;
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{}.{} KiB", tenths(1024) / 10, tenths(1024) % 10),
        _ => format!("{}.{} MiB", tenths(1_048_576) / 10, tenths(1_048_576) % 10),
    }
}

fn counted(counts: Counts) -> String {
    let Counts { auth, entities, enums, routes, scopes, policies } = counts;
    let counts = [
        (entities, "entity", "entities"),
        (enums, "enum", "enums"),
        (routes, "route", "routes"),
        (scopes, "scope", "scopes"),
        (policies, "policy", "policies"),
    ];
    let counts = counts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if *n == 1 { one } else { many }));
    let counts: Vec<_> = auth.then(|| "sign-in".to_owned()).into_iter().chain(counts).collect();
    if counts.is_empty() { "an empty schema".to_owned() } else { counts.join(", ") }
}

/// When each step ended.
pub(crate) struct Clock {
    start: Instant,
    last: Instant,
    steps: Vec<(&'static str, Duration)>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self { start: now, last: now, steps: Vec::new() }
    }

    fn finish(&mut self, step: &'static str) {
        let now = Instant::now();
        self.steps.push((step, now - self.last));
        self.last = now;
    }

    pub(crate) fn total(&self) -> Duration {
        self.start.elapsed()
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.steps.iter().map(|(step, took)| format!("{step:<8} {:>10}", shown(*took)))
    }
}

/// A duration for people.
pub(crate) fn shown(duration: Duration) -> String {
    match duration.as_micros() {
        micros @ 0..10_000 => format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10),
        micros @ 10_000..10_000_000 => format!("{} ms", micros / 1000),
        micros => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}
