//! Lengths and counts that are not those of what follows.

use std::ops::Range;
use std::path::Path;

use inspire_artifact::Artifact;
use inspire_artifact::layout::{CellKind, CellLayout};
use inspire_diagnostics::SourceMap;
use inspire_fuzz::{Parts, cells};

use crate::{alone, bounded};

/// What every length is set to in turn.
const VALUES: [u64; 8] = [0, 1, u32::MAX as u64, 1 << 31, 1 << 32, 1 << 63, u64::MAX - 7, u64::MAX];

/// The artifact of every example, places included, so that every section is in one of them.
fn artifacts() -> Vec<Vec<u8>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut artifacts = Vec::new();
    for entry in std::fs::read_dir(top).unwrap() {
        let mut files = Vec::new();
        sources(&entry.unwrap().path(), &mut files);
        let options = inspire::Options { debug_info: true, ..inspire::Options::default() };
        let build = inspire::build_with(&SourceMap::new(files).unwrap(), &options);
        artifacts.push(build.artifact.unwrap());
    }
    assert!(artifacts.len() > 3);
    artifacts
}

fn sources(path: &Path, files: &mut Vec<(String, String)>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| sources(&entry.unwrap().path(), files));
    } else if path.extension().is_some_and(|extension| extension == "inspire") {
        files.push((path.display().to_string(), String::from_utf8(read(path)).unwrap()));
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads the files it is about")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// Where the header and the section table say how much follows.
fn places(file: &[u8]) -> Vec<Range<usize>> {
    let entries = Artifact::from_bytes(file).unwrap().sections().len();
    let of_entry =
        |entry| [64 + 24 * entry + 8..64 + 24 * entry + 16, 64 + 24 * entry + 16..64 + 24 * entry + 24];
    [16..24, 24..28].into_iter().chain((0..entries).flat_map(of_entry)).collect()
}

/// Puts the right digest into a file, whatever else is wrong with it.
fn seal(file: &mut [u8]) {
    file[32..64].fill(0);
    let digest = blake3::hash(file);
    file[32..64].copy_from_slice(digest.as_bytes());
}

#[test]
fn wrong_lengths_of_the_container_take_no_memory() {
    let _alone = alone();
    for file in artifacts() {
        for place in places(&file) {
            for value in VALUES {
                let mut damaged = file.clone();
                damaged[place.clone()].copy_from_slice(&value.to_le_bytes()[..place.len()]);
                if damaged == file {
                    continue;
                }
                let what = format!("{value} at {place:?}");
                assert!(bounded(&damaged, &what).is_err(), "{what}");
                seal(&mut damaged);
                assert!(bounded(&damaged, &what).is_err(), "{what} under a right digest");
            }
        }
    }
}

#[test]
fn wrong_lengths_and_counts_of_payloads_take_no_memory() {
    let _alone = alone();
    for file in artifacts() {
        let parts = Parts::of(&file).unwrap();
        assert_eq!(parts.put_together(), file);
        assert!(bounded(&file, "the artifact itself").is_ok());
        for number in 0..parts.numbers() {
            for value in VALUES {
                let damaged = parts.lying(number, value);
                let what = format!("number {number} is {value}");
                let outcome = bounded(&damaged, &what);
                assert_eq!(outcome.is_ok(), damaged == file, "{what}: {outcome:?}");
            }
        }
    }
}

/// Where texts and lists of the first and the last record of a table say where they begin and how long they are.
fn places_in_records(cells: &[CellLayout], bytes: usize) -> Vec<usize> {
    let record: usize = cells.iter().map(|cell| cell.kind.bytes()).sum();
    let mut places = Vec::new();
    for start in [0, bytes.saturating_sub(record)] {
        let mut at = start;
        for cell in cells {
            if bytes > 0 && matches!(cell.kind, CellKind::Text | CellKind::List) {
                places.extend([at, at + 4]);
            }
            at += cell.kind.bytes();
        }
    }
    places
}

#[test]
fn wrong_lengths_in_records_take_no_memory() {
    let _alone = alone();
    let mut refused = 0;
    for file in artifacts() {
        let mut parts = Parts::of(&file).unwrap();
        let tables = parts.tables().count();
        for table in 0..tables {
            let (section, number, blob) = parts.tables().nth(table).unwrap();
            for at in places_in_records(cells(section, number), blob.len()) {
                for value in [0, 1, u32::MAX, 1 << 31] {
                    let mut damaged = parts.clone();
                    let (_, _, blob) = damaged.tables().nth(table).unwrap();
                    blob[at..at + 4].copy_from_slice(&value.to_le_bytes());
                    let what = format!("{value} at {at} of table {number} of {section}");
                    let outcome = bounded(&damaged.put_together(), &what);
                    assert!(outcome.is_err() || value < 2, "{what}");
                    refused += usize::from(outcome.is_err());
                }
            }
        }
    }
    assert!(refused > 1000, "{refused} were refused");
}

#[test]
fn what_fuzzing_found_takes_no_memory() {
    let _alone = alone();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/load");
    let mut accepted = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let mut file = read(&path);
        let what = path.display().to_string();
        let as_it_is = bounded(&file, &what);
        inspire_fuzz::seal(&mut file);
        accepted += usize::from(as_it_is.is_ok() || bounded(&file, &what).is_ok());
    }
    assert!(accepted > 0, "every input is refused");
}
