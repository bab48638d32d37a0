//! `kizaki build`: sources to artifact.

#![expect(clippy::disallowed_methods, reason = "measures how long the steps take")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use inspire::{Build, Counts, Options};
use inspire_artifact::Digest;
use inspire_diagnostics::Report;

use super::Session;
use super::inspect::json;
use super::verify::refused;
use crate::args::{BuildArgs, Emit};
use crate::failure::{Exit, Failure, unwritable};
use crate::project::Project;
use crate::write::{Written, write};

pub(crate) fn run(args: &BuildArgs, session: &mut Session) -> Result<Exit, Failure> {
    let mut clock = Clock::start();
    let project = Project::find()?;
    let options = Options { debug_info: args.debug_info, ..session.options(&project) };
    let inputs = project.read(&args.paths, session.global.stdin_filename.as_deref())?;
    clock.finish("read");
    let Build { artifact, mut diagnostics, counts } =
        inspire::build_timed(&inputs.sources, &options, &mut |step| clock.finish(step));
    let mut lines = Vec::new();
    match artifact.filter(|_| Exit::of(&diagnostics) == Exit::Done) {
        Some(_) if args.check => lines.push(format!("checked: {}", counted(counts))),
        Some(bytes) => {
            let path = args.output.clone().unwrap_or_else(|| project.output());
            emit(&path, &bytes, &args.emit, counts, &mut lines)
                .unwrap_or_else(|failure| diagnostics.extend(failure.diagnostics));
            clock.finish("write");
        }
        None => {}
    }
    let exit = Exit::of(&diagnostics);
    session.output.report(&Report::new(&inputs.sources, diagnostics))?;
    if args.timings {
        clock.lines().for_each(|line| session.output.aside(&line));
    }
    for line in lines {
        session.output.progress(&format!("{line} in {}", shown(clock.total())));
    }
    Ok(exit)
}

/// Writes what was asked for, and says so.
fn emit(
    path: &Path,
    artifact: &[u8],
    kinds: &[Emit],
    counts: Counts,
    lines: &mut Vec<String>,
) -> Result<(), Failure> {
    let mut put = |path: &Path, bytes: &[u8], what: String| {
        let verb = match write(path, bytes).map_err(|error| unwritable(path, &error))? {
            Written::New => "wrote",
            Written::Unchanged => "unchanged",
        };
        lines.push(format!("{verb} {}: {}, {what}", path.display(), size(bytes.len())));
        Ok::<_, Failure>(())
    };
    if kinds.contains(&Emit::Json) {
        let path: PathBuf = path.with_extension("json");
        let text = json(artifact).map_err(|error| refused(&path, &error))?;
        put(&path, &text, "JSON".to_owned())?;
    }
    if kinds.contains(&Emit::Artifact) {
        let digest = Digest::recorded(artifact).map(short).unwrap_or_default();
        put(path, artifact, format!("blake3 {digest}, {}", counted(counts)))?;
    }
    Ok(())
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
