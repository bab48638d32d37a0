//! What a schema's own diagnostics come to: levels, codes and counts.

use crate::support::Project;

const TYPO: &str = "auth {\n  providers: [email, gogle]\n}\n";
const LONG: &str = "auth {\n  providers: [email]\n  sessionDuration: 90d\n}\n";

#[test]
fn an_error_stops_the_build() {
    let project = Project::new(&[("a.inspire", TYPO)]);
    let run = project.run(&["build"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("unknown-provider") && run.stderr.contains("did you mean `google`?"),
        "{run:?}"
    );
    let last = "error: 1 error in 1 file; 1 can be fixed with \"kizaki check --fix\"\n";
    assert!(run.stderr.ends_with(last), "{run:?}");
    assert_eq!(project.list(""), ["a.inspire"]);
}

#[test]
fn a_warning_is_shown_and_lets_the_build_pass() {
    let project = Project::new(&[("a.inspire", LONG)]);
    let run = project.run(&["build"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("warning: 1 warning in 1 file") && run.stderr.contains("wrote "), "{run:?}");
    let run = project.run(&["build", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[test]
fn levels_come_from_settings_and_flags() {
    let project = Project::new(&[("a.inspire", LONG)]);
    let code = |arguments: &[&str]| project.run(arguments).code;
    assert_eq!(code(&["check", "--deny-warnings"]), 1);
    assert_eq!(code(&["check", "-D", "long-session"]), 1);
    assert_eq!(code(&["check", "--deny-warnings", "-A", "long-session"]), 0);
    project.write("kizaki.toml", "[lints]\nlong-session = \"deny\"\n");
    assert_eq!(code(&["check"]), 1);
    assert_eq!(code(&["check", "-A", "long-session"]), 0);
}

#[test]
fn notes_are_for_those_who_ask() {
    let project = Project::new(&[("a.inspire", "entity A {\n  name: string\n}\n")]);
    let run = project.run(&["check"]);
    assert_eq!(run.code, 0);
    assert!(!run.stderr.contains("entity-without-policy"), "{run:?}");
    assert!(project.run(&["check", "-v"]).stderr.contains("entity-without-policy"));
    assert_eq!(project.run(&["check", "--error-format", "json"]).codes(), ["entity-without-policy"]);
}

#[test]
fn a_clean_schema_is_an_empty_report() {
    let project = Project::new(&[("a.inspire", "enum A { X }\n")]);
    let run = project.run(&["check", "--error-format", "json"]);
    assert_eq!((run.code, run.codes()), (0, vec![]));
    assert_eq!(run.json()["summary"]["files"], 1);
    assert!(project.run(&["check"]).stderr.starts_with("no problems in 1 file, checked in "));
}
