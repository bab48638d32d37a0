//! The book: what it shows as a schema compiles, and what it links to is there.

use crate::support::book::pages;
use crate::support::compile::{check, codes, has_error};
use crate::support::corpus::root;
use crate::support::none;

#[test]
fn schemas_in_the_book_compile() {
    let (mut failures, mut compiled) = (Vec::new(), 0);
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| fence.is_schema()) {
            // The pages of codes show what is wrong on purpose; their own tests are in `codes`.
            let own_test =
                page.path.starts_with("diagnostics/") && matches!(fence.heading.as_str(), "Wrong" | "Right");
            if own_test || fence.mark == "inspire,fragment" {
                continue;
            }
            compiled += 1;
            let found = check(&String::from_utf8(fence.bytes()).unwrap(), None);
            if has_error(&found) {
                failures.push(format!("{}:{} yields {:?}", page.path, fence.line, codes(&found)));
            }
        }
    }
    assert!(compiled > 0, "the book shows no schema");
    none(&failures);
}

#[test]
fn fences_have_marks_that_tests_know() {
    const MARKS: [&str; 12] = [
        "inspire",
        "inspire,escaped",
        "inspire,generated",
        "inspire,fragment",
        "console",
        "js",
        "json",
        "sql",
        "text",
        "toml",
        "rust",
        "rust,ignore",
    ];
    let mut failures = Vec::new();
    for page in pages() {
        for fence in page.fences().iter().filter(|fence| !MARKS.contains(&fence.mark.as_str())) {
            failures.push(format!("{}:{} is marked `{}`", page.path, fence.line - 1, fence.mark));
        }
    }
    none(&failures);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let top = root().join("book/src");
    let mut failures = Vec::new();
    for page in pages() {
        let directory = top.join(&page.path).parent().unwrap().to_owned();
        for (_, rest) in page.text.match_indices("](").map(|(at, _)| page.text[at..].split_at(2)) {
            let target = rest.split(')').next().unwrap().split('#').next().unwrap();
            let is_page = !target.is_empty() && !target.contains("://");
            if is_page && !directory.join(target).exists() {
                failures.push(format!("{} links to `{target}`", page.path));
            }
        }
    }
    none(&failures);
}
