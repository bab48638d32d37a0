//! Fixtures: each says what it is named for and nothing else, and looks as its snapshot shows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::compile::{check, codes, one, syntax};
use crate::support::corpus::{Fixture, fixtures};
use crate::support::{none, snapshot};

#[test]
fn a_fixture_yields_its_code_and_nothing_else() {
    let mut failures = Vec::new();
    for fixture in fixtures("check") {
        let Some(code) = fixture.code() else {
            failures.push(format!("{} is named for no code", fixture.name()));
            continue;
        };
        let found = check(&fixture.text, Some(code));
        if codes(&found) != [code.name()] {
            failures.push(format!("{} yields {:?}", fixture.name(), codes(&found)));
        }
        if fixture.folder != format!("check/{}", code.area()) {
            failures.push(format!("{} belongs in `check/{}`", fixture.name(), code.area()));
        }
    }
    none(&failures);
}

#[test]
fn a_diagnostic_looks_as_its_snapshot_shows() {
    each("check", |fixture| {
        let found = check(&fixture.text, fixture.code());
        snapshot::assert(&fixture.folder, &fixture.stem, &snapshot::text(&one(&fixture.text), &found));
    });
}

#[test]
fn what_is_valid_parses_without_a_word() {
    let said: Vec<_> = fixtures("parse/valid")
        .iter()
        .filter_map(|fixture| {
            let found = syntax(&fixture.text);
            let shown = snapshot::text(&one(&fixture.text), &found);
            (!found.is_empty()).then(|| format!("{}\n{shown}", fixture.name()))
        })
        .collect();
    none(&said);
}

#[test]
fn what_is_invalid_is_told_as_its_snapshot_shows() {
    each("parse/invalid", |fixture| {
        let found = syntax(&fixture.text);
        assert!(!found.is_empty(), "{} parses", fixture.name());
        snapshot::assert(&fixture.folder, &fixture.stem, &snapshot::text(&one(&fixture.text), &found));
    });
}

/// Runs `test` on every fixture of `folder`, so that one that fails does not hide the others.
fn each(folder: &str, test: impl Fn(&Fixture)) {
    let fails = |fixture: &Fixture| catch_unwind(AssertUnwindSafe(|| test(fixture))).is_err();
    let failed: Vec<_> =
        fixtures(folder).iter().filter(|fixture| fails(fixture)).map(Fixture::name).collect();
    none(&failed);
}
