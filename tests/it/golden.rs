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
        "5696c79281b2d77c4f3c926fb4e275cc5af282bb069c851b8af5a0dcfcbd8bed",
        "83f67b3094ad64aa429993ee7bc76c9dfacdfa1a94cb80d167135d2e3d09dfa5",
    ),
    (
        "clinic-debug-info",
        "3b31a3123d1b0450a2eaee3bc1f714c45815064d4945906bcaf50a4444995871",
        "787b02df5d5812b3f21944ac42a5b47afa6fd82a5ac1837ed0c99da4f95bdfe6",
    ),
    (
        "empty",
        "49444ee27a82f8d91a19447e787af1e5975396f8f37e7ab27bdefbab0a85a624",
        "8569336eab83acabfa8f6dae3cfbb3dcd40fe4fa55bc57e5425879138a296c3b",
    ),
    (
        "notes",
        "be87491b736f91ff6509090ef652ead5b2699a026b87f7f0e23ace5fd6599996",
        "bd0f2686915ac2f8c93b263e1b63380bc5b0846fe4a359ef010d6940b38866e5",
    ),
    (
        "saas",
        "f8ccf64beaef917ec1d87df023a33240f7acac50e87f1610765a200eb4829629",
        "89c0215e2ed3e2f06083617ec7326604228bc6a816eab2a12e14d5ca10e35ce3",
    ),
    (
        "shop",
        "c477feb621d17fcf4ebdf96ca9e9605be4a6c0d70dcd40666ecdd70d4ed403a2",
        "8b5351a21499de5d7adb92e4ef0f5ba6834478d68cdd644267027fbf0250c242",
    ),
    (
        "signed",
        "22db250dbd8338130bf95b2a45cb2896c0e1e9b03894ca20da723545b7d76707",
        "185e1b1015e04ed094e33bd3edf800e4ca681fcd8ae12ee82c18cd92c69e9d07",
    ),
    (
        "studio",
        "5018d865364c348968f58163cd04cc7b11708ddd2fc80c00c0dc48d654523d2d",
        "cb29fe1c2af137ca0e04388be1b6985de4368274f5a83b61c53860e0351aa2f6",
    ),
    (
        "telemetry",
        "0a89d7f773de76f97d8623a1de70628ce42ecd3db0afb4a731739363808413de",
        "1150a943b8e78a881a09f78e13a124b965d3117337d0ee1c4d2dbc09b84b644f",
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
