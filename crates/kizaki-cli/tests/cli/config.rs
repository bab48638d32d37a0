//! `kizaki.toml`: mistakes in it look like mistakes in a schema.

use crate::support::Project;

fn check(settings: &str) -> crate::support::Run {
    Project::new(&[("kizaki.toml", settings), ("a.inspire", "")]).run(&["check", "--error-format", "plain"])
}

#[test]
fn an_unknown_key_is_shown_with_its_place() {
    let run = check("[build]\nuot = \"x\"\n");
    assert_eq!(run.code, 3);
    assert_eq!(
        run.stderr,
        "\
error[invalid-config]: `[build]` has no key `uot`
  at kizaki.toml:2:1
  2 | uot = \"x\"
    | ^^^ unknown key
  help: did you mean `out`?

error: 1 error in 1 file
"
    );
}

#[test]
fn every_mistake_is_reported_in_one_run() {
    let run = check(
        "schema = 1\n[build]\nout = 3\n[lints]\nmany-row = \"deny\"\nmany-rows = \"wran\"\nunknown-key = \"allow\"\n[lnits]\n",
    );
    assert_eq!(run.code, 3);
    for message in [
        "`schema` must be a table",
        "`out` must be the path of a file",
        "no lint is named `many-row`",
        "did you mean `many-rows`?",
        "`many-rows` is set to something that is no level",
        "did you mean `warn`?",
        "`unknown-key` is an error; its level cannot be set",
        "`kizaki.toml` has no key `lnits`",
        "did you mean `lints`?",
        "error: 6 errors in 1 file",
    ] {
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
    }
}

#[test]
fn malformed_toml_is_shown_with_its_place() {
    let run = check("[schema\n");
    assert_eq!(run.code, 3);
    assert!(run.stderr.starts_with("error[invalid-config]: malformed TOML: "), "{run:?}");
    assert!(run.stderr.contains("  at kizaki.toml:1:8\n"), "{run:?}");
}

#[test]
fn settings_that_are_no_text_or_no_file_are_refused() {
    let project = Project::new(&[("kizaki.toml", &b"[build]\nout = \"\xff\"\n"[..]), ("a.inspire", b"")]);
    let run = project.run(&["check", "--error-format", "json"]);
    assert_eq!((run.code, run.codes()), (3, vec!["invalid-config".to_owned()]));
    let project = Project::new(&[("kizaki.toml/x", ""), ("a.inspire", "")]);
    let run = project.run(&["check"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("cannot read `kizaki.toml`: it is a directory"), "{run:?}");
}

#[test]
fn every_documented_key_is_accepted() {
    let run = check(
        "[schema]\ninclude = [\"**/*.inspire\"]\n[build]\nout = \"x/app.kza\"\n[lints]\nmany-rows = \"deny\"\ncomposition-rules = \"warn\"\nshort-password = \"note\"\nlong-session = \"allow\"\n",
    );
    assert_eq!(run.code, 0, "{run:?}");
}
