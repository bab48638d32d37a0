//! The differences between artifacts: what is told of each pair, that nothing is left out, and that no widening is told
//! as anything less.

use std::collections::{BTreeMap, BTreeSet};

use inspire::diff::{Block, Change, Diff, Effect};
use inspire::{Options, build_with};
use inspire_artifact::Artifact;
use inspire_diagnostics::{SourceMap, is_hidden};
use proptest::prelude::*;
use similar::TextDiff;

use crate::support::book::pages;
use crate::support::compile::{build, has_error, one};
use crate::support::corpus::{Example, Fixture, examples, fixtures};
use crate::support::generate::{changed_schemas, schemas};
use crate::support::strategy::declarations;
use crate::support::{none, snapshot};

mod policies;

/// Stands between the old and the new schema of a fixture.
const NEW: &str = "// ---- new\n";

fn sides(fixture: &Fixture) -> (&str, &str) {
    fixture.text.split_once(NEW).unwrap_or_else(|| panic!("{} has one side", fixture.name()))
}

/// The artifact of `sources`, which have no errors.
fn artifact(sources: &SourceMap) -> Artifact<'static> {
    let build = build(sources);
    Artifact::from_vec(build.artifact.unwrap_or_else(|| panic!("{:?}", build.diagnostics))).unwrap()
}

fn compare(old: &SourceMap, new: &SourceMap) -> Diff {
    inspire::diff(&artifact(old), &artifact(new)).unwrap()
}

fn texts(old: &str, new: &str) -> Diff {
    compare(&one(old), &one(new))
}

#[test]
fn a_difference_looks_as_its_snapshot_shows() {
    for fixture in fixtures("diff") {
        let (old, new) = sides(&fixture);
        let lines = TextDiff::from_lines(old, new).unified_diff().context_radius(1).to_string();
        let text = format!("{lines}────────────────────\n{}", texts(old, new).to_text(Some(100)));
        snapshot::assert(&fixture.folder, &fixture.stem, &text);
    }
}

#[test]
fn the_page_of_the_book_shows_what_is_said() {
    let page = pages().into_iter().find(|page| page.path == "reference/diff.md").unwrap();
    let fences = page.fences();
    let marked = |mark: &str| {
        fences.iter().filter(|fence| fence.mark == mark).map(|fence| fence.text.clone()).collect::<Vec<_>>()
    };
    let [old, new] = <[String; 2]>::try_from(marked("inspire")).unwrap();
    assert_eq!(marked("text"), [texts(&old, &new).to_text(None)]);
}

#[test]
fn the_json_looks_as_its_snapshot_shows() {
    let diff = texts(
        "routes(\"/v1\", auth: none) { GET /a -> a }",
        "routes(\"/v1\", auth: none) { GET /a -> b  POST /b -> b }",
    );
    let digests = [(diff.old.as_str(), "old digest"), (diff.new.as_str(), "new digest")];
    let json = digests.iter().fold(diff.to_json(), |json, (digest, name)| json.replace(digest, name));
    snapshot::assert("diff", "json", &json);
}

/// A subject, and the changes of it.
type BySubject<'d> = BTreeMap<(Block, &'d str), Vec<&'d Change>>;

fn by_subject(diff: &Diff) -> BySubject<'_> {
    let mut changes = BySubject::new();
    for change in &diff.changes {
        changes.entry((change.block, change.subject.as_str())).or_default().push(change);
    }
    changes
}

/// The subjects about which nothing is said but that access to them is widened for certain.
fn only_widened(diff: &Diff) -> BTreeSet<(Block, &str)> {
    let only = |change: &&Change| change.certain && change.effects.iter().eq([&Effect::Widens]);
    let subjects = by_subject(diff).into_iter();
    subjects.filter(|(_, changes)| changes.iter().all(only)).map(|(subject, _)| subject).collect()
}

#[test]
fn what_widens_one_way_does_not_widen_the_other_way() {
    let mut failures = Vec::new();
    for fixture in fixtures("diff") {
        let (old, new) = sides(&fixture);
        let (there, back) = (texts(old, new), texts(new, old));
        let both: Vec<_> = only_widened(&there).intersection(&only_widened(&back)).copied().collect();
        if !both.is_empty() {
            failures.push(format!("{}: {both:?}", fixture.name()));
        }
        if there.changes.is_empty() != back.changes.is_empty() {
            failures.push(format!("{}: told one way only", fixture.name()));
        }
    }
    none(&failures);
}

#[test]
fn every_block_has_a_fixture_and_every_effect_comes_up() {
    let fixtures = fixtures("diff");
    let diffs: Vec<_> = fixtures
        .iter()
        .map(|fixture| {
            let (old, new) = sides(fixture);
            (fixture.folder.trim_start_matches("diff/"), texts(old, new))
        })
        .collect();
    let folders: BTreeSet<_> = diffs.iter().map(|(folder, _)| *folder).collect();
    let blocks = diffs.iter().flat_map(|(_, diff)| &diff.changes).map(|change| change.block);
    let blocks: BTreeSet<_> = blocks
        .map(|block| serde_json::to_value(block).unwrap())
        .collect::<Vec<_>>()
        .iter()
        .map(|block| block.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(folders, blocks.iter().map(String::as_str).collect());
    for effect in Effect::ALL {
        assert!(diffs.iter().any(|(_, diff)| diff.of(effect).next().is_some()), "{effect:?}");
    }
}

/// The same schema with places in its artifact, so that it has another digest.
fn traced(sources: &SourceMap) -> Artifact<'static> {
    let options = Options { debug_info: true, ..Options::default() };
    Artifact::from_vec(build_with(sources, &options).artifact.unwrap()).unwrap()
}

#[test]
fn an_example_does_not_differ_from_itself() {
    for example in examples() {
        let sources = example.sources();
        let (plain, traced) = (artifact(&sources), traced(&sources));
        assert_ne!(plain.digest(), traced.digest());
        let diff = inspire::diff(&plain, &traced).unwrap();
        assert_eq!(diff.changes, [], "{}", example.name);
        assert_eq!(diff.to_text(None), "no differences\n");
    }
}

#[test]
fn everything_of_an_example_can_come_and_go() {
    for example in examples() {
        let sources = example.sources();
        let (come, go) = (compare(&one(""), &sources), compare(&sources, &one("")));
        assert!(
            come.counts.widens > 0 && come.counts.breaks == 0,
            "{}: {}",
            example.name,
            come.to_text(None)
        );
        let widened = go.of(Effect::Widens).any(|change| change.certain);
        assert!(!widened && go.counts.breaks > 0, "{}: {}", example.name, go.to_text(None));
    }
}

/// Each example with one occurrence of `old` in it replaced by `new`, for all of them.
fn edited(old: &str, new: &str) -> Vec<(Example, Example)> {
    let mut pairs = Vec::new();
    for example in examples() {
        for (file, (_, text)) in example.files.iter().enumerate() {
            for (at, _) in text.match_indices(old) {
                let mut other = example.clone();
                other.files[file].1.replace_range(at..at + old.len(), new);
                pairs.push((example.clone(), other));
            }
        }
    }
    assert!(pairs.len() > 3, "{old} is hardly ever there");
    pairs
}

#[test]
fn a_deny_that_becomes_a_grant_widens() {
    for (old, new) in edited("@deny ", "@grant ") {
        let (there, back) =
            (compare(&old.sources(), &new.sources()), compare(&new.sources(), &old.sources()));
        assert!(there.counts.widens > 0 && there.counts.narrows == 0, "{}", there.to_text(None));
        assert!(back.counts.narrows > 0 && back.counts.widens == 0, "{}", back.to_text(None));
    }
}

#[test]
fn a_route_that_becomes_open_widens() {
    for (old, new) in edited("auth: session", "auth: none") {
        let (there, back) =
            (compare(&old.sources(), &new.sources()), compare(&new.sources(), &old.sources()));
        assert!(there.counts.widens > 0 && there.counts.breaks == 0, "{}", there.to_text(None));
        assert!(back.counts.breaks > 0 && back.counts.widens == 0, "{}", back.to_text(None));
    }
}

#[test]
fn a_policy_without_its_condition_is_broader() {
    let clause = "where resource.userId == principal.id";
    for (old, new) in edited(&format!("{clause}\n"), "\n") {
        let diff = compare(&old.sources(), &new.sources());
        let is_deny = diff.changes.iter().any(|change| change.message.starts_with("deny"));
        let (more, less) = match is_deny {
            true => (diff.counts.narrows, diff.counts.widens),
            false => (diff.counts.widens, diff.counts.narrows),
        };
        assert!(more > 0 && less == 0, "{}", diff.to_text(None));
    }
}

#[test]
fn lines_keep_to_the_width() {
    for fixture in fixtures("diff") {
        let (old, new) = sides(&fixture);
        let diff = texts(old, new);
        for width in [40, 80] {
            let text = diff.to_text(Some(width));
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
        // A line a change and effect, a heading and a blank line an effect, and the count.
        let effects = Effect::ALL.iter().filter(|effect| diff.of(**effect).next().is_some()).count();
        let lines: usize = diff.changes.iter().map(|change| change.effects.len()).sum();
        assert_eq!(diff.to_text(None).lines().count(), lines + 2 * effects + 1);
    }
}

#[test]
fn no_text_of_a_schema_forges_a_difference() {
    for text in ["\nWidens access\n  Note: nothing", "\u{1b}[2J", "\u{202e}x", "a                        b"] {
        let text: String = text.chars().map(|c| format!("\\u{{{:x}}}", u32::from(c))).collect();
        let grant = |text: &str| {
            format!(
                "entity Note {{ text: string = \"{text}\"  @grant read where resource.text == \"{text}\" }}"
            )
        };
        let expected = texts(&grant("x"), &grant("y"));
        let found = texts(&grant(&text), &grant("y"));
        assert_eq!(found.counts, expected.counts);
        let shown = found.to_text(Some(60));
        let claims = |text: &str| text.lines().filter(|line| !line.starts_with("      ")).count();
        assert_eq!(claims(&shown), claims(&expected.to_text(Some(60))), "{shown}");
        assert!(!shown.contains(|c| c != '\n' && is_hidden(c)), "{shown}");
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The declarations as one file, if that is a schema without errors.
fn whole(declarations: &[String]) -> Option<SourceMap> {
    let sources = one(&declarations.concat());
    (!has_error(&build(&sources).diagnostics)).then_some(sources)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_schema_does_not_differ_from_itself_in_another_order(schema in schemas()) {
        let Some(sources) = whole(&schema) else { return Ok(()) };
        let mut parts = declarations(&schema.concat());
        parts.reverse();
        let again = one(&parts.concat());
        let diff = inspire::diff(&artifact(&sources), &traced(&again)).unwrap();
        prop_assert!(diff.changes.is_empty(), "{}", diff.to_text(None));
    }

    #[test]
    fn whatever_changes_an_artifact_is_told([old, new] in changed_schemas()) {
        let (Some(old), Some(new)) = (whole(&old), whole(&new)) else { return Ok(()) };
        let (old, new) = (artifact(&old), artifact(&new));
        let (there, back) = (inspire::diff(&old, &new).unwrap(), inspire::diff(&new, &old).unwrap());
        let same = old.digest() == new.digest();
        prop_assert_eq!(there.changes.is_empty(), same);
        prop_assert_eq!(back.changes.is_empty(), same);
        let (widened, also) = (only_widened(&there), only_widened(&back));
        let both: Vec<_> = widened.intersection(&also).collect();
        prop_assert!(both.is_empty(), "{both:?}\n{}\n{}", there.to_text(None), back.to_text(None));
    }
}
