//! Every failure in every format: the code stays, and the stream is the right one.

use crate::support::Project;

const ON_STDOUT: [&str; 3] = ["json", "jsonl", "sarif"];
const ON_STDERR: [&str; 4] = ["human", "plain", "short", "github"];

/// Arguments that fail in a project with `bad.inspire`, which is not UTF-8, and the code they end with.
const FAILURES: [(&[&str], i32); 5] = [
    (&["check", "bad.inspire"], 1),
    (&["build"], 1),
    (&["check", "nope.inspire"], 3),
    (&["build", "empty"], 3),
    (&["check", "bad.inspire", "nope.inspire"], 3),
];

fn project() -> Project {
    Project::new(&[("bad.inspire", &b"auth {\n  \xff"[..]), ("empty/readme", b"")])
}

#[test]
fn the_code_never_depends_on_the_format() {
    let project = project();
    for (arguments, code) in FAILURES {
        for format in ON_STDOUT.iter().chain(&ON_STDERR) {
            let run = project.run(&[arguments, &["--error-format", format]].concat());
            assert_eq!(run.code, code, "{arguments:?} {format}");
            let (full, empty) =
                if ON_STDOUT.contains(format) { (run.stdout, run.stderr) } else { (run.stderr, run.stdout) };
            assert!(!full.is_empty() && empty.is_empty(), "{arguments:?} {format}: {full} {empty}");
        }
    }
}

#[test]
fn a_failure_is_one_whole_json_document() {
    let project = project();
    for (arguments, _) in FAILURES {
        let run = project.run(&[arguments, &["--error-format", "json"]].concat());
        assert_eq!(run.json()["version"], 1);
        assert!(!run.codes().is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_environment_chooses_a_format_and_a_flag_overrides_it() {
    let project = project();
    let mut command = project.command(&["check"]);
    let output = command.env("KIZAKI_ERROR_FORMAT", "short").output().unwrap();
    assert_eq!(
        output.stderr,
        b"bad.inspire:2:3: error[invalid-utf8]: `bad.inspire` is not UTF-8: byte 9 is 0xff\n"
    );
    let mut command = project.command(&["check", "--error-format", "plain"]);
    let output = command.env("KIZAKI_ERROR_FORMAT", "short").output().unwrap();
    assert!(output.stderr.starts_with(b"error[invalid-utf8]"));
}

#[test]
fn human_output_shows_the_place() {
    assert_eq!(
        project().run(&["check", "bad.inspire"]).stderr,
        "\
invalid-utf8

  × `bad.inspire` is not UTF-8: byte 9 is 0xff
   ╭─[bad.inspire:2:3]
 1 │ auth {
 2 │   
   ·   ▲
   ·   ╰── the text up to here is valid
   ╰────
  help: save the file as UTF-8

error: 1 error in 1 file
"
    );
}

#[test]
fn a_hostile_file_name_cannot_act_on_the_terminal() {
    let project = Project::new(&[("a\u{1b}[2J\n\u{202e}b.inspire", b"\xff")]);
    for format in ["human", "plain", "short", "github", "json", "sarif"] {
        let run = project.run(&["check", "--error-format", format]);
        let text = run.stdout + &run.stderr;
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{format}: {text:?}");
    }
}

#[test]
fn no_more_than_the_limit_is_shown() {
    let names: Vec<_> = (10..80).map(|n| format!("f{n}.inspire")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), b"\xff")).collect();
    let project = Project::new(&files);
    let shown = |arguments: &[&str]| {
        let run = project.run(arguments);
        (run.stderr.matches("error[invalid-utf8]").count(), run.stderr.contains("... and 20 more"))
    };
    assert_eq!(shown(&["check", "--error-format", "plain"]), (50, true));
    assert_eq!(shown(&["check", "--error-format", "plain", "--max-errors", "0"]), (70, false));
    let run = project.run(&["check", "--max-errors", "1"]);
    assert!(
        run.stderr.ends_with("... and 69 more; --max-errors 0 shows all\n\nerror: 70 errors in 70 files\n")
    );
    assert_eq!(project.run(&["check", "--max-errors", "1", "--error-format", "json"]).codes().len(), 70);
}
