//! `kizaki diff`: what it compares, what it prints, and the code it ends with.

use std::process::Command;

use crate::support::{Project, Run};

const OLD: &str = "entity Note {\n  text: string\n  @grant read\n}\n";
const NEW: &str = "entity Note {\n  text: string\n  @grant read to @public\n}\n";
const WIDENED: &str = "\
Widens access
  Note: grant read to anyone; before to any signed-in user

1 change: 1 widens access
";

/// Git in a directory of the project, with nothing of the caller's settings.
fn git(project: &Project, directory: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(project.path(directory))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn commit(project: &Project) {
    git(project, "", &["add", "--all"]);
    git(project, "", &["commit", "--quiet", "--allow-empty", "--message", "a change"]);
}

/// A repository whose first commit, the tag `v1`, holds these files.
fn repository(files: &[(&str, &str)]) -> Project {
    let project = Project::new(files);
    git(&project, "", &["init", "--quiet", "--initial-branch", "main"]);
    commit(&project);
    git(&project, "", &["tag", "v1"]);
    project
}

fn passes(run: &Run, expected: &str) {
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, expected, ""));
}

#[test]
fn artifacts_and_schemas_are_compared_in_any_mix() {
    let project = Project::new(&[("old/a.inspire", OLD), ("new/a.inspire", NEW), ("same.inspire", NEW)]);
    for side in ["old", "new"] {
        let output = format!("{side}.kza");
        assert_eq!(project.run(&["build", side, "-o", &output]).code, 0);
    }
    std::fs::rename(project.path("new.kza"), project.path("renamed")).unwrap();
    for old in ["old.kza", "old", "old/a.inspire", "./old/"] {
        for new in ["renamed", "new", "same.inspire"] {
            passes(&project.run(&["diff", old, new]), WIDENED);
        }
    }
    passes(&project.run(&["diff", "same.inspire", "new"]), "no differences\n");
    passes(&project.run(&["diff", "renamed", "renamed"]), "no differences\n");
}

#[test]
fn standard_input_is_one_side() {
    let project = Project::new(&[("old.inspire", OLD), ("new.inspire", NEW)]);
    let mut command = project.command(&["diff", "old.inspire", "-"]);
    let output = command.stdin(std::fs::File::open(project.path("new.inspire")).unwrap()).output().unwrap();
    passes(&Run::of(&output), WIDENED);
    let run = project.run(&["diff", "-", "-"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("OLD and NEW cannot both be standard input"), "{run:?}");
}

#[test]
fn the_working_tree_is_compared_with_a_commit() {
    let rest = "entity Rest { text: string }\n";
    let project = repository(&[("schema/a.inspire", OLD), ("rest.inspire", rest), ("kizaki.toml", "")]);
    passes(&project.run(&["diff", "git:HEAD"]), "no differences\n");
    project.write("schema/a.inspire", NEW);
    for arguments in [&["diff", "git:HEAD"][..], &["diff", "git:v1", "."]] {
        passes(&project.run(arguments), WIDENED);
    }
    // A part of the project is compared with the same part.
    for part in ["schema", "schema/a.inspire"] {
        passes(&project.run(&["diff", "git:main", part]), WIDENED);
    }
    passes(&project.run(&["diff", "git:main", "rest.inspire"]), "no differences\n");
    // From a directory within, and from outside.
    passes(&project.run(&["-C", "schema", "diff", "git:HEAD"]), WIDENED);
    let outside = Project::empty();
    let place = project.path("");
    passes(&outside.run(&["diff", "git:HEAD", place.to_str().unwrap()]), WIDENED);
    commit(&project);
    passes(&project.run(&["diff", "git:v1", "git:HEAD"]), WIDENED);
    passes(&project.run(&["diff", "git:HEAD~1", "git:main"]), WIDENED);
    assert_eq!(project.run(&["build", "-o", "app.kza"]).code, 0);
    passes(&project.run(&["diff", "git:v1", "app.kza"]), WIDENED);
}

#[test]
fn the_files_of_a_commit_are_those_that_a_build_would_have_read() {
    let other = "entity Other { text: string }\n";
    let project = repository(&[
        (".gitignore", "generated/\n*.old.inspire\n!kept.old.inspire\n"),
        ("app/.gitignore", "local.inspire\n"),
        ("app/kizaki.toml", "[schema]\ninclude = [\"schema/**/*.inspire\", \"/*.inspire\"]\n"),
        ("app/schema/deep/a.inspire", OLD),
        ("app/kept.old.inspire", "entity Kept { text: string }\n"),
        ("app/elsewhere/b.inspire", other),
        ("app/schema/target/c.inspire", other),
        ("other/d.inspire", other),
    ]);
    for name in ["app/generated/e.inspire", "app/schema/f.old.inspire", "app/local.inspire"] {
        project.write(name, other);
    }
    git(&project, "", &["add", "--all", "--force"]);
    commit(&project);
    passes(&project.run(&["diff", "git:HEAD", "app"]), "no differences\n");
    passes(&project.run(&["-C", "app", "diff", "git:HEAD"]), "no differences\n");
    // The settings are those of the commit, not of today.
    project.write("app/kizaki.toml", "[schema]\ninclude = [\"schema/**/*.inspire\"]\n");
    let run = project.run(&["-C", "app", "diff", "git:HEAD"]);
    assert!(run.stdout.contains("  Kept: entity removed\n"), "{run:?}");
    assert_eq!(run.stdout.matches("entity ").count(), 2, "{run:?}");
}

#[test]
fn a_commit_that_cannot_be_read_is_a_failure_of_the_environment() {
    let project = repository(&[("a.inspire", OLD), ("sub/x", "")]);
    for (side, reason) in [
        ("git:nope", "git knows no such commit here"),
        ("git:", "git knows no such commit here"),
        ("git:--all", "git knows no such commit here"),
        ("git:-x", "git knows no such commit here"),
        ("git:HEAD:a.inspire", "git knows no such commit here"),
        ("git:HEAD^{tree}", "git knows no such commit here"),
    ] {
        let run = project.run(&["diff", side, ".", "--error-format", "short"]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
        assert!(run.stderr.contains(&format!("cannot read `{side}`: {reason}")), "{run:?}");
    }
    let run = project.run(&["-C", "sub", "diff", "git:HEAD", "git:HEAD", "--error-format", "short"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("there is no `.inspire` file of this project at `git:HEAD`"), "{run:?}");

    let mut command = project.command(&["diff", "git:HEAD", "--error-format", "short"]);
    let run = Run::of(&command.env("PATH", "").output().unwrap());
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("the command `git` was not found"), "{run:?}");

    let plain = Project::new(&[("a.inspire", OLD)]);
    let mut command = plain.command(&["diff", "git:HEAD", "--error-format", "short"]);
    let run = Run::of(&command.env("GIT_CEILING_DIRECTORIES", plain.path("..")).output().unwrap());
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("is in no repository that git can read"), "{run:?}");
}

#[test]
fn errors_of_a_schema_are_those_of_a_build() {
    let project = repository(&[("a.inspire", "entity Note { text: strin }\n")]);
    project.write("a.inspire", OLD);
    let run = project.run(&["diff", "git:HEAD", "--error-format", "short"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.starts_with("git:HEAD:a.inspire:1:21: error[unknown-type]: "), "{run:?}");
    project.write("b.inspire", "entity Note {}\n");
    let run = project.run(&["diff", "a.inspire", ".", "--error-format", "short"]);
    assert!(run.code == 1 && run.stderr.contains("error[duplicate-name]"), "{run:?}");
    // A level that is denied stops here as it stops a build.
    assert_eq!(project.run(&["diff", "a.inspire", "a.inspire", "-D", "entity-without-policy"]).code, 0);
    project.write("c.inspire", "entity Alone { text: string }\n");
    assert_eq!(project.run(&["diff", "a.inspire", "c.inspire"]).code, 0);
    assert_eq!(project.run(&["diff", "a.inspire", "c.inspire", "-D", "entity-without-policy"]).code, 1);
}

#[test]
fn a_bad_artifact_is_told_as_one() {
    let project = Project::new(&[("a.inspire", OLD), ("text.kza", OLD)]);
    assert_eq!(project.run(&["build", "-o", "app.kza"]).code, 0);
    let mut bytes = project.bytes("app.kza");
    bytes.truncate(bytes.len() - 1);
    project.write("short", &bytes);
    for bad in ["text.kza", "short"] {
        for arguments in [["diff", bad, "a.inspire"], ["diff", "app.kza", bad]] {
            let run = project.run(&arguments);
            assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{run:?}");
            assert!(run.stderr.contains(&format!("`{bad}` is no valid artifact: ")), "{run:?}");
        }
    }
    for missing in ["nope.kza", "nope.inspire", "nope"] {
        let run = project.run(&["diff", missing, "a.inspire"]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains(&format!("cannot read `{missing}`")), "{run:?}");
    }
}

#[test]
fn what_is_denied_ends_with_1() {
    let project = Project::new(&[
        ("old.inspire", "routes(\"/v1\", auth: none) {\n  GET /a -> a\n}\n"),
        ("new.inspire", "routes(\"/v1\", auth: none) {\n  GET /b -> b\n}\n"),
    ]);
    let run =
        |arguments: &[&str]| project.run(&[&["diff", "old.inspire", "new.inspire"], arguments].concat());
    assert_eq!((run(&[]).code, run(&[]).stderr), (0, String::new()));
    for (arguments, line) in [
        (&["--deny", "widened"][..], "error: denied: 1 change widens access\n"),
        (&["-D", "breaking"], "error: denied: 1 change breaks callers\n"),
        (
            &["--deny", "breaking", "--deny", "widened", "--format", "json"],
            "error: denied: 1 change widens access, 1 change breaks callers\n",
        ),
    ] {
        let denied = run(arguments);
        assert_eq!((denied.code, denied.stderr.as_str()), (1, line));
        assert!(denied.stdout.contains("/v1/b"), "{denied:?}");
    }
    let same =
        project.run(&["diff", "old.inspire", "old.inspire", "--deny", "widened", "--deny", "breaking"]);
    passes(&same, "no differences\n");
    for (word, said) in [("widend", "did you mean `widened`?"), ("zzz", "no lint is named `zzz`")] {
        let wrong = run(&["--deny", word]);
        assert_eq!(wrong.code, 2);
        assert!(wrong.stderr.contains(said), "{wrong:?}");
    }
    // The groups are for this command only.
    assert_eq!(project.run(&["check", "old.inspire", "--deny", "widened"]).code, 2);
    assert_eq!(project.run(&["diff"]).code, 2);
}

#[test]
fn programs_get_json() {
    let project = Project::new(&[("old.inspire", OLD), ("new.inspire", NEW)]);
    let run = project.run(&["diff", "old.inspire", "new.inspire", "--format", "json"]);
    let json = run.json();
    assert_eq!((json["version"].as_u64(), json["counts"]["widens"].as_u64()), (Some(1), Some(1)));
    let change = &json["changes"][0];
    assert_eq!(change["effects"], serde_json::json!(["widens"]));
    assert_eq!((change["block"].as_str(), change["subject"].as_str()), (Some("policy"), Some("Note")));
    let none = project.run(&["diff", "new.inspire", "new.inspire", "--format", "json"]).json();
    assert_eq!(none["changes"], serde_json::json!([]));
    assert_eq!(none["old"], none["new"]);
}

#[test]
fn headings_are_in_colour_where_that_is_wanted() {
    let project = Project::new(&[("old.inspire", OLD), ("new.inspire", NEW)]);
    let arguments = ["diff", "old.inspire", "new.inspire", "--color", "always"];
    let run = project.run(&arguments);
    assert!(run.stdout.starts_with("\u{1b}[1m\u{1b}[31mWidens access\u{1b}[0m\n"), "{run:?}");
    assert_eq!(run.stdout.matches('\u{1b}').count(), 3);
}
