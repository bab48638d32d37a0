//! Effects as the app gets them: what is posted, when it is posted again, and what the artifact has to say about that.

use std::collections::BTreeSet;
use std::sync::Arc;

use kizaki_auth::{deliver_due_effects, follow_artifact};
use kizaki_store::OutboxState;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::signal::unix::{SignalKind, signal};

use crate::handler::{Delivery, Handler, Reply};
use crate::outbox::SECRET;
use crate::support::{Node, Place, START_MS, on_both};

on_both! {
    an_effect_arrives_whole_and_signed
    a_handler_has_the_time_that_the_artifact_gives_it
    a_try_that_fails_is_made_again_as_the_artifact_says
    the_hook_of_the_change_says_how_it_is_tried
    effects_of_payments_are_delivered
    what_the_artifact_does_not_declare_waits_until_it_does
    a_new_artifact_changes_the_tries_to_come
}

pub(crate) const APP: &str = r#"
auth { providers: [email] }
entity Task {
  title: string
  status: string
  @grant read
  @on(insert) effect notify { retries: 3  backoff: exponential(2s)  timeout: 1s }
  @on(update, status) effect notify { retries: 0  timeout: 1s }
  @on(delete) effect reindex { retries: 2  backoff: linear(1m)  timeout: 1s }
  @on(delete) trigger archive
}
"#;

async fn tries(node: &Node) -> usize {
    deliver_due_effects(&node.service).await.unwrap()
}

/// HMAC by its definition (RFC 2104, 2), and by nothing that the service uses for it.
fn hmac(secret: &[u8], message: &[u8]) -> String {
    assert!(secret.len() <= 64);
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(secret).for_each(|(block, secret)| *block ^= secret);
        block
    };
    let inner = Sha256::digest([&pad(0x36)[..], message].concat());
    let outer = Sha256::digest([&pad(0x5c)[..], &inner].concat());
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_tests_own_hmac_is_that_of_the_standard() {
    // RFC 4231, 4.3.
    let digits = hmac(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(digits, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn the_example_in_the_book_is_signed() {
    let page = std::fs::read_to_string("../../book/src/service/effects.md").unwrap();
    let line = |start: &str| page.lines().find(|line| line.starts_with(start)).unwrap();
    let header = line("kizaki-signature: ").split_once(": t=").unwrap().1;
    let (seconds, signature) = header.split_once(",v1=").unwrap();
    assert!(page.contains(&format!("the secret is `{SECRET}`")));
    assert_eq!(hmac(SECRET.as_bytes(), format!("{seconds}.{}", line("{\"id\"")).as_bytes()), signature);
}

fn is_signed(delivery: &Delivery) {
    let seconds = delivery.header("kizaki-timestamp");
    let signed = [seconds.as_bytes(), b".", &delivery.body].concat();
    let expected = format!("t={seconds},v1={}", hmac(SECRET.as_bytes(), &signed));
    assert_eq!(delivery.header("kizaki-signature"), expected);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(seconds.parse().unwrap()) < 600, "{seconds}");
}

async fn an_effect_arrives_whole_and_signed(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(204));
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    let payload =
        r#"{"id": 7, "title": "über \"all\"", "price": 12.10, "big": 123456789012345678901234567890}"#;
    place
        .as_app(&format!(
            "INSERT INTO kizaki_outbox (id, effect, entity, event, field, payload, created_ms, due_ms) \
             VALUES ('5084855d-07dc', 'notify', 'Task', 'update', 'status', '{payload}', 12, {START_MS})"
        ))
        .await;
    assert_eq!(tries(&node).await, 1);
    let deliveries = app.deliveries();
    let [delivery] = deliveries.as_slice() else { panic!("{deliveries:?}") };
    assert_eq!(delivery.target, "/effects?app=1");
    for (name, value) in [
        ("content-type", "application/json"),
        ("idempotency-key", "5084855d-07dc"),
        ("kizaki-effect", "notify"),
        ("kizaki-try", "1"),
    ] {
        assert_eq!(delivery.header(name), value);
    }
    assert!(delivery.header("user-agent").starts_with("kizaki/"));
    is_signed(delivery);
    // The payload arrives as it was written, digit by digit.
    let body = String::from_utf8(delivery.body.clone()).unwrap();
    let expected = format!(
        r#"{{"id":"5084855d-07dc","effect":"notify","entity":"Task","event":"update","field":"status","created_ms":12,"payload":{payload}}}"#
    );
    assert_eq!(body, expected);
    assert_eq!(place.stands("5084855d-07dc").await, (OutboxState::Delivered, 1, None));
    assert_eq!(tries(&node).await, 0);
}

async fn a_handler_has_the_time_that_the_artifact_gives_it(mut place: Place) {
    // Longer than any other call of the service may take.
    let app = Handler::start(|_| {
        std::thread::sleep(std::time::Duration::from_secs(32));
        Reply::Status(200)
    });
    place.publish(&APP.replace("timeout: 1s", "timeout: 45s"));
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    assert_eq!(tries(&node).await, 1);
    assert_eq!(place.stands("a").await, (OutboxState::Delivered, 1, None));
}

async fn a_try_that_fails_is_made_again_as_the_artifact_says(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(500));
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, clock) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    let error = Some("it answered 500".to_owned());
    // exponential(2s): 2, 4 and 8 seconds after the try before.
    let mut now = START_MS;
    for (number, delay) in [(1, 2000), (2, 4000), (3, 8000)] {
        assert_eq!(tries(&node).await, 1);
        assert_eq!(place.stands("a").await, (OutboxState::Retrying, number, error.clone()));
        clock.set_ms(now + delay - 1);
        assert_eq!(tries(&node).await, 0);
        now += delay;
        clock.set_ms(now);
    }
    assert_eq!(tries(&node).await, 1);
    assert_eq!(place.stands("a").await, (OutboxState::Dead, 4, error));
    clock.set_ms(now + 100 * 86_400_000);
    assert_eq!(tries(&node).await, 0);
    // The app tells a repetition by the key, and sees the same each time.
    let deliveries = app.deliveries();
    let keys: BTreeSet<_> = deliveries.iter().map(|one| (one.header("idempotency-key"), &one.body)).collect();
    assert_eq!((deliveries.len(), keys.len()), (4, 1));
    let numbers: Vec<_> = deliveries.iter().map(|one| one.header("kizaki-try")).collect();
    assert_eq!(numbers, ["1", "2", "3", "4"]);
    deliveries.iter().for_each(is_signed);
}

async fn the_hook_of_the_change_says_how_it_is_tried(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(503));
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    let rows = [
        // The change has a hook of its own, which is not tried again.
        ("of-status", "notify", "Task", "update", "status", OutboxState::Dead, None),
        // No hook is about this change: the first that calls the function counts.
        ("of-title", "notify", "Task", "update", "title", OutboxState::Retrying, Some(2000)),
        ("of-nothing", "notify", "", "", "", OutboxState::Retrying, Some(2000)),
        ("of-delete", "reindex", "Task", "delete", "", OutboxState::Retrying, Some(60_000)),
    ];
    for (id, effect, entity, event, field, ..) in rows {
        place
            .as_app(&format!(
                "INSERT INTO kizaki_outbox (id, effect, entity, event, field, due_ms) \
                 VALUES ('{id}', '{effect}', '{entity}', '{event}', '{field}', {START_MS})"
            ))
            .await;
    }
    assert_eq!(tries(&node).await, 4);
    for (id, .., state, delay) in rows {
        let row = place.row(id).await;
        assert_eq!((row.state, row.due_ms), (state, delay.map(|delay| START_MS + delay)), "{id}");
    }
}

async fn effects_of_payments_are_delivered(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(500));
    place.publish(&format!(
        "{APP}\npayments {{ @secret stripeKey\n plan Free {{ }}\n\
         @on(payment.succeeded) effect sendReceipt {{ retries: 1  backoff: fixed(7s) }} }}"
    ));
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    place
        .as_app(&format!(
            "INSERT INTO kizaki_outbox (id, effect, event, due_ms) \
             VALUES ('a', 'sendReceipt', 'payment.succeeded', {START_MS})"
        ))
        .await;
    assert_eq!(tries(&node).await, 1);
    let row = place.row("a").await;
    assert_eq!((row.state, row.due_ms), (OutboxState::Retrying, Some(START_MS + 7000)));
    assert_eq!(app.deliveries()[0].json()["event"], json!("payment.succeeded"));
}

async fn what_the_artifact_does_not_declare_waits_until_it_does(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(200));
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, clock) = place.node_at_start().await;
    // A trigger runs in the app, and is no effect.
    for effect in ["removed", "archive", "Notify", "notify "] {
        place.ask_for(&format!("of-{}", effect.trim()), effect).await;
    }
    place.ask_for("declared", "notify").await;
    assert_eq!(tries(&node).await, 1);
    clock.set_ms(START_MS + 365 * 86_400_000);
    assert_eq!(tries(&node).await, 0);
    assert_eq!(app.deliveries().len(), 1);
    assert_eq!(place.stands("of-removed").await, (OutboxState::Pending, 0, None));
    place.publish(&APP.replace("effect reindex", "effect removed"));
    let (node, _) = place.node_at_start().await;
    assert_eq!(tries(&node).await, 1);
    assert_eq!(place.stands("of-removed").await, (OutboxState::Delivered, 1, None));
}

async fn a_new_artifact_changes_the_tries_to_come(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(500));
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, clock) = place.node_at_start().await;
    let following =
        tokio::spawn(follow_artifact(Arc::clone(&node.service), signal(SignalKind::hangup()).unwrap()));
    place.ask_for("a", "notify").await;
    assert_eq!(tries(&node).await, 1);
    let digest = async || node.get("/__auth/health").await.json()["artifact"]["digest"].take();
    let before = digest().await;
    place.publish(&APP.replace("retries: 3  backoff: exponential(2s)", "retries: 2  backoff: linear(1h)"));
    while digest().await == before {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // When the next try is due was settled by the artifact before.
    clock.set_ms(START_MS + 2000);
    assert_eq!(tries(&node).await, 1);
    let row = place.row("a").await;
    assert_eq!((row.state, row.due_ms), (OutboxState::Retrying, Some(START_MS + 2000 + 7_200_000)));
    clock.set_ms(START_MS + 2000 + 7_200_000);
    assert_eq!(tries(&node).await, 1);
    assert_eq!(place.row("a").await.state, OutboxState::Dead);
    following.abort();
}
