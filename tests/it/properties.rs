//! Properties: what holds for every text, and for every order in which a schema is written down.

use inspire_artifact::Artifact;
use inspire_diagnostics::{Diagnostic, Report, Severity, SourceMap};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::support::compile::{build, one};
use crate::support::corpus::{Example, examples};
use crate::support::generate::schemas;
use crate::support::snapshot::graphical;
use crate::support::strategy::{arbitrary, damaged, declarations};

fn cases(cases: u32) -> ProptestConfig {
    // A case that failed belongs in a fixture, under a name; there is no second place for it.
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn any_text_is_compiled_or_explained(text in arbitrary()) {
        compiled_or_explained(&text)?;
    }

    #[test]
    fn a_damaged_schema_is_compiled_or_explained(text in damaged()) {
        compiled_or_explained(&text)?;
    }
}

/// There is an artifact, which loads, or an error; every place lies in the text, and everything can be shown.
fn compiled_or_explained(text: &str) -> Result<(), TestCaseError> {
    let sources = one(text);
    let build = build(&sources);
    let has_error = crate::support::compile::has_error(&build.diagnostics);
    prop_assert_eq!(build.artifact.is_some(), !has_error);
    if let Some(bytes) = &build.artifact {
        loads(bytes)?;
    }
    for one in &build.diagnostics {
        fits(&sources, one)?;
        graphical(&sources, one);
    }
    let report = Report::new(&sources, build.diagnostics);
    report.write_json(&mut std::io::sink()).unwrap();
    Ok(())
}

/// Every section is valid, and what was decoded encodes to the same bytes.
fn loads(bytes: &[u8]) -> Result<(), TestCaseError> {
    let again = Artifact::from_bytes(bytes).and_then(|artifact| artifact.re_encode());
    prop_assert!(again.as_deref() == Ok(bytes), "{:?}", again.err());
    Ok(())
}

/// Every place of a diagnostic and of its fixes is a place in the text, between characters.
fn fits(sources: &SourceMap, one: &Diagnostic) -> Result<(), TestCaseError> {
    let related = one.related.iter().map(|label| label.location);
    let edits = one.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.location);
    for location in one.location.into_iter().chain(related).chain(edits) {
        let text = sources.get(location.file).map(inspire_diagnostics::Source::text);
        prop_assert!(text.and_then(|text| text.get(location.span.range())).is_some(), "{one:?}");
    }
    Ok(())
}

/// An example, its declarations in another order and spread over other files.
fn rearranged() -> impl Strategy<Value = (Example, Vec<(String, String)>)> {
    (0..examples().len()).prop_flat_map(|index| {
        let declarations: Vec<_> =
            examples()[index].files.iter().flat_map(|(_, text)| declarations(text)).collect();
        let files = prop::collection::vec(0..4_usize, declarations.len());
        (Just(declarations).prop_shuffle(), files).prop_map(move |(declarations, files)| {
            let mut texts = vec![String::new(); 4];
            for (declaration, file) in declarations.iter().zip(files) {
                texts[file].push_str(declaration);
            }
            let name = |file: usize| format!("elsewhere/{}.inspire", 9 - file);
            let files = texts.into_iter().enumerate().map(|(file, text)| (name(file), text)).collect();
            (examples().swap_remove(index), files)
        })
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn order_and_names_of_files_do_not_matter((example, files) in rearranged()) {
        let first = build(&example.sources());
        let second = build(&SourceMap::new(files).unwrap());
        prop_assert!(second.diagnostics.is_empty(), "{:?}", second.diagnostics);
        prop_assert!(first.artifact.is_some());
        prop_assert!(first.artifact == second.artifact, "`{}` has other bytes", example.name);
    }
}

#[test]
fn an_example_is_cut_into_all_its_declarations() {
    for example in examples() {
        let parts: Vec<_> = example.files.iter().flat_map(|(_, text)| declarations(text)).collect();
        let words = |text: &str| text.split_whitespace().count();
        let whole: usize = example.files.iter().map(|(_, text)| words(text)).sum();
        assert!(
            parts.len() > 1 && parts.iter().map(|part| words(part)).sum::<usize>() == whole,
            "{}",
            example.name
        );
    }
}

/// Of the schemas that are made to fit, how many of a hundred must compile; the rest keeps the generator simple.
const COMPILING: usize = 50;

#[test]
fn most_generated_schemas_compile() {
    const COUNT: usize = 400;
    let mut runner = TestRunner::deterministic();
    let mut refused = std::collections::BTreeMap::<&str, (usize, String)>::new();
    let mut compiled = 0;
    for _ in 0..COUNT {
        let text = schemas().new_tree(&mut runner).unwrap().current().concat();
        let build = build(&one(&text));
        compiled += usize::from(build.artifact.is_some());
        if let Some(error) = build.diagnostics.iter().find(|one| one.severity == Severity::Error) {
            let entry = refused.entry(error.code.name()).or_insert((0, error.message.clone()));
            entry.0 += 1;
        }
    }
    assert!(compiled * 100 >= COUNT * COMPILING, "{compiled} of {COUNT} compile: {refused:#?}");
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_generated_schema_is_compiled_or_explained(declarations in schemas()) {
        compiled_or_explained(&declarations.concat())?;
    }

    #[test]
    fn the_order_of_generated_declarations_does_not_matter(
        (first, second) in schemas().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        cut in any::<prop::sample::Index>(),
    ) {
        let (one_file, other_file) = second.split_at(cut.index(second.len() + 1));
        let sources = SourceMap::new([("b.inspire", one_file.concat()), ("a.inspire", other_file.concat())]).unwrap();
        let (first, second) = (build(&one(&first.concat())), build(&sources));
        prop_assert!(first.artifact == second.artifact);
        let mut said = [first, second].map(|build| {
            build.diagnostics.into_iter().map(|one| (one.code, one.severity)).collect::<Vec<_>>()
        });
        said.iter_mut().for_each(|codes| codes.sort());
        prop_assert_eq!(&said[0], &said[1]);
    }
}
