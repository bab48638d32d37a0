//! The exact text of the JSON report, and its published schema.

use super::Document;
use crate::format_samples::{hostile, sample};
use crate::{Report, SourceMap};

fn json(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    report.write_json(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_document_has_the_documented_shape() {
    let (sources, diagnostics) = sample();
    let report: serde_json::Value = serde_json::from_str(&json(&Report::new(&sources, diagnostics))).unwrap();
    assert_eq!(
        report,
        serde_json::json!({
            "version": 1,
            "diagnostics": [
                {
                    "code": "unknown-provider", "severity": "error",
                    "message": "unknown sign-in provider `gogle`",
                    "file": "schema/auth.inspire",
                    "span": { "start": 28, "end": 33, "line": 2, "column": 21, "endLine": 2, "endColumn": 26 },
                    "label": "not a provider",
                    "related": [],
                    "help": "did you mean `google`?",
                    "fixes": [{
                        "title": "replace with `google`", "applicability": "machine-applicable",
                        "edits": [{ "file": "schema/auth.inspire", "start": 28, "end": 33, "text": "google" }],
                    }],
                },
                {
                    "code": "duplicate-name", "severity": "error",
                    "message": "the enum `Größe` is declared twice",
                    "file": "schema/data.inspire",
                    "span": { "start": 23, "end": 30, "line": 2, "column": 6, "endLine": 2, "endColumn": 11 },
                    "label": "declared again here",
                    "related": [{
                        "file": "schema/auth.inspire",
                        "span": { "start": 0, "end": 4, "line": 1, "column": 1, "endLine": 1, "endColumn": 5 },
                        "label": "first declared here",
                    }],
                    "help": null,
                    "fixes": [],
                },
            ],
            "summary": { "errors": 2, "warnings": 0, "notes": 0, "files": 2 },
        })
    );
}

#[test]
fn nothing_to_say_is_the_same_document_with_an_empty_list() {
    let sources = SourceMap::new([("a", "")]).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json(&Report::new(&sources, vec![]))).unwrap();
    assert_eq!(
        report,
        serde_json::json!({
            "version": 1, "diagnostics": [], "summary": { "errors": 0, "warnings": 0, "notes": 0, "files": 1 },
        })
    );
}

#[test]
fn jsonl_is_a_diagnostic_a_line_and_then_the_summary() {
    let (sources, diagnostics) = sample();
    let mut out = Vec::new();
    Report::new(&sources, diagnostics).write_jsonl(&mut out).unwrap();
    let lines: Vec<serde_json::Value> = out
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["code"], "unknown-provider");
    assert_eq!(lines[2]["summary"]["errors"], 2);
}

#[test]
fn hidden_characters_are_escaped_and_read_back() {
    let (sources, diagnostics) = hostile();
    let message = diagnostics[0].message.clone();
    let text = json(&Report::new(&sources, diagnostics));
    assert!(!text.chars().any(|c| c != '\n' && crate::visible::is_hidden(c)), "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["diagnostics"][0]["message"], message);
}

/// With `UPDATE_SCHEMA` set the file is written instead.
#[test]
#[expect(clippy::disallowed_methods, reason = "compares a file of the book, and writes it when asked to")]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/src/report.schema.json");
    let mut schema = schemars::schema_for!(Document<'static>);
    schema.insert("title".to_owned(), "The report of kizaki check and build".into());
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "run again with UPDATE_SCHEMA=1");
}
