//! The artifact on the disk: the old one or the new one, never a part.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use crate::support::Project;

fn project() -> Project {
    Project::new(&[("a.inspire", "entity A { name: string  @grant read }\n")])
}

const OUT: &str = ".kizaki/build/app.kza";

#[test]
fn a_build_ends_with_one_line_and_an_artifact() {
    let project = project();
    let run = project.run(&["build"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(
        run.stderr.starts_with("wrote .kizaki/build/app.kza: ") && run.stderr.lines().count() == 1,
        "{run:?}"
    );
    assert!(run.stderr.contains("blake3 "), "{run:?}");
    assert_eq!(project.list(".kizaki/build"), ["app.kza"], "no temporary file is left");
    let mode = std::fs::metadata(project.path(OUT)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn the_same_bytes_are_not_written_again() {
    let project = project();
    project.run(&["build"]);
    let inode = || std::fs::metadata(project.path(OUT)).unwrap().ino();
    let before = inode();
    let run = project.run(&["build"]);
    assert!(run.stderr.starts_with("unchanged .kizaki/build/app.kza: "), "{run:?}");
    assert_eq!(inode(), before);
}

#[test]
fn a_failed_build_leaves_the_old_artifact() {
    let project = project();
    project.run(&["build"]);
    let old = project.bytes(OUT);
    project.write("b.inspire", b"\xff");
    assert_eq!(project.run(&["build"]).code, 1);
    assert_eq!(project.bytes(OUT), old);
}

#[test]
fn check_writes_nothing() {
    let project = project();
    assert_eq!(project.run(&["build", "--check"]).code, 0);
    assert_eq!(project.run(&["check"]).code, 0);
    assert_eq!(project.list(""), ["a.inspire"]);
}

#[test]
fn an_output_that_cannot_be_written_is_said_in_the_report() {
    let project = project();
    project.write("file", "");
    project.write("directory/x", "");
    for (path, reason) in [
        ("file/app.kza", "a part of the path is not a directory"),
        ("directory", "it is a directory"),
        ("/proc/nope/app.kza", "there is no such file or directory"),
        ("/dev/full", "no space is left on the device"),
    ] {
        let run = project.run(&["build", "-o", path, "--error-format", "json"]);
        assert_eq!((run.code, run.codes()), (3, vec!["output-failed".to_owned()]), "{path}");
        assert_eq!(run.json()["diagnostics"][0]["message"], format!("cannot write `{path}`: {reason}"));
    }
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    let run = project().run(&["build", "-o", "/dev/null"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_link_stays_a_link() {
    let project = project();
    project.write("store/old.kza", "old");
    symlink("store/old.kza", project.path("app.kza")).unwrap();
    assert_eq!(project.run(&["build", "-o", "app.kza"]).code, 0);
    assert!(project.path("app.kza").is_symlink());
    assert_ne!(project.bytes("store/old.kza"), b"old");
}

#[test]
fn settings_and_flags_choose_the_place() {
    let project = project();
    project.write("kizaki.toml", "[build]\nout = \"made/x.kza\"\n");
    project.write("sub/readme", "");
    assert_eq!(project.run(&["build", "-C", "sub"]).code, 0);
    assert_eq!(project.list("made"), ["x.kza"]);
    assert_eq!(project.run(&["compile", "-o", "y.kza"]).code, 0);
    assert_eq!(project.bytes("y.kza"), project.bytes("made/x.kza"));
}

#[test]
fn json_lies_beside_the_artifact() {
    let project = project();
    assert_eq!(project.run(&["build", "--emit", "artifact,json"]).code, 0);
    assert_eq!(project.list(".kizaki/build"), ["app.json", "app.kza"]);
    let json: serde_json::Value = serde_json::from_slice(&project.bytes(".kizaki/build/app.json")).unwrap();
    assert_eq!(json["format"], "1.0");
}

#[test]
fn builds_at_once_do_not_disturb_each_other() {
    let project = project();
    let spawn = |_| project.command(&["build", "-q"]).spawn().unwrap();
    let children: Vec<_> = (0..8).map(spawn).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(project.list(".kizaki/build"), ["app.kza"]);
    assert_eq!(project.run(&["verify", OUT]).code, 0);
}

#[test]
fn timings_name_the_steps() {
    let run = project().run(&["build", "--timings"]);
    assert!(run.stderr.contains("read ") && run.stderr.contains("write "), "{run:?}");
}
