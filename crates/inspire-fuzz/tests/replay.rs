//! Every input that fuzzing found, and every fixture and example, through the function of its target.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot read fails it")]

use std::path::{Path, PathBuf};

use inspire_diagnostics::SourceMap;
use proptest::prelude::*;

/// All files below `directory`, by path.
fn files(directory: &Path) -> Vec<PathBuf> {
    let listing =
        std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test reads the files it is about")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn this_crate() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The schemas that every target for text begins with.
fn schemas() -> Vec<PathBuf> {
    let root = this_crate().ancestors().nth(2).unwrap();
    let mut all = [files(&root.join("tests/fixtures")), files(&root.join("examples"))].concat();
    all.retain(|path| path.extension().is_some_and(|extension| extension == "inspire"));
    assert!(!all.is_empty());
    all
}

/// Puts every input of `target` through its function; which one fails is told before the failure.
fn replay(target: &str, run: fn(&[u8])) {
    let inputs = files(&this_crate().join("corpus").join(target));
    assert!(!inputs.is_empty(), "the corpus of `{target}` is empty");
    inputs.iter().for_each(|path| run_on(path, run));
}

fn run_on(path: &Path, run: fn(&[u8])) {
    let input = read(path);
    let outcome = std::panic::catch_unwind(|| run(&input));
    assert!(outcome.is_ok(), "{} fails", path.display());
}

#[test]
fn parse_holds_for_its_corpus_and_every_schema() {
    replay("parse", inspire_fuzz::parse);
    schemas().iter().for_each(|path| run_on(path, inspire_fuzz::parse));
}

#[test]
fn check_holds_for_its_corpus_and_every_schema() {
    replay("check", inspire_fuzz::check);
    schemas().iter().for_each(|path| run_on(path, inspire_fuzz::check));
}

#[test]
fn load_holds_for_its_corpus_and_every_artifact() {
    replay("load", inspire_fuzz::load);
    let mut built = 0;
    for path in schemas() {
        let text = String::from_utf8_lossy(&read(&path)).into_owned();
        let sources = SourceMap::new([("a.inspire", text)]).unwrap();
        if let Some(artifact) = inspire::build(&sources).artifact {
            inspire_fuzz::load(&artifact);
            built += 1;
        }
    }
    assert!(built > 0, "no schema compiles");
}

#[test]
fn find_holds_for_its_corpus() {
    replay("find", inspire_fuzz::find);
}

proptest! {
    // A case that failed belongs in the corpus, under a name; there is no second place for it.
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    // The corpus is kept for the code it reaches. Where several routes match, which of them is found is another matter.
    #[test]
    fn find_holds_for_routes_at_random(input in prop::collection::vec(any::<u8>(), 100..400)) {
        inspire_fuzz::find(&input);
    }
}

#[test]
fn the_dictionary_holds_every_token() {
    let table = this_crate().join("../inspire-syntax/src/token.rs");
    let table = String::from_utf8(read(&table)).unwrap();
    let dictionary = String::from_utf8(read(&this_crate().join("inspire.dict"))).unwrap();
    let tokens: Vec<&str> = table
        .split("#[token(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(token, _)| token))
        .collect();
    assert!(tokens.len() > 50, "{tokens:?}");
    for token in tokens {
        assert!(dictionary.lines().any(|line| line == format!("\"{token}\"")), "`{token}` is missing");
    }
}
