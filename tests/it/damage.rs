//! Damaged artifacts: whatever happens to the bytes, they are refused, each time for the right reason.
//!
//! With the digest made right again, what happened may have made another artifact: then it is a valid one, and has the
//! one form that this artifact has.

use std::ops::Range;

use inspire_artifact::{Artifact, DecodeError};

use crate::support::compile::{build, one};
use crate::support::corpus::examples;

const MINOR: Range<usize> = 10..12;
const DIGEST: Range<usize> = 32..64;
const TABLE: usize = 64;
const ENTRY: usize = 24;

/// An artifact to damage.
struct Sample {
    name: &'static str,
    bytes: Vec<u8>,
}

/// Nothing at all, a whole app, and many routes.
fn samples() -> Vec<Sample> {
    let saas = examples().into_iter().find(|example| example.name == "saas").unwrap();
    let routes: String = (0..1000).map(|i| format!("  GET /r{i}/:id -> h\n")).collect();
    let compiled = |sources| build(&sources).artifact.unwrap();
    vec![
        Sample { name: "empty", bytes: compiled(one("")) },
        Sample { name: "saas", bytes: compiled(saas.sources()) },
        Sample {
            name: "routes",
            bytes: compiled(one(&format!("routes(\"/v1\", auth: none) {{\n{routes}}}\n"))),
        },
    ]
}

/// Why the container or any of the sections is refused.
fn refusal(bytes: &[u8]) -> Option<DecodeError> {
    Artifact::from_bytes(bytes).and_then(|artifact| artifact.verify()).err()
}

/// Makes the digest right again.
fn seal(bytes: &mut [u8]) {
    if bytes.len() >= DIGEST.end {
        bytes[DIGEST].fill(0);
        let digest = blake3::hash(bytes);
        bytes[DIGEST].copy_from_slice(digest.as_bytes());
    }
}

/// The bytes with the digest made right again are refused, or are an artifact in its one form.
///
/// A reader takes any minor version and writes its own.
#[track_caller]
fn refused_or_canonical(bytes: &[u8], what: &str) {
    if let Ok(artifact) = Artifact::from_bytes(bytes)
        && artifact.verify().is_ok()
    {
        let mut again = artifact.re_encode().unwrap();
        again[MINOR].copy_from_slice(&bytes[MINOR]);
        seal(&mut again);
        assert!(again == bytes, "{what}: has two forms");
    }
}

fn section_count(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes[24..28].try_into().unwrap()) as usize
}

/// Whether `error` is what damage at `offset` must come to.
fn fits(error: &DecodeError, offset: usize, bytes: &[u8]) -> bool {
    let table = TABLE..TABLE + ENTRY * section_count(bytes);
    match offset {
        0..8 => matches!(error, DecodeError::NotAnArtifact | DecodeError::TextDamage),
        8..10 => matches!(error, DecodeError::Version { .. }),
        12..16 => matches!(error, DecodeError::Flags { .. }),
        16..24 => matches!(error, DecodeError::Length { .. }),
        24..28 => matches!(error, DecodeError::SectionCount { .. } | DecodeError::Table { .. }),
        28..32 => matches!(error, DecodeError::Reserved),
        _ if table.contains(&offset) => matches!(
            error,
            DecodeError::Table { .. }
                | DecodeError::UnknownSection { .. }
                | DecodeError::SectionVersion { .. }
                | DecodeError::Digest { .. }
        ),
        _ if offset > table.end => {
            matches!(error, DecodeError::Digest { .. })
                || matches!(error, DecodeError::Table { rule, .. } if rule.contains("padding"))
        }
        _ => matches!(error, DecodeError::Digest { .. }),
    }
}

#[test]
fn every_flipped_bit_is_refused_for_its_reason() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for sample in &samples() {
        std::thread::scope(|scope| {
            for first in 0..threads {
                scope.spawn(move || flip_each_bit(sample, (first..sample.bytes.len() * 8).step_by(threads)));
            }
        });
    }
}

fn flip_each_bit(Sample { name, bytes }: &Sample, bits: impl Iterator<Item = usize>) {
    let mut damaged = bytes.clone();
    for bit in bits {
        damaged[bit / 8] ^= 1 << (bit % 8);
        match Artifact::from_bytes(&damaged).err() {
            None => panic!("{name}: bit {bit} goes unnoticed"),
            Some(error) => assert!(fits(&error, bit / 8, bytes), "{name}: bit {bit} is {error:?}"),
        }
        damaged[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn every_flipped_bit_under_a_right_digest_is_refused_or_canonical() {
    for Sample { name, bytes } in samples() {
        // Every bit of the small ones; of the large one a share that meets every table and every place in a record.
        let step = if bytes.len() > 40_000 { 61 } else { 1 };
        for bit in (0..bytes.len() * 8).step_by(step) {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            seal(&mut damaged);
            refused_or_canonical(&damaged, &format!("{name}, bit {bit}"));
        }
    }
}

#[test]
fn every_truncation_and_extension_is_refused() {
    for Sample { name, bytes } in samples() {
        for length in 0..bytes.len() {
            let error = Artifact::from_bytes(&bytes[..length]).err();
            let fits = match length {
                0 => matches!(error, Some(DecodeError::NotAnArtifact)),
                1..64 => matches!(error, Some(DecodeError::HeaderCutOff { .. })),
                _ => matches!(error, Some(DecodeError::Length { .. })),
            };
            assert!(fits, "{name}, {length} bytes: {error:?}");
        }
        for more in 1..=64 {
            for byte in [0x00, 0x20, 0xFF] {
                let mut longer = bytes.clone();
                longer.resize(bytes.len() + more, byte);
                let error = Artifact::from_bytes(&longer).err();
                assert!(matches!(error, Some(DecodeError::Length { .. })), "{name}, {more} more: {error:?}");
                let length = longer.len() as u64;
                longer[16..24].copy_from_slice(&length.to_le_bytes());
                seal(&mut longer);
                let error = Artifact::from_bytes(&longer).err();
                assert!(matches!(error, Some(DecodeError::Table { .. })), "{name}, {more} stated: {error:?}");
            }
        }
    }
}

#[test]
fn truncations_under_a_right_digest_are_refused() {
    for Sample { name, bytes } in samples() {
        for length in (DIGEST.end..bytes.len()).step_by(if bytes.len() > 40_000 { 31 } else { 1 }) {
            let mut shorter = bytes[..length].to_vec();
            shorter[16..24].copy_from_slice(&(length as u64).to_le_bytes());
            seal(&mut shorter);
            assert!(refusal(&shorter).is_some(), "{name}: {length} bytes load");
        }
    }
}

#[test]
fn swapped_and_zeroed_blocks_are_refused() {
    const BLOCK: usize = 64;
    for Sample { name, bytes } in samples() {
        let blocks = bytes.len() / BLOCK;
        for i in 0..blocks {
            for j in [i + 1, i + 7, blocks - 1 - i] {
                let mut swapped = bytes.clone();
                if j > i && j < blocks {
                    let (low, high) = swapped.split_at_mut(j * BLOCK);
                    low[i * BLOCK..][..BLOCK].swap_with_slice(&mut high[..BLOCK]);
                }
                changed_is_refused(&bytes, swapped, &format!("{name}: blocks {i} and {j} swapped"));
            }
            let mut zeroed = bytes.clone();
            zeroed[i * BLOCK..][..BLOCK].fill(0);
            changed_is_refused(&bytes, zeroed, &format!("{name}: block {i} zeroed"));
        }
    }
}

#[track_caller]
fn changed_is_refused(bytes: &[u8], mut changed: Vec<u8>, what: &str) {
    if changed != bytes {
        assert!(Artifact::from_bytes(&changed).is_err(), "{what}: goes unnoticed");
        seal(&mut changed);
        refused_or_canonical(&changed, what);
    }
}

#[test]
fn artifacts_one_after_another_are_refused() {
    let samples = samples();
    for first in &samples {
        for second in &samples {
            let both = [first.bytes.as_slice(), &second.bytes].concat();
            let error = Artifact::from_bytes(&both).err();
            assert!(
                matches!(error, Some(DecodeError::Length { .. })),
                "{} and {}: {error:?}",
                first.name,
                second.name
            );
        }
    }
}

/// Where the number at `at` stands, and what it is; 251, 252 and 253 announce two, four and eight bytes.
fn varint(bytes: &[u8], at: usize) -> (Range<usize>, usize) {
    let width = match bytes[at] {
        251 => 2,
        252 => 4,
        253 => 8,
        short => return (at..at + 1, short.into()),
    };
    let place = at..at + 1 + width;
    let value = bytes[place.clone()][1..].iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte));
    (place, value)
}

/// Where numbers stand that say how much follows: in the header, in the section table, and before each table.
fn lengths(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut places = vec![16..24, 24..28];
    for entry in 0..section_count(bytes) {
        let start = TABLE + entry * ENTRY;
        places.extend([start + 8..start + 16, start + 16..start + 24]);
    }
    for section in Artifact::from_bytes(bytes).unwrap().sections() {
        let payload = section.offset as usize..(section.offset + section.length) as usize;
        if section.id == "META" {
            // It is hardly anything else than counts, so each of its bytes is taken for one.
            places.extend(payload.map(|at| at..at + 1));
            continue;
        }
        // The strings and then each table follow their length.
        let mut at = payload.start;
        while at < payload.end {
            let (place, length) = varint(bytes, at);
            at = place.end + length;
            places.push(place);
        }
    }
    places
}

#[test]
fn impossible_lengths_are_refused() {
    const VALUES: [u64; 8] = [0, 1, u32::MAX as u64, 1 << 31, 1 << 32, 1 << 63, u64::MAX, u64::MAX - 7];
    for Sample { name, bytes } in samples() {
        for place in lengths(&bytes) {
            for value in VALUES {
                let mut damaged = bytes.clone();
                damaged[place.clone()].copy_from_slice(&value.to_le_bytes().repeat(2)[..place.len()]);
                let what = format!("{name}: {value} at {place:?}");
                changed_is_refused(&bytes, damaged, &what);
                let mut widened = bytes.clone();
                let form = [vec![253], value.to_le_bytes().to_vec()].concat();
                let end = (place.start + form.len()).min(widened.len());
                widened[place.start..end].copy_from_slice(&form[..end - place.start]);
                changed_is_refused(&bytes, widened, &what);
            }
        }
    }
}
