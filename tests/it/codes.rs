//! Codes, pages and fixtures belong together: none of the three exists without the others, and pages tell the truth.

use inspire_diagnostics::{Code, Kind};

use crate::support::book::{Page, pages};
use crate::support::command::kizaki;
use crate::support::compile::{check, codes};
use crate::support::corpus::{Fixture, fixtures};
use crate::support::none;

/// Codes whose wrong text is no text, or too large to lie about: their page generates it.
const WITHOUT_FIXTURE: [Code; 2] = [Code::InvalidUtf8, Code::LimitExceeded];

/// Areas whose codes are about what the command was asked for or works with, and not about a schema.
const WITHOUT_SCHEMA: [&str; 5] = ["effects", "environment", "keys", "login", "operators"];

fn of_schema() -> impl Iterator<Item = Code> {
    Code::ALL.iter().copied().filter(|code| !WITHOUT_SCHEMA.contains(&code.area()))
}

#[test]
fn every_code_has_a_page_in_the_form_of_the_others() {
    let mut failures = Vec::new();
    for code in Code::ALL {
        match Page::of(*code) {
            None => failures.push(format!("`{code}` has no page")),
            Some(page) => form(*code, &page, &mut failures),
        }
    }
    none(&failures);
}

fn form(code: Code, page: &Page, failures: &mut Vec<String>) {
    let kind = match code.kind() {
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Note => "note",
        Kind::Lint => "lint, off by default",
    };
    let head = format!("# {code}\n\n{kind} · {}\n\n", code.title());
    if !page.text.starts_with(&head) {
        failures.push(format!("{} does not start with\n{head}", page.path));
    }
    let headings: Vec<_> = page.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut order = ["Wrong", "Right", "Options", "See also"].iter();
    if !headings.iter().all(|heading| order.any(|known| known == heading)) {
        failures.push(format!("{} has the headings {headings:?}", page.path));
    }
}

#[test]
fn every_page_belongs_to_a_code_and_is_listed() {
    let pages = pages();
    let text = |path: &str| pages.iter().find(|page| page.path == path).unwrap().text.clone();
    let (summary, index) = (text("SUMMARY.md"), text("diagnostics/index.md"));
    let mut failures = Vec::new();
    for page in &pages {
        let Some(name) = page.path.strip_prefix("diagnostics/").and_then(|path| path.strip_suffix(".md"))
        else {
            continue;
        };
        if name == "index" {
            continue;
        }
        if Code::from_name(name).is_none() {
            failures.push(format!("{} is about no code", page.path));
        }
        if !summary.contains(&format!("({})", page.path)) || !index.contains(&format!("({name}.md)")) {
            failures.push(format!("{} is not listed", page.path));
        }
    }
    none(&failures);
}

#[test]
fn every_code_has_a_fixture() {
    let named: Vec<_> = fixtures("check").iter().filter_map(Fixture::code).collect();
    let missing: Vec<_> = of_schema()
        .filter(|code| !WITHOUT_FIXTURE.contains(code) && !named.contains(code))
        .map(|code| format!("`{code}` has no fixture"))
        .collect();
    none(&missing);
}

#[test]
fn the_wrong_example_of_a_page_yields_its_code_once() {
    let mut failures = Vec::new();
    for code in of_schema().filter(|code| *code != Code::InvalidUtf8) {
        match Page::of(code).unwrap().example("Wrong") {
            Ok(fence) => {
                let text = String::from_utf8(fence.bytes()).unwrap();
                let found = check(&text, Some(code));
                if codes(&found) != [code.name()] {
                    failures.push(format!("`{code}`: the wrong example yields {:?}", codes(&found)));
                }
            }
            Err(reason) => failures.push(reason),
        }
    }
    none(&failures);
}

#[test]
fn the_right_example_of_a_page_yields_nothing() {
    let mut failures = Vec::new();
    for code in of_schema() {
        match Page::of(code).unwrap().example("Right") {
            Ok(fence) => {
                let text = String::from_utf8(fence.bytes()).unwrap();
                let found = check(&text, Some(code));
                if !found.is_empty() {
                    failures.push(format!("`{code}`: the right example yields {:?}", codes(&found)));
                }
            }
            Err(reason) => failures.push(reason),
        }
    }
    none(&failures);
}

#[test]
fn the_command_refuses_what_is_no_text() {
    let fence = Page::of(Code::InvalidUtf8).unwrap().example("Wrong").unwrap();
    assert!(String::from_utf8(fence.bytes()).is_err());
    let outcome = kizaki(&["--error-format", "json", "check", "-"], &fence.bytes());
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}:\n{}{}", outcome.stdout, outcome.stderr));
    let found: Vec<_> =
        report["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(found, ["invalid-utf8"]);
    assert_ne!(outcome.code, Some(0));
}

#[test]
fn a_page_about_no_schema_shows_its_diagnostic() {
    let mut failures = Vec::new();
    for code in Code::ALL.iter().filter(|code| WITHOUT_SCHEMA.contains(&code.area())) {
        let shown = Page::of(*code)
            .unwrap()
            .fences()
            .into_iter()
            .any(|fence| fence.mark == "console" && fence.text.contains(&format!("error[{code}]: ")));
        if !shown {
            failures.push(format!("the page of `{code}` does not show it"));
        }
    }
    none(&failures);
}
