//! Allowances: what a comment takes away, and what it leaves.

use inspire::Options;
use inspire_diagnostics::{Level, Levels, SourceMap};

use crate::support::compile::{codes, one};

/// The codes found in `sources` when every lint is raised.
fn found(sources: &SourceMap, levels: &[(&str, Level)]) -> Vec<&'static str> {
    let mut set = Levels::default();
    for (name, level) in levels {
        set.set(name, *level).unwrap();
    }
    let options = Options { levels: set, ..Options::default() };
    codes(&inspire::check_with(sources, &options))
}

fn note(body: &str) -> SourceMap {
    one(&format!("entity Note {{\n  title: string\n  open: boolean\n{body}\n}}\n"))
}

const ALLOW: &str = "// inspire: allow(constant-condition, \"kept until the flag is gone\")";

#[test]
fn an_allowance_is_about_the_next_line_of_code() {
    for between in ["", "\n", "\n  // why\n  /// A doc comment.\n\n"] {
        assert_eq!(found(&note(&format!("  {ALLOW}\n{between}  @grant read where true")), &[]), [""; 0]);
    }
    for spelling in
        ["//inspire:allow(constant-condition,\"x\")", "//  inspire:  allow ( constant-condition , \"x\" )"]
    {
        assert_eq!(found(&note(&format!("{spelling}\n@grant read where true")), &[]), [""; 0], "{spelling}");
    }
    let later = note(&format!("  {ALLOW}\n  @grant insert where true\n  @grant read where true"));
    assert_eq!(found(&later, &[]), ["constant-condition"]);
}

#[test]
fn line_ends_of_every_kind_are_line_ends() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("entity Note {{\n  {ALLOW}\n  @grant read where true\n}}\n").replace('\n', end);
        assert_eq!(found(&one(&text), &[]), [""; 0], "{end:?}");
    }
}

#[test]
fn several_allowances_stand_before_one_line() {
    let body = format!(
        "  @grant read\n  {ALLOW}\n  // inspire: allow(duplicate-policy, \"generated\")\n  @grant insert where true\n  @grant update"
    );
    let unused = note(&body);
    assert_eq!(found(&unused, &[]), ["unused-allow"]);
    let body = body
        .replace("@grant insert where true", "@grant read")
        .replace("constant-condition", "redundant-grant");
    assert_eq!(found(&note(&body), &[]), ["unused-allow"], "the grant is a duplicate and nothing else");
}

#[test]
fn what_a_level_hides_is_allowed_too() {
    let body = "  @grant read\n  // inspire: allow(redundant-grant, \"each role in full\")\n  @grant read where resource.open";
    for level in [Level::Allow, Level::Note, Level::Warn, Level::Deny] {
        assert_eq!(found(&note(body), &[("redundant-grant", level)]), [""; 0], "{level:?}");
    }
}

#[test]
fn an_unused_allowance_is_a_warning_like_others() {
    let unused = note(&format!("  {ALLOW}\n  @grant read"));
    assert_eq!(found(&unused, &[]), ["unused-allow"]);
    assert_eq!(found(&unused, &[("unused-allow", Level::Allow)]), [""; 0]);
}

#[test]
fn after_an_error_nothing_is_said_of_unused_allowances() {
    let broken = note(&format!("  {ALLOW}\n  @grant read\n  @grant read where resource.opne"));
    assert_eq!(found(&broken, &[]), ["unknown-field"]);
}

#[test]
fn an_allowance_stays_in_its_file() {
    let files = [
        ("a.inspire", format!("{ALLOW}\n")),
        ("b.inspire", "entity Note {\n  @grant read where true\n}\n".to_owned()),
    ];
    let sources = SourceMap::new(files.map(|(name, text)| (name.to_owned(), text)).to_vec()).unwrap();
    assert_eq!(found(&sources, &[]), ["unused-allow", "constant-condition"]);
}
