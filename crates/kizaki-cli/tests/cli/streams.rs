//! Standard output, standard error, and the code a run ends with.

use std::fs::File;
use std::process::Stdio;

use crate::support::{Project, Run};

#[test]
fn a_closed_pipe_is_no_failure() {
    let project = Project::empty();
    let mut command = project.command(&["explain", "--list"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[test]
fn a_closed_standard_error_keeps_the_code() {
    let project = Project::empty();
    let mut child = project.command(&["check", "nope.inspire"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_full_device_is_a_failure() {
    let project = Project::empty();
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for arguments in [&["explain", "--list"][..], &["--help"], &["completions", "fish"]] {
        let run = Run::of(&project.command(arguments).stdout(full()).output().unwrap());
        assert_eq!(run.code, 3, "{arguments:?}");
    }
    let run = Run::of(&project.command(&["explain", "many-rows"]).stdout(full()).output().unwrap());
    assert!(
        run.stderr.contains("cannot write to standard output: no space is left on the device"),
        "{run:?}"
    );
}

#[test]
fn a_report_that_standard_output_cannot_take_goes_to_standard_error() {
    let project = Project::new(&[("a.inspire", b"\xff")]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = project.command(&["check", "--error-format", "json"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(report["diagnostics"][0]["code"], "output-failed");
}

#[test]
fn a_bug_asks_for_a_report() {
    if !cfg!(debug_assertions) {
        return;
    }
    let output = Project::empty().command(&["check"]).env("KIZAKI_TEST_PANIC", "1").output().unwrap();
    let run = Run::of(&output);
    assert_eq!(run.code, 101);
    assert!(run.stderr.contains("a bug of its own") && run.stderr.contains("please report it"), "{run:?}");
}

#[test]
fn wrong_usage_is_code_2() {
    let project = Project::empty();
    let wrong: [&[&str]; 9] = [
        &[],
        &["biuld"],
        &["check", "--dry-run"],
        &["check", "-q", "-v"],
        &["check", "-D", "nope"],
        &["check", "-D", "unknown-key"],
        &["check", "--error-format", "xml"],
        &["explain"],
        &["init", "--template", "nope"],
    ];
    for arguments in wrong {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
    assert!(project.run(&["check", "-D", "many-row"]).stderr.contains("did you mean `many-rows`?"));
}

#[test]
fn color_is_for_terminals_unless_asked_for() {
    let project = Project::empty();
    let colored = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = project.command(arguments);
        command.envs(variable);
        Run::of(&command.output().unwrap()).stderr.contains('\u{1b}')
    };
    assert!(!colored(&["check"], None));
    assert!(colored(&["check", "--color", "always"], None));
    assert!(colored(&["check"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!colored(&["check"], Some(("CLICOLOR_FORCE", "0"))));
    assert!(!colored(&["check", "--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(colored(&["check", "--color", "always"], Some(("NO_COLOR", "1"))));
}

#[test]
fn help_and_version_are_results() {
    let project = Project::empty();
    let run = project.run(&["--version"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, concat!("kizaki ", env!("CARGO_PKG_VERSION"), "\n")));
    let run = project.run(&["build", "--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("--debug-info"), "{run:?}");
}

#[test]
fn a_start_directory_that_does_not_exist_is_a_failure() {
    let run = Project::empty().run(&["check", "-C", "nope"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("cannot enter `nope`: there is no such file or directory"), "{run:?}");
}
