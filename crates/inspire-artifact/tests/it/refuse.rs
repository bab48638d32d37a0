//! Bytes that are no artifact: each check has its own error, and no input does more than fail.

use inspire_artifact::{Artifact, DecodeError, OpenError, SectionId, encode, limits};
use proptest::prelude::*;

use crate::sample::{self, Section, file, seal, split};

/// The error of the first check that fails, opening every section.
fn refusal(bytes: &[u8]) -> Option<DecodeError> {
    let opened = Artifact::from_bytes(bytes).and_then(|artifact| artifact.verify());
    opened.err().inspect(|error| {
        let message = error.to_string();
        assert!(message.starts_with(char::is_lowercase) && message.len() > 20, "{message}");
    })
}

/// The sample with some bytes replaced, and the right digest.
fn patched(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = sample::bytes();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    seal(&mut file);
    file
}

#[test]
fn every_single_bit_flip_is_refused() {
    let bytes = sample::bytes();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Artifact::from_bytes(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let bytes = sample::bytes();
    for len in 0..bytes.len() {
        assert!(Artifact::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
    }
    let longer = [bytes.as_slice(), &[0; 8]].concat();
    assert!(matches!(refusal(&longer), Some(DecodeError::Length { .. })));
}

#[test]
fn damage_in_text_mode_is_told_from_other_files() {
    let bytes = sample::bytes();
    let replaced = |from: &[u8], to: &[u8]| {
        let mut out = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (piece, step) = if rest.starts_with(from) { (to, from.len()) } else { (&rest[..1], 1) };
            out.extend(piece);
            rest = &rest[step..];
        }
        out
    };
    let damaged = [
        replaced(b"\r\n", b"\n"),
        replaced(b"\n", b"\r\n"),
        String::from_utf8_lossy(&bytes).into_owned().into_bytes(),
        bytes.iter().map(|byte| byte & 0x7F).collect(),
    ];
    for file in damaged {
        assert_eq!(refusal(&file), Some(DecodeError::TextDamage));
    }
    for other in [b"".as_slice(), b"entity Player {}", b"\x89PNG\r\n\x1a\n", &[0; 100]] {
        assert_eq!(refusal(other), Some(DecodeError::NotAnArtifact));
    }
    assert_eq!(refusal(&bytes[..40]), Some(DecodeError::HeaderCutOff { bytes: 40 }));
    assert_eq!(refusal(&bytes[..3]), Some(DecodeError::HeaderCutOff { bytes: 3 }));
}

#[test]
fn header_fields_are_checked_in_order() {
    assert_eq!(refusal(&patched(8, &[2])), Some(DecodeError::Version { major: 2, minor: 0 }));
    assert_eq!(refusal(&patched(8, &[0])), Some(DecodeError::Version { major: 0, minor: 0 }));
    assert_eq!(refusal(&patched(10, &[9])), None);
    assert_eq!(refusal(&patched(12, &[4])), Some(DecodeError::Flags { bits: 4 }));
    assert_eq!(refusal(&patched(28, &[1])), Some(DecodeError::Reserved));
    assert!(matches!(refusal(&patched(16, &[0xFF; 8])), Some(DecodeError::Length { stated: u64::MAX, .. })));
    for sections in [65_u32, 9_000, u32::MAX] {
        let refused = refusal(&patched(24, &sections.to_le_bytes()));
        assert_eq!(refused, Some(DecodeError::SectionCount { sections }));
    }
    let mut changed = sample::bytes();
    *changed.last_mut().unwrap() ^= 1;
    let padding = matches!(refusal(&changed), Some(DecodeError::Table { .. } | DecodeError::Digest { .. }));
    assert!(padding);
    let mut changed = sample::bytes();
    changed[40] ^= 1;
    assert!(matches!(refusal(&changed), Some(DecodeError::Digest { .. })));
    let huge = vec![0; limits::FILE_BYTES as usize + 1];
    assert_eq!(refusal(&huge), Some(DecodeError::TooLarge { bytes: limits::FILE_BYTES + 1 }));
}

#[test]
fn section_table_is_checked() {
    let sample = sample::bytes();
    let with = |change: &dyn Fn(&mut Vec<Section<'static>>)| {
        let mut sections = split(&sample);
        change(&mut sections);
        refusal(&file(&sections))
    };
    let table = |refused: Option<DecodeError>| match refused {
        Some(DecodeError::Table { rule, .. }) => rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(with(&|s| s.push((b"XTRA", 7, 0, vec![1, 2, 3]))), None);
    let unknown = with(&|s| s.push((b"XTRA", 1, 1, vec![])));
    assert_eq!(unknown, Some(DecodeError::UnknownSection { id: "XTRA".to_owned() }));
    let version = with(&|s| s[2].1 = 2);
    assert_eq!(version, Some(DecodeError::SectionVersion { section: SectionId::Keys, version: 2 }));
    assert_eq!(table(with(&|s| s[1].2 = 3)), "its flags have unknown bits");
    assert_eq!(table(with(&|s| s[1].2 = 0)), "its flags are not those of its id");
    assert_eq!(table(with(&|s| s.push(s[1].clone()))), "it is there twice");
    assert_eq!(table(with(&|s| s.swap(1, 2))), "it stands out of order");
    assert_eq!(table(with(&|s| s[1].0 = b"au\n\0")), "its id is not four upper-case letters or digits");
    assert_eq!(with(&|s| drop(s.remove(0))), Some(DecodeError::Meta { rule: "it is absent" }));
    assert_eq!(table(refusal(&patched(64 + 8, &[8]))), "its offset leaves a gap or overlaps");
    assert_eq!(table(refusal(&patched(64 + 16, &[0xFF; 8]))), "it ends behind the file");
    let mut longer = sample.clone();
    longer.extend([0; 8]);
    let length = (longer.len() as u64).to_le_bytes();
    longer[16..24].copy_from_slice(&length);
    seal(&mut longer);
    assert_eq!(table(refusal(&longer)), "bytes stand behind the last section");
    let last = sample.len() - 1;
    assert_eq!(sample[last], 0, "the sample ends with padding");
    assert_eq!(table(refusal(&patched(last, &[1]))), "its padding is cut off or not zero");
}

#[test]
fn signature_is_left_out_of_the_digest() {
    let mut sections = split(&sample::bytes());
    sections.push((b"SIGN", 1, 0, vec![0; 64]));
    let mut signed = file(&sections);
    assert_eq!(refusal(&signed), None);
    let at = signed.len() - 64;
    signed[at..].fill(7);
    assert_eq!(refusal(&signed), None);
    signed[at - 1] ^= 1;
    assert!(refusal(&signed).is_some());
    sections.last_mut().unwrap().3 = vec![0; 5000];
    assert!(matches!(refusal(&file(&sections)), Some(DecodeError::Table { .. })));
}

#[test]
fn payloads_are_decoded_to_their_end() {
    let sample = sample::bytes();
    for (number, section) in SectionId::ALL.into_iter().enumerate() {
        let mut sections = split(&sample);
        sections[number].3.push(0);
        assert_eq!(refusal(&file(&sections)), Some(DecodeError::TrailingBytes { section, bytes: 1 }));
        let mut sections = split(&sample);
        sections[number].3.pop();
        assert!(
            matches!(refusal(&file(&sections)), Some(DecodeError::Decode { section: s, .. }) if s == section)
        );
        sections[number].3.clear();
        assert!(
            matches!(refusal(&file(&sections)), Some(DecodeError::Decode { section: s, .. }) if s == section)
        );
    }
    let mut sections = split(&sample);
    sections[6].3 = vec![0, 1, 9, 0, 0];
    let partial = DecodeError::PartialRecord { section: SectionId::Namespaces, table: "namespaces" };
    assert_eq!(refusal(&file(&sections)), Some(partial));
    sections[6].3 = vec![2, 0xC3, 0x28, 0, 0, 0];
    assert!(matches!(refusal(&file(&sections)), Some(DecodeError::Decode { .. })));
}

#[test]
fn extreme_lengths_fail_quickly() {
    let sample = sample::bytes();
    let lengths = [
        vec![250],
        vec![251, 0xFF, 0xFF],
        vec![252, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![253, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![253, 0, 0, 0, 0x10, 0, 0, 0, 0],
        vec![254; 17],
        vec![255],
    ];
    for number in 0..SectionId::ALL.len() {
        for length in &lengths {
            for at in [0, 1, 12, 20] {
                let mut sections = split(&sample);
                let payload = &mut sections[number].3;
                let at = at.min(payload.len());
                payload.splice(at..at, length.iter().copied());
                assert!(refusal(&file(&sections)).is_some());
            }
        }
    }
}

#[test]
fn meta_must_tell_the_truth() {
    let with = |payload: Vec<u8>| {
        let mut sections = split(&sample::bytes());
        sections[0].3 = payload;
        refusal(&file(&sections))
    };
    let rule = |refused: Option<DecodeError>| match refused {
        Some(DecodeError::Meta { rule }) => rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(with(vec![0, 2, 0, 0, 0])), "the artifact is of another language version");
    assert_eq!(rule(with(vec![0, 1, 0, 0, 0])), "it does not list the sections of this file");
    assert_eq!(
        rule(with(vec![0, 1, 3, b'A', b'B', b'C', 0, 0])),
        "the lists of sections and tables differ in length"
    );
    assert_eq!(
        rule(with(vec![0, 1, 4, b'A', b'U', b'T', b'H', 1, 2, 1, 0])),
        "the list of counts is too short"
    );
    assert_eq!(rule(with(vec![0, 1, 0, 0, 1, 0])), "the list of counts is too long");
    let mut sections = split(&sample::bytes());
    *sections[0].3.last_mut().unwrap() += 1;
    let refused = refusal(&file(&sections));
    let wrong = "META states another number of records";
    assert!(
        matches!(refused, Some(DecodeError::Invalid { section: SectionId::Debug, rule, .. }) if rule == wrong)
    );
}

#[test]
fn files_are_opened_or_say_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.kza");
    assert!(matches!(Artifact::open(&path), Err(OpenError::Read(_))));
    assert!(matches!(Artifact::open(folder.path()), Err(OpenError::Read(_))));
    write(&path, &sample::bytes());
    assert_eq!(Artifact::open(&path).unwrap().bytes(), sample::bytes());
    write(&path, b"nonsense");
    let refused = Artifact::open(&path).unwrap_err();
    assert!(matches!(refused, OpenError::Decode(DecodeError::NotAnArtifact)), "{refused}");
}

#[expect(clippy::disallowed_methods, reason = "the test needs a file")]
fn write(path: &std::path::Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

proptest! {
    #[test]
    fn sealed_changes_never_panic_and_re_encode(
        changes in prop::collection::vec((64_usize..4_000, any::<u8>()), 1..4)
    ) {
        let mut bytes = sample::bytes();
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        seal(&mut bytes);
        if let Ok(artifact) = Artifact::from_bytes(&bytes)
            && artifact.verify().is_ok()
        {
            let again = encode(&artifact.to_tables().unwrap(), &artifact.meta().unwrap().producer);
            prop_assert_eq!(again.as_slice(), artifact.bytes());
            artifact.to_json().unwrap();
        }
    }
}
