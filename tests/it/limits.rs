//! The limits of an artifact: a schema that reaches one loads, a schema that passes it is refused by the compiler.

use std::fmt::Write as _;

use inspire_artifact::{Artifact, limits};
use inspire_diagnostics::Code;

use crate::support::compile::{build, one};

/// What is limited: its name in messages, how many there may be, and a schema with so many.
type Limit = (&'static str, usize, fn(usize) -> String);

const LIMITS: [Limit; 5] = [
    ("plans", limits::PLANS, plans),
    ("integrations", limits::INTEGRATIONS, integrations),
    ("allowed hosts", limits::HOSTS, hosts),
    ("principal attributes", limits::ATTRIBUTES, attributes),
    ("scopes", limits::SCOPES, scopes),
];

#[test]
fn what_reaches_a_limit_loads_and_one_more_is_refused() {
    for (what, limit, schema) in LIMITS {
        let bytes = build(&one(&schema(limit))).artifact.unwrap_or_else(|| panic!("{limit} {what} compile"));
        Artifact::from_bytes(&bytes).and_then(|artifact| artifact.verify()).unwrap();

        let beyond = build(&one(&schema(limit + 1)));
        assert!(beyond.artifact.is_none(), "{what}");
        let message = format!("the schema has {} {what}; an artifact holds {limit}", limit + 1);
        let found = beyond.diagnostics.iter().find(|found| found.code == Code::LimitExceeded);
        assert_eq!(found.map(|found| found.message.as_str()), Some(message.as_str()));
    }
}

#[test]
fn a_text_has_at_most_64_kib() {
    let schema =
        |length: u32| format!("entity Note {{\n  text: string = \"{}\"\n}}\n", "x".repeat(length as usize));
    let fits = build(&one(&schema(limits::STRING_BYTES - 2)));
    assert!(fits.artifact.is_some(), "{:?}", fits.diagnostics);
    let beyond = build(&one(&schema(limits::STRING_BYTES + 1)));
    assert!(beyond.diagnostics.iter().any(|found| found.code == Code::LimitExceeded));
}

fn many(count: usize, mut line: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    (0..count).for_each(|number| line(&mut text, number));
    text
}

fn plans(count: usize) -> String {
    let plans = many(count, |text, number| {
        writeln!(text, "  plan P{number} {{ stripe: \"price_{number}\" }}").unwrap();
    });
    format!("auth {{ providers: [google] }}\npayments {{\n  @secret key\n{plans}}}\n")
}

fn integrations(count: usize) -> String {
    let list = many(count, |text, number| {
        writeln!(text, "  calendar{number}: googleCalendar {{ }}").unwrap();
    });
    format!("auth {{ providers: [google] }}\nintegrations {{\n{list}}}\n")
}

fn hosts(count: usize) -> String {
    let hosts = many(count, |text, number| writeln!(text, "  \"h{number}.example.com\",").unwrap());
    format!("network {{ allow: [\n{hosts}] }}\n")
}

fn attributes(count: usize) -> String {
    let list = many(count, |text, number| {
        writeln!(text, "    a{number}: string @from(__User.email)").unwrap();
    });
    format!("auth {{\n  providers: [google]\n  principal {{\n{list}  }}\n}}\n")
}

fn scopes(count: usize) -> String {
    let scopes = many(count, |text, number| {
        writeln!(text, "    s{number}: @system(\"p{number}\") {{ @grant read on Note }}").unwrap();
    });
    format!("entity Note {{ }}\napiKeys {{\n  scopes: {{\n{scopes}  }}\n}}\n")
}
