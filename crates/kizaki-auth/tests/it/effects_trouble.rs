//! Effects where something goes wrong: an app that is slow, gone or hostile, a worker that lost its lease or is told to
//! stop, and a database that fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use kizaki_auth::{Refusal, Stop, deliver_due_effects, deliver_effects};
use kizaki_store::{Clock, OutboxState};
use tokio::sync::watch;

use crate::effects::APP;
use crate::handler::{Delivery, Handler, Reply};
use crate::support::{Database, Place, START_MS, on_both, run};

on_both! {
    each_way_to_fail_is_told_and_tried_again
    a_redirect_is_not_followed
    an_app_that_is_not_there_is_a_failed_try
    a_worker_that_lost_its_lease_ends_nothing
    a_long_try_keeps_its_lease_until_it_is_taken_away
    a_stalling_effect_leaves_room_for_others
    what_is_under_way_is_ended_before_the_service_stops
    what_is_cut_off_is_taken_again_after_its_lease
    a_database_that_fails_loses_nothing
    a_try_whose_end_was_noted_unheard_is_not_lost
    many_workers_deliver_each_effect_once
}

async fn each_way_to_fail_is_told_and_tried_again(mut place: Place) {
    let replies: [(&str, Reply, OutboxState, Option<&str>); 11] = [
        ("ok", Reply::Status(200), OutboxState::Delivered, None),
        ("accepted", Reply::Status(299), OutboxState::Delivered, None),
        ("endless-ok", Reply::Endless(200), OutboxState::Delivered, None),
        ("gone", Reply::Status(410), OutboxState::Retrying, Some("it answered 410")),
        ("unauthorised", Reply::Status(401), OutboxState::Retrying, Some("it answered 401")),
        ("broken", Reply::Status(500), OutboxState::Retrying, Some("it answered 500")),
        (
            "unchanged",
            Reply::Status(304),
            OutboxState::Retrying,
            Some("it answered 304, and no redirect is followed"),
        ),
        ("endless-broken", Reply::Endless(500), OutboxState::Retrying, Some("it answered 500")),
        ("silent", Reply::Silence, OutboxState::Retrying, Some("it did not answer within 1s")),
        ("closed", Reply::Close, OutboxState::Retrying, Some("the connection failed: ")),
        ("garbage", Reply::Garbage, OutboxState::Retrying, Some("the connection failed: ")),
    ];
    let by_id: BTreeMap<_, _> =
        replies.iter().map(|(id, reply, ..)| ((*id).to_owned(), reply.clone())).collect();
    let app = Handler::start(move |delivery| by_id[&delivery.id()].clone());
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    for (id, ..) in &replies {
        place.ask_for(id, "notify").await;
    }
    assert_eq!(deliver_due_effects(&node.service).await, Ok(replies.len()));
    for (id, _, state, error) in replies {
        let row = place.row(id).await;
        assert_eq!((row.state, row.tries), (state, 1), "{row:?}");
        match error {
            None => assert_eq!(row.error, None, "{row:?}"),
            Some(error) => assert!(row.error.as_ref().is_some_and(|text| text.starts_with(error)), "{row:?}"),
        }
        // The address may hold what nobody else is to see.
        assert!(!row.error.unwrap_or_default().contains("app=1"));
    }
}

async fn a_redirect_is_not_followed(mut place: Place) {
    let elsewhere = Handler::start(|_| Reply::Status(200));
    let to = elsewhere.url();
    let app = Handler::start(move |_| Reply::Redirect(to.clone()));
    place.publish(APP);
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    assert_eq!(deliver_due_effects(&node.service).await, Ok(1));
    let error = Some("it answered 307, and no redirect is followed".to_owned());
    assert_eq!(place.stands("a").await, (OutboxState::Retrying, 1, error));
    assert_eq!((app.deliveries().len(), elsewhere.deliveries().len()), (1, 0));
}

async fn an_app_that_is_not_there_is_a_failed_try(mut place: Place) {
    let app = Handler::start(|_| Reply::Status(200));
    place.publish(APP);
    place.deliver_to(&app).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let to = place.settings.effects_to.as_mut().unwrap();
    to.url = kizaki_auth::EffectsUrl::parse(&format!("http://{free}/")).unwrap();
    let (node, _) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    assert_eq!(deliver_due_effects(&node.service).await, Ok(1));
    let error = Some("it cannot be reached: connection refused".to_owned());
    assert_eq!(place.stands("a").await, (OutboxState::Retrying, 1, error));
}

/// PostgreSQL keeps no such row.
#[test]
fn what_cannot_be_read_is_told_like_any_other_that_is_given_up() {
    run(Database::Sqlite, async |mut place| {
        let app = Handler::start(|_| Reply::Status(200));
        place.publish(APP);
        place.deliver_to(&app).await;
        let (node, _) = place.node_at_start().await;
        place
            .as_app(
                "PRAGMA ignore_check_constraints = on; INSERT INTO kizaki_outbox (id, effect, due_ms, payload) \
                 VALUES ('a', 'notify', 1, x'7b7d')",
            )
            .await;
        place.ask_for("b", "notify").await;
        assert_eq!(deliver_due_effects(&node.service).await, Ok(1));
        let error = Some("its `payload` cannot be read".to_owned());
        assert_eq!(place.stands("a").await, (OutboxState::Dead, 1, error));
        assert_eq!(place.stands("b").await, (OutboxState::Delivered, 1, None));
        let dead = "kizaki_effect_tries_total{effect=\"notify\",outcome=\"dead\"} 1\n";
        assert!(node.service.metrics().contains(dead), "{}", node.service.metrics());
    });
}

/// An app whose first delivery is answered, with this status, when the sender is told to; all others at once with 200.
fn slow_app(status: u16) -> (Handler, mpsc::Sender<()>) {
    let (go_on, told) = mpsc::channel::<()>();
    let (told, seen) = (std::sync::Mutex::new(told), AtomicUsize::new(0));
    let app = Handler::start(move |_| {
        if seen.fetch_add(1, Ordering::SeqCst) > 0 {
            return Reply::Status(200);
        }
        // A sender that is gone tells to go on, too.
        let _ = told.lock().unwrap().recv();
        Reply::Status(status)
    });
    (app, go_on)
}

/// The schema with so long a timeout that no test waits for it.
fn patient() -> String {
    APP.replace("timeout: 1s", "timeout: 10m")
}

async fn a_worker_that_lost_its_lease_ends_nothing(mut place: Place) {
    for status in [200, 500] {
        let (app, go_on) = slow_app(status);
        place.publish(&patient());
        if place.app_url.is_none() {
            place.deliver_to(&app).await;
        }
        place.settings.effects_to.as_mut().unwrap().url = kizaki_auth::EffectsUrl::parse(&app.url()).unwrap();
        let (first, clock) = place.node_at_start().await;
        let second = place.node_by(Clock::Manual(clock.clone())).await;
        let id = format!("a{status}");
        place.ask_for(&id, "notify").await;
        let service = Arc::clone(&first.service);
        let slow = tokio::spawn(async move { deliver_due_effects(&service).await });
        tokio::task::block_in_place(|| app.wait_for(1));
        // Nobody else takes it before its lease of 75 seconds is over.
        clock.set_ms(START_MS + 74_999);
        assert_eq!(deliver_due_effects(&second.service).await, Ok(0));
        clock.set_ms(START_MS + 75_000);
        assert_eq!(deliver_due_effects(&second.service).await, Ok(1));
        assert_eq!(place.stands(&id).await, (OutboxState::Delivered, 1, None));
        go_on.send(()).unwrap();
        assert_eq!(slow.await.unwrap(), Ok(1));
        assert_eq!(place.stands(&id).await, (OutboxState::Delivered, 1, None));
        // Twice with one key, and both were the first try.
        let deliveries = app.deliveries();
        assert_eq!(deliveries.len(), 2);
        for delivery in &deliveries {
            assert_eq!(
                (delivery.header("idempotency-key"), delivery.header("kizaki-try")),
                (id.as_str(), "1")
            );
        }
    }
}

async fn a_long_try_keeps_its_lease_until_it_is_taken_away(mut place: Place) {
    let app = Handler::start(|_| Reply::Silence);
    place.publish(&patient());
    place.deliver_to(&app).await;
    // A lease is extended when a third of it is left, by the process's own clock.
    (place.settings.limits.lease_time, place.settings.limits.lease_margin) =
        (Duration::from_millis(100), Duration::from_millis(200));
    let (node, clock) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    let service = Arc::clone(&node.service);
    let delivering = tokio::spawn(async move { deliver_due_effects(&service).await });
    tokio::task::block_in_place(|| app.wait_for(1));
    assert_eq!(place.row("a").await.due_ms, Some(START_MS + 300));
    for seconds in [1000, 2000] {
        clock.set_ms(START_MS + seconds);
        while place.row("a").await.due_ms != Some(START_MS + seconds + 300) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // Whoever discards it takes the lease away, and the try ends long before its ten minutes.
    assert!(place.app_database(Clock::Store).await.outbox().discard("a").await.is_ok());
    assert_eq!(delivering.await.unwrap(), Ok(1));
    assert_eq!(place.stands("a").await, (OutboxState::Discarded, 0, None));
    let lost = "kizaki_effect_tries_total{effect=\"notify\",outcome=\"lost\"} 1\n";
    assert!(node.service.metrics().contains(lost), "{}", node.service.metrics());
}

async fn a_stalling_effect_leaves_room_for_others(mut place: Place) {
    let app = Handler::start(|delivery| match delivery.effect().as_str() {
        "notify" => Reply::Silence,
        _ => Reply::Status(200),
    });
    place.publish(&patient());
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    for number in 0..40 {
        place.ask_for(&format!("stalls-{number}"), "notify").await;
    }
    let (_stop, told) = watch::channel(Stop::No);
    let delivering = tokio::spawn(deliver_effects(Arc::clone(&node.service), told));
    tokio::task::block_in_place(|| app.wait_for(8));
    for number in 0..20 {
        place.ask_for(&format!("goes-{number}"), "reindex").await;
    }
    while place.row("goes-19").await.state != OutboxState::Delivered {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stalling = app.deliveries().iter().filter(|delivery| delivery.effect() == "notify").count();
    assert_eq!(stalling, 8);
    delivering.abort();
}

async fn what_is_under_way_is_ended_before_the_service_stops(mut place: Place) {
    let (app, go_on) = slow_app(200);
    place.publish(&patient());
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    let (stop, told) = watch::channel(Stop::No);
    let delivering = tokio::spawn(deliver_effects(Arc::clone(&node.service), told));
    tokio::task::block_in_place(|| app.wait_for(1));
    stop.send_replace(Stop::Finish);
    // What comes later is left to others.
    place.ask_for("b", "notify").await;
    go_on.send(()).unwrap();
    delivering.await.unwrap();
    assert_eq!(place.stands("a").await, (OutboxState::Delivered, 1, None));
    assert_eq!(place.stands("b").await, (OutboxState::Pending, 0, None));
}

async fn what_is_cut_off_is_taken_again_after_its_lease(mut place: Place) {
    let (app, _go_on) = slow_app(200);
    place.publish(&patient());
    place.deliver_to(&app).await;
    let (node, clock) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    let (stop, told) = watch::channel(Stop::No);
    let delivering = tokio::spawn(deliver_effects(Arc::clone(&node.service), told));
    tokio::task::block_in_place(|| app.wait_for(1));
    stop.send_replace(Stop::Now);
    delivering.await.unwrap();
    assert_eq!(place.stands("a").await, (OutboxState::Leased, 0, None));
    let another = place.node_by(Clock::Manual(clock.clone())).await;
    clock.set_ms(START_MS + 75_000);
    assert_eq!(deliver_due_effects(&another.service).await, Ok(1));
    assert_eq!(place.stands("a").await, (OutboxState::Delivered, 1, None));
}

async fn a_database_that_fails_loses_nothing(mut place: Place) {
    let (app, go_on) = slow_app(200);
    place.publish(&patient());
    place.deliver_to(&app).await;
    let (node, clock) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    place.as_app("ALTER TABLE kizaki_outbox RENAME TO gone").await;
    assert_eq!(deliver_due_effects(&node.service).await, Err(Refusal::Unavailable));
    place.as_app("ALTER TABLE gone RENAME TO kizaki_outbox").await;
    // It fails while the app has the effect, and works again before the lease is over: the end is noted then.
    let service = Arc::clone(&node.service);
    let delivering = tokio::spawn(async move { deliver_due_effects(&service).await });
    tokio::task::block_in_place(|| app.wait_for(1));
    place.as_app("ALTER TABLE kizaki_outbox RENAME TO gone").await;
    go_on.send(()).unwrap();
    // The first failure was that of looking for what is due.
    while node.service.metrics().contains("kizaki_app_database_failures_total 1\n") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    place.as_app("ALTER TABLE gone RENAME TO kizaki_outbox").await;
    // Looking for more may have met the missing table as well.
    let _ = delivering.await.unwrap();
    assert_eq!(place.stands("a").await, (OutboxState::Delivered, 1, None));
    clock.set_ms(START_MS + 75_000);
    assert_eq!(deliver_due_effects(&node.service).await, Ok(0));
    assert_eq!(app.deliveries().len(), 1);
}

async fn a_try_whose_end_was_noted_unheard_is_not_lost(mut place: Place) {
    let (app, go_on) = slow_app(200);
    place.publish(&patient());
    place.deliver_to(&app).await;
    let (node, _) = place.node_at_start().await;
    place.ask_for("a", "notify").await;
    let service = Arc::clone(&node.service);
    let delivering = tokio::spawn(async move { deliver_due_effects(&service).await });
    tokio::task::block_in_place(|| app.wait_for(1));
    place.as_app("ALTER TABLE kizaki_outbox RENAME TO gone").await;
    go_on.send(()).unwrap();
    while node.service.metrics().contains("kizaki_app_database_failures_total 0\n") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // As if the database had done it, and its answer had not arrived.
    place
        .as_app("UPDATE gone SET state = 'delivered', tries = 1, holder = NULL, due_ms = NULL, done_ms = 1")
        .await;
    place.as_app("ALTER TABLE gone RENAME TO kizaki_outbox").await;
    let _ = delivering.await.unwrap();
    let metrics = node.service.metrics();
    let counted = "kizaki_effect_tries_total{effect=\"notify\",outcome=\"delivered\"} 1\n";
    assert!(metrics.contains(counted) && !metrics.contains("outcome=\"lost\"} 1"), "{metrics}");
}

async fn many_workers_deliver_each_effect_once(mut place: Place) {
    const ROWS: usize = 300;
    let app = Handler::start(|_| Reply::Status(200));
    place.publish(APP);
    place.deliver_to(&app).await;
    for number in 0..ROWS {
        place.ask_for(&number.to_string(), ["notify", "reindex"][number % 2]).await;
    }
    let (stop, told) = watch::channel(Stop::No);
    let mut nodes = Vec::new();
    for _ in 0..4 {
        let (node, _) = place.node_at_start().await;
        let delivering = tokio::spawn(deliver_effects(Arc::clone(&node.service), told.clone()));
        nodes.push((node, delivering));
    }
    tokio::task::block_in_place(|| app.wait_for(ROWS));
    stop.send_replace(Stop::Finish);
    let mut metrics = Vec::new();
    for (node, delivering) in nodes {
        delivering.await.unwrap();
        metrics.push(node.service.metrics());
    }
    // Nobody was late here, so that once is enough.
    let deliveries = app.deliveries();
    let ids: std::collections::BTreeSet<_> = deliveries.iter().map(Delivery::id).collect();
    assert_eq!((deliveries.len(), ids.len()), (ROWS, ROWS));
    let status = place.app_database(Clock::Store).await.outbox().status().await.unwrap();
    let counted = "kizaki_effect_tries_total{effect=\"notify\",outcome=\"delivered\"} ";
    assert!(metrics.iter().any(|text| text.contains(counted)), "{metrics:?}");
    let delivered: u64 = status.effects.iter().map(|effect| effect.count(OutboxState::Delivered)).sum();
    assert_eq!(delivered, ROWS as u64, "{status:?}");
}
