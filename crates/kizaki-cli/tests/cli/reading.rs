//! Which files are read. A file that is not UTF-8 is reported when it is read, and so tells that it was.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use crate::support::{Project, Run};

/// The files read by a run in a project of unreadable files.
fn read(run: &Run) -> Vec<String> {
    let report = run.json();
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    diagnostics.map(|one| one["file"].as_str().unwrap_or("-").to_owned()).collect()
}

const CHECK: [&str; 3] = ["check", "--error-format", "json"];

#[test]
fn a_project_is_every_schema_file_that_is_not_ignored() {
    let bad = b"\xff";
    let project = Project::new(&[
        ("b.inspire", &bad[..]),
        ("a/a.inspire", bad),
        (".hidden/h.inspire", bad),
        ("a/readme.md", bad),
        ("node_modules/x.inspire", bad),
        ("target/x.inspire", bad),
        (".kizaki/x.inspire", bad),
        (".git/x.inspire", bad),
        (".gitignore", b"generated/\n"),
        ("generated/x.inspire", bad),
        ("a/.gitignore", b"/old.inspire\n"),
        ("a/old.inspire", bad),
    ]);
    assert_eq!(read(&project.run(&CHECK)), [".hidden/h.inspire", "a/a.inspire", "b.inspire"]);
}

#[test]
fn what_stands_above_counts_within_a_repository_only() {
    let files = [
        ("top/.gitignore", &b"old.inspire\n"[..]),
        ("top/app/old.inspire", b"\xff"),
        ("top/app/new.inspire", b"\xff"),
    ];
    let project = Project::new(&files);
    let check = [&CHECK[..], &["-C", "top/app"]].concat();
    assert_eq!(read(&project.run(&check)), ["new.inspire", "old.inspire"]);
    project.write("top/.git/HEAD", "");
    assert_eq!(read(&project.run(&check)), ["new.inspire"]);
    // What is further in decides.
    project.write("top/app/.gitignore", "!old.inspire\n/new.*\n");
    assert_eq!(read(&project.run(&check)), ["old.inspire"]);
    assert_eq!(read(&project.run(&[&CHECK[..], &["top"]].concat())), ["top/app/old.inspire"]);
}

#[test]
fn the_project_starts_at_the_nearest_settings() {
    let project = Project::new(&[
        ("kizaki.toml", &b""[..]),
        ("a.inspire", b"\xff"),
        ("deep/er/b.inspire", b"\xff"),
        ("other/kizaki.toml", b""),
        ("other/c.inspire", b"\xff"),
    ]);
    assert_eq!(
        read(&project.run(&[&CHECK[..], &["-C", "deep/er"]].concat())),
        ["a.inspire", "deep/er/b.inspire", "other/c.inspire"]
    );
    assert_eq!(read(&project.run(&[&CHECK[..], &["-C", "other"]].concat())), ["c.inspire"]);
}

#[test]
fn settings_narrow_what_is_read() {
    let project = Project::new(&[
        ("kizaki.toml", &b"[schema]\ninclude = [\"schema/**/*.inspire\"]\n"[..]),
        ("schema/deep/a.inspire", b"\xff"),
        ("draft.inspire", b"\xff"),
    ]);
    assert_eq!(read(&project.run(&CHECK)), ["schema/deep/a.inspire"]);
    assert_eq!(read(&project.run(&[&CHECK[..], &["draft.inspire"]].concat())), ["draft.inspire"]);
    let project = Project::new(&[("kizaki.toml", "[schema]\ninclude = [\"x/*\"]\n"), ("a.inspire", "")]);
    let run = project.run(&["check"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("matches `x/*`"), "{run:?}");
}

#[test]
fn what_is_named_is_read_once_whatever_it_is_called() {
    let project = Project::new(&[("s/a.inspire", b"\xff"), ("s/b.txt", b"\xff"), (".gitignore", b"*")]);
    let run = project.run(&[&CHECK[..], &["s/b.txt", "s/a.inspire", "./s/../s/a.inspire"]].concat());
    // A broken file is reported for each time it is named; a good one is read once.
    assert!(read(&run).contains(&"s/b.txt".to_owned()));
    let project = Project::new(&[("s/a.inspire", "")]);
    let run = project.run(&[&CHECK[..], &["s", "s/a.inspire", "./s"]].concat());
    assert_eq!((run.code, run.json()["summary"]["files"].as_u64()), (0, Some(1)));
}

#[test]
fn everything_unreadable_is_reported_at_once() {
    let project = Project::new(&[("bad.inspire", b"\xff")]);
    let run = project.run(&[&CHECK[..], &["one.inspire", "bad.inspire", "two.inspire"]].concat());
    assert_eq!(run.codes(), ["unreadable-file", "unreadable-file", "invalid-utf8"]);
    assert_eq!(run.code, 3);
}

#[test]
fn no_schema_says_where_it_looked() {
    let project = Project::new(&[("sub.inspire/readme", "")]);
    let run = project.run(&["check"]);
    assert_eq!(run.code, 3);
    let directory = project.path("").canonicalize().unwrap();
    assert!(run.stderr.replace("\n  │ ", " ").contains(&format!("`{}`", directory.display())), "{run:?}");
    assert!(run.stderr.contains("kizaki init"), "{run:?}");
    // A directory is a directory, whatever its name.
    let run = project.run(&["check", "sub.inspire"]);
    assert!(run.stderr.contains("below `sub.inspire`"), "{run:?}");
}

#[test]
fn a_file_of_4_gib_is_refused_before_it_is_read() {
    let project = Project::empty();
    let file = std::fs::File::create(project.path("big.inspire")).unwrap();
    file.set_len(1 << 32).unwrap();
    let run = project.run(&CHECK);
    assert_eq!((run.code, run.codes()), (3, vec!["file-too-large".to_owned()]));
    assert!(run.stdout.contains("`big.inspire` has 4294967296 bytes"), "{run:?}");
}

#[test]
fn a_link_to_nothing_is_reported_and_a_link_to_a_file_is_read() {
    let project = Project::new(&[("real.txt", b"\xff")]);
    symlink("real.txt", project.path("a.inspire")).unwrap();
    assert_eq!(read(&project.run(&CHECK)), ["a.inspire"]);
    symlink("nothing", project.path("b.inspire")).unwrap();
    assert_eq!(project.run(&CHECK).codes(), ["unreadable-file", "invalid-utf8"]);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let project = Project::empty();
    let read = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"\xff").unwrap();
        Run::of(&child.wait_with_output().unwrap()).stderr
    };
    let short = ["check", "-", "--error-format", "short"];
    assert!(read(&short).starts_with("<stdin>:1:1: error[invalid-utf8]: `<stdin>`"));
    let named = read(&[&short[..], &["--stdin-filename", "schema/x.inspire"]].concat());
    assert!(named.starts_with("schema/x.inspire:1:1: "), "{named}");
}
