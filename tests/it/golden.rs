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
        "567a6b2aad3a0b0dac2ffa504b586647c869623384ee14b12445010dda380e30",
        "7d519284a743c49f8fee3c097e0b60ef599b3ad1f0ce39a1cbc65aac86ecb6ed",
    ),
    (
        "clinic-debug-info",
        "e11e86f4dfc83e1e49a24eb717d0589537161633f9fac6bff4e89d62f8668479",
        "55c025df186217229869eb5ffb601e47f4995405ea80ff600a2cb480dda0cd29",
    ),
    (
        "empty",
        "49444ee27a82f8d91a19447e787af1e5975396f8f37e7ab27bdefbab0a85a624",
        "8569336eab83acabfa8f6dae3cfbb3dcd40fe4fa55bc57e5425879138a296c3b",
    ),
    (
        "notes",
        "af63e0204d16d9d73dfbe289bd5389ff180720932b4c58155dd479c2ac10806f",
        "38e5ea59554fad11d3c401a76b6da89975c8385a9639e918c5a9d6bc546c5889",
    ),
    (
        "saas",
        "c25725ccf67e0b5ab14bf49aeb221095dab123a429b7a066577eb0ca8fdb68f3",
        "f217fe7cbf64cf81881ef20d2d6aea9ed256496bcca39db81d28441f2251bc37",
    ),
    (
        "shop",
        "ac50487a9eb6283f8e9d2d81cf3a54fb654e29273394d4b198672694c84cbd30",
        "ebafe253e00f7e85b503d1c3a7af80d533286d6e3f3d2bdb03bc2d00cab0f41b",
    ),
    (
        "signed",
        "60b14573cfaa46b81d41dc7a5df310299d39f1ce726530e4261da81282f5c03f",
        "6b69626ed480a75dfe8c84d72b4a805e2cd7959663a47aa2b6f592d7ccfbaf9c",
    ),
    (
        "studio",
        "bd91bfea30b34e804e30d7c7ce2dad2f39a6ab4dae731213cd59a7d1474e1fa9",
        "bc42812d72d1e836ace3fc0c62578326c1ee37c23b1af22a3dad70e8863228cd",
    ),
    (
        "telemetry",
        "cd598c152518929a26af477905789a532a229c8c5ead1a599828c6a0ca93a8b5",
        "1c1353de5565044606149017b7a1364d440116906bf0581f7135c5c97b24f14c",
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
