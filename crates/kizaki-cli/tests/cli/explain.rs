//! `kizaki explain`, completions and manual pages.

use crate::support::{Project, Run};

#[test]
fn a_page_is_text_that_fits() {
    let project = Project::empty();
    let mut command = project.command(&["explain", "many-rows"]);
    let run = Run::of(&command.env("COLUMNS", "50").output().unwrap());
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with("many-rows\n\nwarning"), "{run:?}");
    assert!(!run.stdout.contains("```") && !run.stdout.contains("]("), "{run:?}");
    assert!(run.stdout.contains("\n    entity Profile {\n"), "code is indented: {run:?}");
    let prose = run.stdout.lines().filter(|line| !line.starts_with("    "));
    assert!(prose.clone().all(|line| line.chars().count() <= 50), "{run:?}");
}

#[test]
fn every_listed_code_is_explained() {
    let project = Project::empty();
    let list = project.run(&["explain", "--list"]);
    let codes: Vec<_> = list.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(codes.len() > 100 && codes.contains(&"unknown-provider"), "{list:?}");
    for code in ["unknown-provider", "no-schema", "composition-rules", "invalid-artifact"] {
        assert!(codes.contains(&code));
        assert!(project.run(&["explain", code]).stdout.starts_with(code));
    }
}

#[test]
fn a_slip_gets_a_suggestion() {
    let run = Project::empty().run(&["explain", "many-row"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("no diagnostic has this code; did you mean `many-rows`?"), "{run:?}");
    let run = Project::empty().run(&["explain", "E0308"]);
    assert!(run.stderr.contains("kizaki explain --list"), "{run:?}");
}

#[test]
fn completions_and_manual_pages_are_made() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish"] {
        assert!(project.run(&["completions", shell]).stdout.contains("kizaki"));
    }
    assert_eq!(project.run(&["man", "made/man1"]).code, 0);
    assert!(project.list("made/man1").contains(&"kizaki-build.1".to_owned()));
    assert!(project.read("made/man1/kizaki.1").starts_with(".ie"));
}
