//! Examples: whole apps build without a word and load again; the Rust programs run.

use inspire_artifact::Artifact;

use crate::support::command::example;
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
fn examples_are_whole_apps() {
    let lines: Vec<(String, usize)> = examples()
        .into_iter()
        .map(|example| (example.name, example.files.iter().map(|(_, text)| text.lines().count()).sum()))
        .collect();
    assert!(lines.len() >= 8, "{lines:?}");
    assert!(lines.iter().all(|(_, count)| *count >= 80), "{lines:?}");
    assert!(lines.iter().any(|(_, count)| *count > 600), "{lines:?}");
}

#[test]
fn the_programs_run() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.kza");
    let schema = root().join("examples/notes/notes.inspire");
    let compiled = example("compile", &[schema.as_os_str(), file.as_os_str()]);
    assert!(compiled.contains(" routes"), "{compiled}");
    let loaded = example("load", &[file.as_os_str(), "GET".as_ref(), "/p/n42".as_ref()]);
    assert!(
        loaded.contains("GET /p/n42 calls showPublishedNote") && loaded.contains("noteId = n42"),
        "{loaded}"
    );
}
