//! Signatures: what was signed opens for whoever trusts the key, and nothing else does.

use inspire_artifact::signature::{
    KeyError, PublicKey, SignatureError, SigningKey, Statement, Trust, is_artifact_id, sign,
};
use inspire_artifact::{Artifact, OpenError, encode};

use crate::sample;

/// A pair that `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` wrote.
const OTHER_TOOL: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJmMO2yLhARFKRB7A7oVH3JyuhtVINNnxCXULoDYNETE\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAKyJ0nv/UsDBVFMLo/MXB/YDWnay/2c2ViCUCQv9dJqI=\n-----END PUBLIC KEY-----\n",
);

const NOW: u64 = 1_800_000_000;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn unsigned() -> Vec<u8> {
    encode(&sample::tables(), "test 1")
}

fn statement() -> Statement {
    Statement { artifact_id: "shop".to_owned(), build_number: 42, expires_unix_seconds: Some(NOW + 1) }
}

fn signed(statement: &Statement) -> Vec<u8> {
    sign(&Artifact::from_bytes(&unsigned()).unwrap(), &key(1), statement).unwrap()
}

fn check(bytes: &[u8], trust: Trust<'_>) -> Result<Statement, SignatureError> {
    Artifact::from_bytes(bytes).unwrap().check_signature(&trust)
}

/// What the file of [`statement`] shows to whoever asks for exactly that.
fn trust(keys: &[PublicKey]) -> Trust<'_> {
    Trust { keys, artifact_id: "shop", least_build_number: 42, now_unix_seconds: NOW }
}

#[test]
fn what_was_signed_is_accepted_with_all_it_says() {
    let bytes = signed(&statement());
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    artifact.verify().unwrap();
    let claimed = artifact.signature().unwrap().unwrap();
    assert_eq!((claimed.statement, claimed.key), (statement(), key(1).public()));
    for keys in [&[key(1).public()][..], &[key(2).public(), key(1).public()]] {
        assert_eq!(artifact.check_signature(&trust(keys)), Ok(statement()));
    }
    let endless = Statement { expires_unix_seconds: None, ..statement() };
    let ours = [key(1).public()];
    let late = Trust { now_unix_seconds: u64::MAX, ..trust(&ours) };
    assert_eq!(check(&signed(&endless), late), Ok(endless));
}

#[test]
fn signing_again_replaces_the_signature_only() {
    let first = signed(&statement());
    let next = Statement { build_number: 43, ..statement() };
    let second = sign(&Artifact::from_bytes(&first).unwrap(), &key(2), &next).unwrap();
    assert_eq!(first.len(), second.len());
    let digest = |bytes: &[u8]| Artifact::from_bytes(bytes).unwrap().digest();
    assert_eq!(digest(&first), digest(&second));
    assert_eq!(check(&second, trust(&[key(2).public()])), Ok(next));
    assert_eq!(first, signed(&statement()), "the same is signed with the same bytes");
}

#[test]
fn each_check_has_its_own_answer() {
    let bytes = signed(&statement());
    let ours = [key(1).public()];
    let asked = trust(&ours);
    let cases = [
        (Trust { keys: &[], ..asked }, SignatureError::UnknownKey { key: ours[0] }),
        (Trust { keys: &[key(2).public()], ..asked }, SignatureError::UnknownKey { key: ours[0] }),
        (
            Trust { artifact_id: "Shop", ..asked },
            SignatureError::OtherArtifact { expected: "Shop".to_owned(), found: "shop".to_owned() },
        ),
        (Trust { least_build_number: 43, ..asked }, SignatureError::OldBuild { least: 43, found: 42 }),
        (Trust { now_unix_seconds: NOW + 1, ..asked }, SignatureError::Expired { unix_seconds: NOW + 1 }),
        (Trust { now_unix_seconds: u64::MAX, ..asked }, SignatureError::Expired { unix_seconds: NOW + 1 }),
    ];
    for (trust, error) in cases {
        assert_eq!(check(&bytes, trust), Err(error), "{trust:?}");
    }
    assert_eq!(check(&unsigned(), asked), Err(SignatureError::Unsigned));
}

#[test]
fn a_signature_is_of_one_file() {
    let (other, bytes) = (encode(&Default::default(), "test 1"), signed(&statement()));
    let mut moved = sign(&Artifact::from_bytes(&other).unwrap(), &key(1), &statement()).unwrap();
    let at = moved.len() - 184;
    moved[at..].copy_from_slice(&bytes[bytes.len() - 184..]);
    assert_eq!(check(&moved, trust(&[key(1).public()])), Err(SignatureError::Forged));
}

#[test]
fn every_flipped_bit_of_a_signed_file_is_refused() {
    let mut bytes = signed(&statement());
    let ours = [key(1).public()];
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let accepted = Artifact::from_bytes(&bytes).is_ok_and(|artifact| {
            // What opens without a look at the signature is still refused, or shown, without a panic.
            let _ = artifact.signature();
            artifact.check_signature(&trust(&ours)).is_ok()
        });
        assert!(!accepted, "bit {bit} goes unnoticed");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(check(&bytes, trust(&ours)).is_ok());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test needs a file")]
fn a_file_opens_by_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.kza");
    std::fs::write(&path, signed(&statement())).unwrap();
    let ours = [key(1).public()];
    let artifact = Artifact::open_signed(&path, &trust(&ours)).unwrap();
    assert!(artifact.auth().unwrap().is_some());
    std::fs::write(&path, unsigned()).unwrap();
    let refused = Artifact::open_signed(&path, &trust(&ours));
    assert!(matches!(refused, Err(OpenError::Signature(SignatureError::Unsigned))), "{refused:?}");
    let missing = Artifact::open_signed(directory.path().join("none"), &trust(&ours));
    assert!(matches!(missing, Err(OpenError::Read(_))), "{missing:?}");
}

#[test]
fn an_id_is_short_and_plain() {
    for id in ["a", "shop", "Shop.EU-1_x", &"x".repeat(64)] {
        assert!(is_artifact_id(id), "{id}");
        let named = Statement { artifact_id: id.to_owned(), ..statement() };
        let ours = [key(1).public()];
        assert_eq!(check(&signed(&named), Trust { artifact_id: id, ..trust(&ours) }), Ok(named));
    }
    let artifact = unsigned();
    let artifact = Artifact::from_bytes(&artifact).unwrap();
    for id in ["", "a b", "ä", "a/b", "a\0", &"x".repeat(65)] {
        let named = Statement { artifact_id: id.to_owned(), ..statement() };
        let refused = sign(&artifact, &key(1), &named);
        assert_eq!(refused, Err(SignatureError::ArtifactId { id: id.to_owned() }));
    }
}

#[test]
fn keys_are_what_other_tools_write_and_read() {
    let (private, public) = OTHER_TOOL;
    let key = SigningKey::from_pem(private).unwrap();
    assert_eq!(key.to_pem().as_str(), private);
    assert_eq!(key.public().to_pem(), public);
    assert_eq!(PublicKey::from_pem(public), Ok(key.public()));
    assert_eq!(key.public().fingerprint().len(), 16);
    let windows = public.replace('\n', "\r\n");
    assert_eq!(PublicKey::from_pem(&windows), Ok(key.public()));
    assert!(!format!("{key:?}").contains("mMO2"), "a signing key shows itself");
}

#[test]
fn what_is_no_key_is_told_apart() {
    let (private, public) = OTHER_TOOL;
    assert_eq!(PublicKey::from_pem(private), Err(KeyError::PrivateKey));
    // All zeros is a point of small order, for which signatures of anything can be made.
    let weak = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n";
    for text in ["", "shop", "-----BEGIN PUBLIC KEY-----", weak] {
        assert_eq!(PublicKey::from_pem(text), Err(KeyError::NoPublicKey), "{text}");
    }
    let encrypted = private.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(SigningKey::from_pem(&encrypted).err(), Some(KeyError::Encrypted));
    for text in ["", "shop", public] {
        assert_eq!(SigningKey::from_pem(text).err(), Some(KeyError::NoSigningKey), "{text}");
    }
}
