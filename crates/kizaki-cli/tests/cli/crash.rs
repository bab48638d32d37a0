//! `kizaki build` killed at its system calls, and refused by them: every output is the old one or the new one.
//!
//! A dry run under `strace` tells which calls a build makes and how often. Each is then a point where the build is
//! killed; calls that touch files are also made to fail. By default the calls that bring an output to its place and a
//! spread of the others are tried, all of them with `INSPIRE_CRASH_SWEEP=all`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::Project;

mod judge;
mod scene;
mod trace;

use judge::{Outcome, judge};
use scene::{SCENES, Stage};
use trace::{Call, Fault, Point, strace_works};

/// How many points of each scene are tried when not all are, apart from the vital ones.
const SPREAD: usize = 150;
/// How many points a run must reach in all.
const LEAST: usize = 200;

#[test]
fn the_output_is_old_or_new_wherever_a_build_ends() {
    if !strace_works() {
        return;
    }
    let everything = std::env::var("INSPIRE_CRASH_SWEEP").is_ok_and(|value| value == "all");
    let mut tally = BTreeMap::new();
    let mut failures = Vec::new();
    for scene in &SCENES {
        let stage = Stage::new(scene);
        let points = points(&stage.dry_run());
        let chosen = if everything { points } else { spread(points) };
        sweep(&stage, &chosen, &mut tally, &mut failures);
    }
    report(&tally);
    assert!(failures.is_empty(), "{} faults:\n{}", failures.len(), failures.join("\n"));
    let reached: usize =
        tally.iter().filter(|(row, _)| row.outcome != Outcome::NotReached).map(|(_, n)| n).sum();
    assert!(reached >= LEAST, "only {reached} points were reached");
}

#[test]
fn a_build_that_succeeds_has_put_everything_on_the_disk() {
    if !strace_works() {
        return;
    }
    for scene in &SCENES {
        let stage = Stage::new(scene);
        let calls = stage.dry_run();
        for output in scene.outputs {
            let at = |what: &str, found: &dyn Fn(&Call) -> bool| {
                calls.iter().position(found).unwrap_or_else(|| panic!("{}: {output}: no {what}", scene.name))
            };
            let rename = at("rename", &|call| call.renames_to(output));
            let temporary = calls[rename].first_path();
            let written = at("write", &|call| call.name == "write" && call.is_on(&temporary));
            let synced = at("fsync of the file", &|call| call.name == "fsync" && call.is_on(&temporary));
            let directory = calls[rename].directory_of(output);
            let after = calls[rename..].iter().any(|call| call.name == "fsync" && call.is_below(&directory));
            assert!(written < synced && synced < rename && after, "{}: {output}", scene.name);
        }
    }
}

#[test]
fn new_directories_are_put_on_the_disk_too() {
    if !strace_works() {
        return;
    }
    let scene = SCENES.iter().find(|scene| !scene.has_old).unwrap();
    let project = Stage::new(scene).project();
    let calls = trace::dry_run(&project, scene.arguments);
    let made: Vec<_> = calls.iter().filter(|call| call.name == "mkdir").map(Call::first_path).collect();
    assert!(!made.is_empty());
    let root = project.path("").canonicalize().unwrap();
    for directory in made {
        let directory = root.join(directory);
        let parent = directory.parent().unwrap().to_str().unwrap();
        let synced = calls.iter().any(|call| call.name == "fsync" && call.is_on(parent));
        assert!(synced, "{parent} holds {}, and is not synced", directory.display());
    }
}

#[test]
fn an_artifact_that_lies_there_already_is_put_on_the_disk() {
    if !strace_works() {
        return;
    }
    let stage = Stage::new(&SCENES[0]);
    let project = stage.project();
    assert_eq!(project.run(stage.scene.arguments).code, 0);
    let calls = trace::dry_run(&project, stage.scene.arguments);
    let output = stage.scene.outputs[0];
    assert!(!calls.iter().any(|call| call.renames_to(output)));
    for path in [output, output.rsplit_once('/').unwrap().0] {
        assert!(calls.iter().any(|call| call.name == "fsync" && call.is_below(path)), "{path} is not synced");
    }
}

#[test]
fn of_builds_at_once_one_wins_whole() {
    let projects: Vec<_> = (0..32)
        .map(|n| Project::new(&[("a.inspire", format!("entity E{n} {{ name: string  @grant read }}\n"))]))
        .collect();
    let place = Project::empty();
    // What killed builds left must neither stop the living nor outlast them.
    for n in 0..8 {
        place.write(&format!("out/.app.kza.left0{n}.kizaki-tmp"), "half");
    }
    let output = place.path("out/app.kza");
    let arguments = ["build", "-q", "-o", output.to_str().unwrap()];
    let children: Vec<_> = projects.iter().map(|one| one.command(&arguments).spawn().unwrap()).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(place.list("out"), ["app.kza"]);
    let won = place.bytes("out/app.kza");
    let alone = projects.iter().map(|project| {
        assert_eq!(project.run(&["build", "-q"]).code, 0);
        project.bytes(".kizaki/build/app.kza")
    });
    assert_eq!(alone.filter(|bytes| *bytes == won).count(), 1);
}

#[test]
fn only_what_killed_builds_left_is_cleared_away() {
    let project = Project::new(&[("a.inspire", "enum A { X }\n")]);
    let build = ".kizaki/build";
    project.write(&format!("{build}/.app.kza.aBcDeF.kizaki-tmp"), "left");
    project.write(&format!("{build}/.app.kza.backup"), "somebody's");
    project.write(&format!("{build}/app.kizaki-tmp"), "somebody's");
    project.write(&format!("{build}/.held.kizaki-tmp"), "being written");
    std::fs::create_dir(project.path(&format!("{build}/.d.kizaki-tmp"))).unwrap();
    let held = std::fs::File::open(project.path(&format!("{build}/.held.kizaki-tmp"))).unwrap();
    held.lock().unwrap();
    for _ in ["new", "unchanged"] {
        assert_eq!(project.run(&["build"]).code, 0);
        assert_eq!(
            project.list(build),
            [".app.kza.backup", ".d.kizaki-tmp", ".held.kizaki-tmp", "app.kizaki-tmp", "app.kza"]
        );
    }
    held.unlock().unwrap();
    assert_eq!(project.run(&["build"]).code, 0);
    assert!(!project.list(build).contains(&".held.kizaki-tmp".to_owned()));
}

/// What a row of the figures counts.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
struct Row {
    scene: &'static str,
    killed: bool,
    outcome: Outcome,
}

/// Each place of each call, as one to kill at, and where the call touches files as one to fail at.
fn points(calls: &[Call]) -> Vec<Point> {
    let mut seen = BTreeMap::<&str, usize>::new();
    let mut points = Vec::new();
    for call in calls {
        let ordinal = seen.entry(&call.name).or_default();
        *ordinal += 1;
        let faults = std::iter::once(Fault::Kill).chain(call.errors().iter().map(|name| Fault::Error(name)));
        let (name, vital) = (&call.name, call.is_vital());
        points.extend(faults.map(|fault| Point { call: name.clone(), ordinal: *ordinal, fault, vital }));
    }
    points
}

/// The points that are tried by default: the vital ones, and others all over the run.
fn spread(points: Vec<Point>) -> Vec<Point> {
    let all = points.len();
    let chosen = |index: usize| index * SPREAD / all != (index + 1) * SPREAD / all;
    let numbered = points.into_iter().enumerate();
    numbered.filter(|(index, point)| point.vital || chosen(*index)).map(|(_, point)| point).collect()
}

fn sweep(stage: &Stage, points: &[Point], tally: &mut BTreeMap<Row, usize>, failures: &mut Vec<String>) {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = judge(stage, point);
                    verdicts.lock().unwrap().push((point, verdict));
                }
            });
        }
    });
    for (point, verdict) in verdicts.into_inner().unwrap() {
        match verdict {
            Ok(outcome) => {
                let row = Row { scene: stage.scene.name, killed: point.fault == Fault::Kill, outcome };
                *tally.entry(row).or_default() += 1;
            }
            Err(fault) => failures.push(format!("{}: {point}: {fault}", stage.scene.name)),
        }
    }
}

/// Shows the figures, also where the test's output is not shown.
fn report(tally: &BTreeMap<Row, usize>) {
    let mut text = format!("crash sweep: {} points\n", tally.values().sum::<usize>());
    for (row, count) in tally {
        let how = if row.killed { "killed" } else { "failing call" };
        text += &format!("  {:<22} {how:<13} {:<38} {count:>5}\n", row.scene, row.outcome.text());
    }
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}
