//! The README: what it shows the command say is what the command says.

use crate::support::book::{Fence, Page};
use crate::support::command::kizaki;
use crate::support::corpus::{examples, read, root};

fn fences() -> Vec<Fence> {
    Page { path: "README.md".to_owned(), text: read(&root().join("README.md")) }.fences()
}

/// The text of the console fence that runs `command`, without the line that does so.
fn shown(command: &str) -> String {
    let head = format!("$ {command}\n");
    let found = fences().into_iter().find_map(|fence| fence.text.strip_prefix(&head).map(str::to_owned));
    found.unwrap_or_else(|| panic!("the README does not show `{command}`"))
}

#[test]
fn the_mistakes_look_as_shown() {
    let schema = fences().into_iter().find(|fence| fence.mark == "inspire,wrong").unwrap().text;
    let outcome = kizaki(&["--stdin-filename", "app.inspire", "check", "-"], schema.as_bytes());
    assert_eq!(outcome.stderr, shown("kizaki check"));
    assert_eq!(outcome.code, Some(1));
}

#[test]
fn artifacts_look_as_shown() {
    let directory = tempfile::tempdir().unwrap();
    let shows = |name: &str| {
        fences().iter().any(|fence| fence.text.starts_with(&format!("$ kizaki inspect {name}\n")))
    };
    let examples: Vec<_> = examples().into_iter().map(|one| (format!("{}.kza", one.name), one)).collect();
    let examples: Vec<_> = examples.into_iter().filter(|(name, _)| shows(name)).collect();
    assert!(examples.len() >= 4, "the README shows {} artifacts", examples.len());
    for (name, example) in examples {
        let file = directory.path().join(&name);
        let file = file.to_str().unwrap();
        let built = kizaki(&["-C", &example.name, "build", "--output", file], b"");
        assert_eq!(built.code, Some(0), "{}", built.stderr);
        let inspected = kizaki(&["inspect", file], b"").stdout;
        let shown = shown(&format!("kizaki inspect {name}"));
        for part in shown.split("\n\n").map(str::trim_end) {
            // Size and digest follow the format; that they are shown is enough.
            let part = part.split_once("blake3").map_or(part, |_| name.as_str());
            assert!(
                trimmed(&inspected).contains(part),
                "the README shows\n{part}\nand the command\n{inspected}"
            );
        }
    }
}

fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
