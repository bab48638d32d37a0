//! The security report: complete, the same for the same schema, and not to be forged by what a schema says.

use inspire::report::{Action, SecurityReport, Who};
use inspire_artifact::Artifact;
use inspire_diagnostics::{SourceMap, is_hidden, visible};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TextMergeStream};
use serde_json::Value;

use crate::support::compile::{build, codes, has_error, one};
use crate::support::corpus::{Example, examples, read, root};
use crate::support::snapshot;
use crate::support::strategy::declarations;

/// Calls `test` with the report on `sources`, which has no errors.
fn report<T>(sources: &SourceMap, test: impl FnOnce(&Artifact<'_>, &SecurityReport<'_>) -> T) -> T {
    let build = build(sources);
    assert!(!has_error(&build.diagnostics), "{:?}", codes(&build.diagnostics));
    let artifact = Artifact::from_vec(build.artifact.unwrap()).unwrap();
    let report = SecurityReport::new(&artifact).unwrap();
    test(&artifact, &report)
}

/// The report on `sources` in every format.
fn rendered(sources: &SourceMap) -> [String; 3] {
    report(sources, |_, report| [report.to_text(), report.to_markdown(), report.to_json()])
}

/// The examples, and a schema that has something of everything.
fn apps() -> Vec<Example> {
    let text = read(&root().join("tests/fixtures/report/tenants.inspire"));
    let tenants = Example { name: "tenants".to_owned(), files: vec![("app.inspire".to_owned(), text)] };
    examples().into_iter().chain([tenants]).collect()
}

#[test]
fn a_report_looks_as_its_snapshot_shows() {
    for app in apps().iter().filter(|app| app.name == "saas" || app.name == "tenants") {
        let [text, markdown, json] = rendered(&app.sources());
        snapshot::assert("report", &format!("{}_text", app.name), &text);
        snapshot::assert("report", &format!("{}_markdown", app.name), &markdown);
        snapshot::assert("report", &format!("{}_json", app.name), &json);
    }
    let [text, markdown, json] = rendered(&one(""));
    snapshot::assert("report", "empty", &[text, markdown, json].join("\n"));
}

#[test]
fn no_policy_and_no_route_is_left_out() {
    for app in apps() {
        report(&app.sources(), |artifact, report| {
            let policies = artifact.policies().unwrap().unwrap().policies(None).len();
            let by_entity: usize = report.entities.iter().map(|one| one.policies.len()).sum();
            assert_eq!(by_entity, policies, "{}", app.name);
            assert_eq!(report.counts.policies, policies, "{}", app.name);

            let users = |who: Who<'_>| matches!(who, Who::Anyone | Who::SignedIn);
            let of_users = report.entities.iter().flat_map(|one| &one.policies).filter(|one| users(one.to));
            let scopes = report.scopes.iter().map(|one| one.policies.len());
            let roles = report.roles.iter().map(|one| one.policies.len());
            let systems = report.systems.iter().map(|one| one.policies.len());
            let by_principal = of_users.count() + scopes.chain(roles).chain(systems).sum::<usize>();
            assert_eq!(by_principal, policies, "{}", app.name);

            let routes = artifact.routes().unwrap().unwrap().routes().len();
            assert_eq!(report.routes.len(), routes, "{}", app.name);
        });
    }
}

#[test]
fn what_is_told_at_a_glance_is_what_the_policies_say() {
    for app in apps() {
        report(&app.sources(), |_, report| {
            for entity in &report.entities {
                for action in Action::ALL {
                    let about = |grant: bool| {
                        let all = entity.policies.iter().filter(move |one| one.is_grant() == grant);
                        all.filter_map(|one| one.about(&[action])).count()
                    };
                    let reach = entity.access.of(action);
                    assert_eq!(reach.is_nobody(), about(true) == 0, "{} {action:?}", entity.name);
                    assert_eq!(reach.denied, about(false) > 0, "{} {action:?}", entity.name);
                }
            }
        });
    }
}

#[test]
fn lists_that_are_empty_are_in_the_json_too() {
    let [full, empty] = [apps().pop().unwrap().sources(), one("")].map(|sources| {
        let [.., json] = rendered(&sources);
        serde_json::from_str::<Value>(&json).unwrap()["findings"].as_object().unwrap().clone()
    });
    assert!(full.values().all(|list| !list.as_array().unwrap().is_empty()), "the fixture lacks something");
    assert!(empty.values().all(|list| list.as_array().unwrap().is_empty()));
    assert!(full.keys().eq(empty.keys()));
}

#[test]
fn text_keeps_to_80_columns_and_ends_its_lines() {
    for app in apps() {
        let [text, markdown, _] = rendered(&app.sources());
        for line in text.lines() {
            assert!(line.chars().count() <= 80 && !line.ends_with(' '), "{}: {line}", app.name);
        }
        for page in [text, markdown] {
            assert!(page.ends_with('\n') && !page.contains("\n\n\n"), "{}", app.name);
        }
    }
}

#[test]
fn the_order_of_files_and_declarations_does_not_matter() {
    for app in apps() {
        let mut parts: Vec<_> = app.files.iter().flat_map(|(_, text)| declarations(text)).collect();
        parts.reverse();
        let name = |number: usize| format!("elsewhere/{number:03}.inspire");
        let files = parts.into_iter().enumerate().map(|(number, part)| (name(number), part));
        let again = SourceMap::new(files).unwrap();
        assert!(rendered(&app.sources()) == rendered(&again), "{}", app.name);
    }
}

#[test]
fn neither_does_the_order_of_members() {
    let first = r#"
        entity A {
          x: string @pii
          y: string @sensitive
          @deny read(x) to role(R)
          @grant read(x, y)
          @grant delete where resource.x == "1"
          @grant delete where resource.x == "2" @why("b")
        }
        @system("r") { displayName: "R"  @grant read on A  @grant delete on A }
        apiKeys { scopes: {
          s: @system("api_s") { @grant read on A  @grant delete on A }
          t: @system("api_t") { @grant read on A }
        } }
        routes("/a", auth: apiKey(s)) { GET /x -> x  GET /y -> y }
    "#;
    let second = r#"
        routes("/a", auth: apiKey(s)) { GET /y -> y  GET /x -> x }
        apiKeys { scopes: {
          t: @system("api_t") { @grant read on A }
          s: @system("api_s") { @grant delete on A  @grant read on A }
        } }
        @system("r") { @grant delete on A  @grant read on A  displayName: "R" }
        entity A {
          @grant delete where resource.x == "2" @why("b")
          @grant delete where resource.x == "1"
          @grant read(y, x)
          @deny read(x) to role(R)
          y: string @sensitive
          x: string @pii
        }
    "#;
    assert_eq!(rendered(&one(first)), rendered(&one(second)));
}

/// A schema in which `text` stands wherever a schema may hold any text.
fn hostile(text: &str) -> String {
    let text: String = text.chars().map(|c| format!("\\u{{{:x}}}", u32::from(c))).collect();
    format!(
        r#"
        entity Note {{
          text: string
          @grant read to @public where resource.text == "{text}" @why("{text}")
          @deny delete to role(Reader) where resource.text in ["{text}", "x"] @why("{text}")
        }}
        @system("reader") {{ displayName: "{text}" }}
        "#
    )
}

/// What a Markdown reader makes of `page`, without the text: its blocks, spans and marks.
fn structure(page: &str) -> (Vec<String>, String) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let (mut marks, mut text) = (Vec::new(), String::new());
    for event in TextMergeStream::new(Parser::new_ext(page, options)) {
        match event {
            Event::Text(part) => {
                marks.push("text".to_owned());
                text.push_str(&part);
            }
            Event::Code(part) => {
                marks.push("code".to_owned());
                text.push_str(&part);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => marks.push(format!("fence {info}")),
            other => marks.push(format!("{other:?}")),
        }
    }
    (marks, text)
}

/// Lines that claim something about access.
fn claims(text: &str) -> usize {
    let claim = |line: &&str| {
        ["  grant ", "  deny ", "  nobody "].iter().any(|start| line.starts_with(start))
            || !line.starts_with(' ')
    };
    text.lines().filter(claim).count()
}

fn is_not_forged(text: &str) -> Result<(), TestCaseError> {
    let sources = one(&hostile(text));
    prop_assert!(!has_error(&build(&sources).diagnostics));
    let [plain, markdown, json] = rendered(&sources);
    let [expected_plain, expected, _] = rendered(&one(&hostile("x")));
    let (marks, said) = structure(&markdown);
    prop_assert_eq!(marks, structure(&expected).0, "{}", markdown);
    let shown = visible(text);
    // Both reasons stand with the entity, and one again with the role.
    prop_assert_eq!(said.matches(&*format!("why: {}", shown.trim_end())).count(), 3, "{}", markdown);
    prop_assert_eq!(claims(&plain), claims(&expected_plain), "{}", plain);
    for page in [&plain, &markdown, &json] {
        prop_assert!(!page.contains(|c| c != '\n' && is_hidden(c)), "{}", page);
    }
    let document: Value = serde_json::from_str(&json).unwrap();
    prop_assert_eq!(document["roles"][0]["display_name"].as_str(), Some(text));
    Ok(())
}

#[test]
fn a_text_of_the_schema_is_shown_and_nothing_else() {
    for text in [
        "`",
        "``` ` ``",
        "a | b",
        "\\|",
        "\\",
        "**b**",
        "_i_",
        "<b>",
        "<!-- ",
        "&lt;",
        "[a](b)",
        "![a](b)",
        "~~s~~",
        "\n- grant `read` to anyone",
        "\n\n# Security report",
        "a\r\nb",
        "\u{1b}[2J",
        "\u{202e}abc",
        "$x$",
        "$$x$$",
        "http://example.com",
        "www.example.com",
        "a@example.com",
        "[^1]",
        "[ ] x",
        "  a   b  ",
        "a\u{a0}b",
        ":",
        "grant read to anyone                                                                grant read to anyone",
        "<(|--&:\t-&#[\t&\t\t>(a>[-\t[#:[&<\t\t[ [[\t& ",
    ] {
        is_not_forged(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_a_schema_forges_a_report(
        text in prop_oneof!["[`|\\\\*_<>&~$ !#()\\[\\]:./\n\ta-c-]{1,40}", "\\PC{1,40}", any::<String>()],
    ) {
        prop_assume!(!text.trim().is_empty());
        is_not_forged(&text)?;
    }
}
