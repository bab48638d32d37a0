//! Examples: whole apps build without a word and load again; the Rust programs run.

use std::process::Command;

use inspire_artifact::Artifact;

use crate::support::compile::{build, codes};
use crate::support::corpus::{examples, root};

#[test]
fn an_example_builds_without_a_word_and_loads() {
    for example in examples() {
        let build = build(&example.sources());
        assert_eq!(codes(&build.diagnostics), [""; 0], "{}", example.name);
        let bytes = build.artifact.unwrap();
        let artifact =
            Artifact::from_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", example.name));
        artifact.verify().unwrap_or_else(|error| panic!("{}: {error}", example.name));
    }
}

#[test]
fn the_programs_run() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.kza");
    let schema = root().join("examples/notes/notes.inspire");
    let compiled = run("compile", &[schema.as_os_str(), file.as_os_str()]);
    assert!(compiled.contains(" routes"), "{compiled}");
    let loaded = run("load", &[file.as_os_str(), "GET".as_ref(), "/p/n42".as_ref()]);
    assert!(
        loaded.contains("GET /p/n42 calls showPublishedNote") && loaded.contains("noteId = n42"),
        "{loaded}"
    );
}

/// Runs one of the programs in `examples/` and gives what it printed.
fn run(program: &str, arguments: &[&std::ffi::OsStr]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--locked", "--package", "inspire-tests", "--example", program, "--"]);
    let output = cargo.args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
