//! Files that were written once load for ever, and a reader that knows only the book sees in them what the crate sees.

#![expect(clippy::disallowed_methods, reason = "the files are what this is about")]

use std::path::{Path, PathBuf};
use std::process::Command;

use inspire_artifact::Artifact;
use inspire_artifact::signature::{PublicKey, Trust};
use serde_json::{Value, json};

use crate::support::corpus::{files, read, root};

/// The golden files of format 1 with their BLAKE3 digests and those of the JSON beside them. Lines are added here;
/// none is ever changed, and so no file is.
const GOLDEN: [(&str, &str, &str); 9] = [
    (
        "auth-only",
        "9f5bf60bfa730e749c8189f1647c4eeb2f27d88681e9defd2214d9c8efa4bb5d",
        "b8dc4151e5afbaa09044fc01c36b6f4202031b33f474d6fbf5c7922d4c93fbd4",
    ),
    (
        "clinic-debug-info",
        "746c5629a2e58b98b2333f1be9686154e40aa7a4df68d668cc194de61a14c228",
        "36c5be723bff6c23e2bb2fc60cc152a0cdf19faa3faeb0105c4f0b2092d490a8",
    ),
    (
        "empty",
        "49444ee27a82f8d91a19447e787af1e5975396f8f37e7ab27bdefbab0a85a624",
        "8569336eab83acabfa8f6dae3cfbb3dcd40fe4fa55bc57e5425879138a296c3b",
    ),
    (
        "notes",
        "cec5d2cbd6f17f6ff58dde140a9d5fba33b5a7f73831809f96af5be8e6e32080",
        "2decdeb423355ef97e0df8cc36d64a776cb1f162531ede798a4efcf449e2d5ef",
    ),
    (
        "saas",
        "3904e6ae0ed79936a1189e3a3a838eeda5c1b674e45f02cecbf308db8e7a8393",
        "077cf1f231684807530a0fd53ab7d16eebb7fe72943d79bc1fab4c9c4519e36b",
    ),
    (
        "shop",
        "7a8698932047f4cfa9fb3c2ba4beb3772a3edc6d9fc70f40f27e687abb8d6191",
        "17434807171d082e2ca288a6fba9825abc86eff9a3892495c31c37b6e0a71f4b",
    ),
    (
        "signed",
        "5892c50f6fb3f0e59de8a18a77cc3a2f496495f1ac89c585ff04a17fd32c78e1",
        "602ab6276698b2f677c5b87e36915a9298d313ffbd63db939d70987f7beedead",
    ),
    (
        "studio",
        "593133ab1ae477f3d2b6a65e939275048d7de00415fe0102396af9c3f57c5964",
        "196793bf0c2f930ceb4f3438c4a9394b8f4ebae31da7c94e42375f72653df3ca",
    ),
    (
        "telemetry",
        "44587536d7413f1c24f15f421d477644d80d9a9f73750e7c30f3f29413998c22",
        "321bc0ce1960ded218ef3842beb300b69846aaec46a7ab0de3451c94b8662794",
    ),
];

fn folder() -> PathBuf {
    root().join("tests/fixtures/artifact/v1")
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn artifacts() -> Vec<PathBuf> {
    let found = files(&folder(), "kza");
    assert!(!found.is_empty());
    found
}

/// What a reader in another language sees.
fn seen(artifact: &Artifact<'_>) -> Value {
    let (major, minor) = artifact.format_version();
    let meta = artifact.meta().unwrap();
    json!({
        "format": [major, minor],
        "digest": artifact.digest().to_string(),
        "producer": meta.producer,
        "language": meta.language_version,
        "sections": artifact.records().unwrap(),
    })
}

#[test]
fn golden_files_are_never_changed() {
    let found = files(&folder(), "kza").into_iter().chain(files(&folder(), "json"));
    let found: Vec<_> = found
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, blake3::hash(&bytes(&path)).to_string())
        })
        .collect();
    let known: Vec<_> = GOLDEN
        .iter()
        .map(|(name, kza, _)| (format!("{name}.kza"), (*kza).to_owned()))
        .chain(GOLDEN.iter().map(|(name, _, json)| (format!("{name}.json"), (*json).to_owned())))
        .collect();
    assert_eq!(found, known);
}

#[test]
fn golden_files_load_and_hold_what_they_held() {
    for path in artifacts() {
        let bytes = bytes(&path);
        let artifact =
            Artifact::from_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        artifact.verify().unwrap();
        let expected = path.with_extension("json");
        let seen = seen(&artifact);
        let expected: Value = serde_json::from_str(&read(&expected)).unwrap();
        assert!(seen == expected, "{} holds something else", path.display());
    }
}

#[test]
fn the_signed_golden_file_is_still_trusted() {
    let artifact = Artifact::open(folder().join("signed.kza")).unwrap();
    let keys = [PublicKey::from_pem(&read(&folder().join("signed.pub"))).unwrap()];
    let trust = Trust { keys: &keys, artifact_id: "golden", least_build_number: 1, now_unix_seconds: 0 };
    assert_eq!(artifact.check_signature(&trust).unwrap().build_number, 1);
}

#[test]
fn golden_files_use_every_table_of_the_format() {
    let mut used = std::collections::BTreeSet::new();
    for path in artifacts() {
        let expected: Value = serde_json::from_str(&read(&path.with_extension("json"))).unwrap();
        for (section, tables) in expected["sections"].as_object().unwrap() {
            let filled = tables.as_object().unwrap().iter().filter(|(_, records)| records != &&json!([]));
            used.extend(filled.map(|(table, _)| format!("{section} {table}")));
        }
    }
    let sections = inspire_artifact::layout::sections();
    // A network, mail and source places have comments as every section can; one kind of use is enough for those.
    let tables =
        sections.iter().flat_map(|section| section.tables.iter().map(|table| (section.id, table.name)));
    let missing: Vec<_> = tables
        .filter(|(_, table)| *table != "docs")
        .map(|(section, table)| format!("{section} {table}"))
        .filter(|table| !used.contains(table))
        .collect();
    assert!(missing.is_empty(), "no golden file has {missing:?}");
}

/// The interpreter with a BLAKE3 package.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let path = target.join("tools/python/bin/python3");
    assert!(path.exists(), "`scripts/python` prepares the interpreter, and `scripts/test` runs that first");
    path
}

#[test]
fn a_reader_that_knows_only_the_book_agrees() {
    let python = python();
    let (reader, page) = (root().join("tests/format/reader.py"), root().join("book/src/format.md"));
    for path in artifacts() {
        let output = Command::new(&python).arg(&reader).arg(&page).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected: Value = serde_json::from_str(&read(&path.with_extension("json"))).unwrap();
        assert!(told == expected, "{} reads as something else", path.display());
    }
}

#[test]
fn the_reader_refuses_what_is_damaged() {
    let python = python();
    let (reader, page) = (root().join("tests/format/reader.py"), root().join("book/src/format.md"));
    let whole = bytes(&folder().join("notes.kza"));
    let directory = tempfile::tempdir().unwrap();
    let damaged = directory.path().join("damaged.kza");
    for bit in (0..whole.len() * 8).step_by(whole.len() * 8 / 16).chain([300, 8 * whole.len() - 1]) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&damaged, bytes).unwrap();
        let output = Command::new(&python).arg(&reader).arg(&page).arg(&damaged).output().unwrap();
        assert!(!output.status.success(), "bit {bit} goes unnoticed");
    }
}
