//! The machine formats, over every diagnostic of the corpus: what they print reads back and says the same.

use inspire_diagnostics::{Report, SourceMap, sort};
use serde_json::Value;

use crate::support::compile::{check, one};
use crate::support::corpus::fixtures;

/// Calls `test` with a report on each fixture.
fn each(test: impl Fn(&str, &Report<'_>)) {
    for fixture in fixtures("check").iter().chain(&fixtures("parse")) {
        let sources = one(&fixture.text);
        let report = Report::new(&sources, check(&fixture.text, fixture.code()));
        test(&fixture.name(), &report);
    }
}

fn names(report: &Report<'_>) -> Vec<&'static str> {
    report.diagnostics().iter().map(|one| one.code.name()).collect()
}

#[test]
fn json_reads_back_and_points_into_the_source() {
    each(|name, report| {
        let mut out = Vec::new();
        report.write_json(&mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{name}: {error}"));
        let entries = document["diagnostics"].as_array().unwrap();
        let found: Vec<_> = entries.iter().map(|entry| entry["code"].as_str().unwrap()).collect();
        assert_eq!(found, names(report), "{name}");
        let text = source(report.sources());
        for entry in entries {
            let at = |key: &str| usize::try_from(entry["span"][key].as_u64().unwrap()).unwrap();
            assert!(text.get(at("start")..at("end")).is_some(), "{name}: {entry}");
            assert!(at("line") >= 1 && at("column") >= 1, "{name}: {entry}");
        }
    });
}

#[test]
fn a_line_of_jsonl_is_an_entry_of_json() {
    each(|name, report| {
        let (mut lines, mut whole) = (Vec::new(), Vec::new());
        report.write_jsonl(&mut lines).unwrap();
        report.write_json(&mut whole).unwrap();
        let whole: Value = serde_json::from_slice(&whole).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), report.diagnostics().len() + 1, "{name}");
        assert_eq!(lines[..lines.len() - 1], whole["diagnostics"].as_array().unwrap()[..], "{name}");
    });
}

#[test]
fn sarif_reads_back() {
    each(|name, report| {
        let mut out = Vec::new();
        report.write_sarif(&mut out).unwrap();
        let log: serde_sarif::sarif::Sarif =
            serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found: Vec<_> =
            log.runs[0].results.iter().flatten().map(|result| result.rule_id.clone().unwrap()).collect();
        assert_eq!(found, names(report), "{name}");
    });
}

#[test]
fn no_format_lets_a_hidden_character_through() {
    each(|name, report| {
        let mut out = Vec::new();
        report.write_json(&mut out).unwrap();
        report.write_sarif(&mut out).unwrap();
        report.write_short(&mut out, inspire_diagnostics::Severity::Note).unwrap();
        for one in report.diagnostics() {
            out.extend_from_slice(crate::support::snapshot::graphical(report.sources(), one).as_bytes());
        }
        let text = String::from_utf8(out).unwrap();
        let hidden = text.chars().find(|c| {
            *c != '\n' && *c != ' ' && inspire_diagnostics::visible(&c.to_string()).len() > c.len_utf8()
        });
        assert_eq!(hidden, None, "{name}");
    });
}

#[test]
fn the_compiler_speaks_in_the_order_of_a_report() {
    for fixture in fixtures("check").iter().chain(&fixtures("parse")) {
        let found = check(&fixture.text, fixture.code());
        let mut sorted = found.clone();
        sort(&mut sorted);
        assert_eq!(found, sorted, "{}", fixture.name());
    }
}

fn source(sources: &SourceMap) -> &str {
    sources.iter().next().unwrap().1.text()
}
