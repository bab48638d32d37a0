//! What a disturbed run may leave behind, and what the run after it must come to.

use std::os::unix::process::ExitStatusExt as _;

use super::scene::Stage;
use super::trace::{Disturbed, Fault, Point, disturb};
use crate::support::{Project, Run};

/// What a disturbed run came to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
pub(super) enum Outcome {
    /// The run ended otherwise before it came there.
    NotReached,
    /// The run did not succeed, and everything is old.
    Old,
    /// The run did not succeed; some outputs are old and some new.
    Mixed,
    /// The run did not succeed, although everything is new.
    New,
    /// The run succeeded all the same, and everything is new.
    Succeeded,
}

impl Outcome {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NotReached => "not reached, new",
            Self::Old => "no success, old",
            Self::Mixed => "no success, each output old or new",
            Self::New => "no success, new",
            Self::Succeeded => "success, new",
        }
    }
}

/// Disturbs a run at `point`, and runs the command once more.
pub(super) fn judge(stage: &Stage, point: &Point) -> Result<Outcome, String> {
    let project = stage.project();
    let disturbed = disturb(&project, stage.scene.arguments, point);
    let outcome = outcome(stage, &project, point, &disturbed)?;
    let again = project.run(stage.scene.arguments);
    if again.code != 0 || stage.contents(&project) != stage.new {
        return Err(format!("the next build does not succeed: {again:?}"));
    }
    let listing = stage.list(&project);
    if listing != stage.listing {
        return Err(format!("after the next build there is {listing:?}"));
    }
    Ok(outcome)
}

fn outcome(
    stage: &Stage,
    project: &Project,
    point: &Point,
    disturbed: &Disturbed,
) -> Result<Outcome, String> {
    let found = stage.contents(project);
    let mut each = found.iter().zip(&stage.old).zip(&stage.new);
    if !each.all(|((found, old), new)| found == old || found == new) {
        return Err("an output is neither old nor new".to_owned());
    }
    if let Some((link, _)) = stage.scene.link
        && !project.path(link).is_symlink()
    {
        return Err("the link was replaced".to_owned());
    }
    let succeeded = disturbed.output.status.success();
    if succeeded && found != stage.new {
        return Err("success, although not all is new".to_owned());
    }
    let reached = ended_as_it_should(point, disturbed)?;
    Ok(match () {
        () if !reached => Outcome::NotReached,
        () if succeeded => Outcome::Succeeded,
        () if found == stage.new => Outcome::New,
        () if found == stage.old => Outcome::Old,
        () => Outcome::Mixed,
    })
}

/// Whether the run came to the point; an error if it ended in a way that it must not.
fn ended_as_it_should(point: &Point, disturbed: &Disturbed) -> Result<bool, String> {
    let status = disturbed.output.status;
    if point.fault == Fault::Kill {
        return match (status.signal(), status.code()) {
            (Some(9), _) => Ok(true),
            // How often some calls are made depends on where things lie in memory.
            (_, Some(0)) => Ok(false),
            _ => Err(format!("not killed, but {status}")),
        };
    }
    let Some(call) = &disturbed.failed else {
        return if status.success() { Ok(false) } else { Err(format!("undisturbed, but {status}")) };
    };
    if status.code().is_none() {
        return Err(format!("{status} after {call}"));
    }
    let run = Run::of(&disturbed.output);
    let said = run.stderr.starts_with("error")
        || run.stderr.contains("\n  × ")
        || run.stderr.contains("error while loading");
    match run.code {
        0 if call.is_vital() => Err(format!("success after {call}")),
        0 => Ok(true),
        3 | 127 if said || call.is_on("pipe:") => Ok(true),
        _ => Err(format!("{run:?} after {call}")),
    }
}
