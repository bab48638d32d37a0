//! The artifact is replaced while requests go on: each is judged by one artifact, and never by a bad one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use inspire_artifact::Artifact;
use inspire_artifact::signature::{SigningKey, Statement, sign};
use kizaki_auth::{Signers, Snapshot, follow_artifact};
use kizaki_store::{Clock, Lifetime};
use tokio::signal::unix::{SignalKind, signal};

use crate::support::{Node, Place, api_key, compile, on_both};

on_both! {
    no_answer_mixes_two_artifacts
    a_bad_artifact_never_replaces_a_good_one
    an_artifact_is_served_only_with_the_signature_that_was_asked_for
    an_artifact_is_served_until_its_signature_ends
}

/// One path whose handler, credential and scope all change.
const OPEN: &str = r#"
apiKeys { scopes: { spare: @system("api_spare") { @grant read on Item } } }
entity Item { title: string  @grant read }
routes("/", auth: none) { GET /x -> openHandler }
"#;
const GUARDED: &str = r#"
apiKeys { scopes: { reader: @system("api_reader") { @grant read on Item } } }
entity Item { title: string  @grant read }
routes("/", auth: apiKey(reader)) { GET /x -> guardedHandler }
"#;

fn follow(node: &Node) -> tokio::task::JoinHandle<()> {
    let hangup = signal(SignalKind::hangup()).unwrap();
    tokio::spawn(follow_artifact(Arc::clone(&node.service), hangup))
}

async fn artifact(node: &Node) -> serde_json::Value {
    node.get("/__auth/health").await.json()["artifact"].take()
}

/// Waits until the service says so of its artifact.
async fn until(node: &Node, holds: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    loop {
        let artifact = artifact(node).await;
        if holds(&artifact) {
            return artifact;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn no_answer_mixes_two_artifacts(place: Place) {
    let (open, guarded) = (compile(OPEN), compile(GUARDED));
    place.publish_bytes(&open);
    let node = Arc::new(place.node().await);
    let following = follow(&node);
    let key = api_key(&place.store(Clock::Store).await, "reader", Lifetime::DEFAULT).await;
    let done = Arc::new(AtomicBool::new(false));
    let answers: Arc<[AtomicU32; 3]> = Arc::default();
    let clients: Vec<_> = [key.key.expose().to_owned(), "none".to_owned()]
        .into_iter()
        .map(|key| {
            let (node, done, answers) = (Arc::clone(&node), Arc::clone(&done), Arc::clone(&answers));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    let answer = node.ask_with_key("GET", "/x", &key).await;
                    let told =
                        ["x-kizaki-handler", "x-kizaki-scope"].map(|name| answer.header(name).unwrap());
                    let has_principal = answer.header("x-kizaki-principal") != Some("");
                    let kind = match (answer.status, told, has_principal) {
                        (200, ["openHandler", ""], false) => 0,
                        (200, ["guardedHandler", "reader"], true) if key != "none" => 1,
                        (401, ["", ""], false) if key == "none" => 2,
                        _ => panic!("{answer:?}"),
                    };
                    answers[kind].fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for round in 0..4 {
        let before = artifact(&node).await["digest"].clone();
        place.publish_bytes(if round % 2 == 0 { &guarded } else { &open });
        until(&node, |artifact| artifact["digest"] != before).await;
        // Both kinds of client have seen what is served now.
        let seen = answers.iter().map(|count| count.load(Ordering::SeqCst)).sum::<u32>();
        while answers.iter().map(|count| count.load(Ordering::SeqCst)).sum::<u32>() < seen + 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    done.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
    assert!(answers.iter().all(|count| count.load(Ordering::SeqCst) > 0), "{answers:?}");
    following.abort();
}

async fn a_bad_artifact_never_replaces_a_good_one(place: Place) {
    let good = compile(GUARDED);
    place.publish_bytes(&good);
    let node = place.node().await;
    let following = follow(&node);
    let begin = artifact(&node).await;
    assert_eq!(begin["reload_error"], serde_json::Value::Null);
    let mut changed = good.clone();
    // Behind the magic and the version stands the digest.
    changed[40] ^= 1;
    let bad: [(&[u8], &str); 4] = [
        (&good[..good.len() / 2], "length: "),
        (&changed, "digest: "),
        (b"", "magic: "),
        (b"entity A {}", "magic: "),
    ];
    for (bytes, stage) in bad {
        place.publish_bytes(bytes);
        let after = until(&node, |artifact| {
            artifact["reload_error"].as_str().is_some_and(|reason| reason.starts_with(stage))
        })
        .await;
        assert_eq!((&after["digest"], &after["since"]), (&begin["digest"], &begin["since"]), "{stage}");
        assert_eq!(node.ask("GET", "/x", "").await.status, 401);
    }
    std::fs::remove_file(&place.settings.artifact).unwrap();
    until(&node, |artifact| {
        artifact["reload_error"].as_str().is_some_and(|reason| reason.starts_with("read: "))
    })
    .await;
    assert_eq!(node.ask("GET", "/x", "").await.status, 401);
    place.publish(OPEN);
    let after = until(&node, |artifact| artifact["reload_error"].is_null()).await;
    assert_ne!(after["digest"], begin["digest"]);
    assert_eq!(node.ask("GET", "/x", "").await.status, 200);
    following.abort();
}

/// The artifact of a schema, signed.
fn signed(schema: &str, key: u8, artifact_id: &str, build_number: u64, ends: Option<u64>) -> Vec<u8> {
    let statement =
        Statement { artifact_id: artifact_id.to_owned(), build_number, expires_unix_seconds: ends };
    let bytes = compile(schema);
    sign(&Artifact::from_bytes(&bytes).unwrap(), &SigningKey::from_seed(&[key; 32]), &statement).unwrap()
}

fn signers() -> Signers {
    let keys = [1, 2].map(|key| SigningKey::from_seed(&[key; 32]).public()).to_vec();
    Signers { keys, artifact_id: "shop".to_owned(), least_build_number: 7 }
}

/// In so many seconds, since the beginning of 1970.
fn in_seconds(seconds: u64) -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() + seconds
}

async fn an_artifact_is_served_only_with_the_signature_that_was_asked_for(mut place: Place) {
    place.settings.signers = Some(signers());
    place.publish(GUARDED);
    let refused = Snapshot::open(&place.settings.artifact, place.settings.signers.as_ref()).unwrap_err();
    assert!(refused.to_string().starts_with("signature: there is none"), "{refused}");
    place.publish_bytes(&signed(GUARDED, 1, "shop", 7, None));
    let node = place.node().await;
    let following = follow(&node);
    let mut forged = signed(OPEN, 1, "shop", 7, None);
    *forged.last_mut().unwrap() ^= 1;
    for (bytes, reason) in [
        (compile(OPEN), "signature: there is none"),
        (signed(OPEN, 3, "shop", 7, None), "signature: it was made with key"),
        (forged, "signature: it does not fit the file"),
        (signed(OPEN, 1, "blog", 7, None), "signature: it is for `blog`"),
        (signed(OPEN, 1, "shop", 6, None), "signature: it is for build 6"),
        (signed(OPEN, 1, "shop", 7, Some(1_000_000_000)), "signature: it ended at 2001-09-09T01:46:40Z"),
    ] {
        place.publish_bytes(&bytes);
        until(&node, |artifact| {
            artifact["reload_error"].as_str().is_some_and(|found| found.starts_with(reason))
        })
        .await;
        assert_eq!(node.ask("GET", "/x", "").await.status, 401, "{reason}");
    }
    place.publish_bytes(&signed(OPEN, 2, "shop", 8, None));
    until(&node, |artifact| artifact["reload_error"].is_null()).await;
    assert_eq!(node.ask("GET", "/x", "").await.status, 200);
    following.abort();
}

async fn an_artifact_is_served_until_its_signature_ends(mut place: Place) {
    place.settings.signers = Some(signers());
    let app = format!("auth {{ providers: [email] }}\n{OPEN}");
    let ends = in_seconds(2);
    place.publish_bytes(&signed(&app, 1, "shop", 7, Some(ends)));
    let node = place.node().await;
    let following = follow(&node);
    let status = async || node.get("/__auth/health").await.json()["status"].take();
    while status().await != "artifact_expired" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(in_seconds(0) >= ends);
    assert_eq!(node.get("/__auth/health").await.status, 503);
    for (status, path) in [(503, "/x"), (503, "/nothing")] {
        assert_eq!(node.ask("GET", path, "").await.status, status, "{path}");
    }
    assert_eq!(node.get("/__auth/session").await.status, 503);
    // The same artifact with another end is another one.
    place.publish_bytes(&signed(&app, 1, "shop", 7, None));
    while status().await != "ok" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(node.ask("GET", "/x", "").await.status, 200);
    assert_eq!(node.get("/__auth/session").await.status, 401);
    following.abort();
}
