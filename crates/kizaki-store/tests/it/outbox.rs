//! The outbox of effects: every state, every way from one to another, and the boundaries of time.

use kizaki_store::{
    EffectCounts, Ending, Lease, OUTBOX_KEPT_MS, Outbox, OutboxChange, OutboxFilter, OutboxRow, OutboxState,
};

use crate::support::{Place, START_MS, on_both};

on_both! {
    a_row_is_taken_once_delivered_and_forgotten_after_a_week
    a_lease_ends_at_its_time_and_its_holder_can_end_nothing_any_more
    a_failed_try_waits_and_the_last_one_is_dead
    operators_retry_and_discard_what_is_not_delivered
    an_effect_that_nobody_takes_waits_and_stands_in_nobodys_way
    status_tells_of_each_effect
}

pub(crate) const FAILED: Ending<'static> = Ending::Failed { error: "it answered 500", again_ms: Some(2000) };
pub(crate) const LAST: Ending<'static> = Ending::Failed { error: "it answered 503", again_ms: None };
pub(crate) const LEASE_MS: i64 = 10_000;

pub(crate) async fn take(outbox: Outbox<'_>, effect: &str, most: u32) -> Vec<Lease> {
    outbox.take(effect, "a worker", most, LEASE_MS).await.unwrap().leases
}

async fn one(outbox: Outbox<'_>, effect: &str) -> Lease {
    let mut leases = take(outbox, effect, 1).await;
    assert_eq!(leases.len(), 1);
    leases.remove(0)
}

async fn row(outbox: Outbox<'_>, id: &str) -> OutboxRow {
    let filter = OutboxFilter { state: None, effect: None, most: 1000 };
    outbox.list(filter).await.unwrap().rows.into_iter().find(|row| row.id == id).unwrap()
}

/// Pending, leased, retrying, delivered, dead, discarded.
pub(crate) fn counts(effect: &EffectCounts) -> [u64; 6] {
    OutboxState::ALL.map(|state| effect.count(state))
}

pub(crate) async fn only(outbox: Outbox<'_>) -> EffectCounts {
    let mut status = outbox.status().await.unwrap();
    assert_eq!(status.effects.len(), 1, "{status:?}");
    status.effects.remove(0)
}

async fn a_row_is_taken_once_delivered_and_forgotten_after_a_week(place: Place) {
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    place.ask_for("notify", &["a", "b", "c"]).await;
    clock.set_ms(START_MS - 1);
    assert_eq!((outbox.due().await.unwrap().len(), take(outbox, "notify", 9).await.len()), (0, 0));
    clock.set_ms(START_MS);
    assert_eq!(outbox.due().await.unwrap(), ["notify"]);
    let leases = take(outbox, "notify", 2).await;
    let ids: Vec<_> = leases.iter().map(|lease| lease.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!((leases[0].fence(), leases[0].tries, leases[0].until_ms), (1, 0, START_MS + LEASE_MS));
    assert_eq!((leases[0].payload.as_str(), leases[0].created_ms), ("{\"n\": 1}", START_MS));
    assert_eq!(take(outbox, "notify", 9).await.len(), 1);
    assert_eq!((outbox.due().await.unwrap().len(), take(outbox, "notify", 9).await.len()), (0, 0));
    assert!(!outbox.is_finished(&leases[0], Ending::Delivered).await.unwrap());
    assert!(outbox.finish(&leases[0], Ending::Delivered).await.unwrap());
    assert!(!outbox.finish(&leases[0], Ending::Delivered).await.unwrap());
    // Who did not hear that it was can ask.
    for (ending, is_finished) in [(Ending::Delivered, true), (FAILED, false), (LAST, false)] {
        assert_eq!(outbox.is_finished(&leases[0], ending).await.unwrap(), is_finished);
    }
    assert!(!outbox.finish(&leases[0], FAILED).await.unwrap());
    let delivered = row(outbox, "a").await;
    assert_eq!(
        (delivered.state, delivered.tries, delivered.done_ms),
        (OutboxState::Delivered, 1, Some(START_MS))
    );
    assert_eq!((delivered.due_ms, delivered.holder, delivered.error), (None, None, None));
    assert_eq!(row(outbox, "b").await.holder.as_deref(), Some("a worker"));
    clock.set_ms(START_MS + OUTBOX_KEPT_MS - 1);
    assert!(!outbox.sweep().await.unwrap());
    row(outbox, "a").await;
    clock.set_ms(START_MS + OUTBOX_KEPT_MS);
    assert!(!outbox.sweep().await.unwrap());
    assert_eq!(counts(&only(outbox).await), [0, 2, 0, 0, 0, 0]);
}

async fn a_lease_ends_at_its_time_and_its_holder_can_end_nothing_any_more(place: Place) {
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    place.ask_for("notify", &["a"]).await;
    let first = one(outbox, "notify").await;
    clock.set_ms(START_MS + LEASE_MS - 1);
    assert_eq!(take(outbox, "notify", 1).await.len(), 0);
    assert!(outbox.extend(&first, LEASE_MS).await.unwrap());
    clock.set_ms(START_MS + 2 * LEASE_MS - 2);
    assert_eq!(take(outbox, "notify", 1).await.len(), 0);
    clock.set_ms(START_MS + 2 * LEASE_MS - 1);
    // A try whose lease ended counts as none: it did not fail.
    let second = one(outbox, "notify").await;
    assert_eq!((second.fence(), second.tries, second.id.as_str()), (2, 0, "a"));
    for ending in [Ending::Delivered, FAILED, LAST] {
        assert!(!outbox.finish(&first, ending).await.unwrap());
    }
    assert!(!outbox.extend(&first, LEASE_MS).await.unwrap());
    assert_eq!(row(outbox, "a").await.state, OutboxState::Leased);
    // What nobody took meanwhile can still be ended by the last who had it.
    clock.set_ms(START_MS + 9 * LEASE_MS);
    assert!(outbox.finish(&second, Ending::Delivered).await.unwrap());
    assert!(!outbox.extend(&second, LEASE_MS).await.unwrap());
    assert_eq!(take(outbox, "notify", 1).await.len(), 0);
}

async fn a_failed_try_waits_and_the_last_one_is_dead(place: Place) {
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    place.ask_for("notify", &["a"]).await;
    assert!(outbox.finish(&one(outbox, "notify").await, FAILED).await.unwrap());
    let failed = row(outbox, "a").await;
    assert_eq!(
        (failed.state, failed.tries, failed.due_ms),
        (OutboxState::Retrying, 1, Some(START_MS + 2000))
    );
    assert_eq!((failed.failed_ms, failed.error.as_deref()), (Some(START_MS), Some("it answered 500")));
    clock.set_ms(START_MS + 1999);
    assert_eq!(take(outbox, "notify", 1).await.len(), 0);
    clock.set_ms(START_MS + 2000);
    let again = one(outbox, "notify").await;
    assert_eq!(again.tries, 1);
    assert!(outbox.finish(&again, LAST).await.unwrap());
    let dead = row(outbox, "a").await;
    assert_eq!((dead.state, dead.tries, dead.due_ms), (OutboxState::Dead, 2, None));
    assert_eq!((dead.failed_ms, dead.error.as_deref()), (Some(START_MS + 2000), Some("it answered 503")));
    // It stays until someone decides.
    clock.set_ms(START_MS + 9 * OUTBOX_KEPT_MS);
    outbox.sweep().await.unwrap();
    assert_eq!(row(outbox, "a").await, dead);
    assert_eq!((outbox.due().await.unwrap().len(), take(outbox, "notify", 1).await.len()), (0, 0));
}

async fn operators_retry_and_discard_what_is_not_delivered(place: Place) {
    use OutboxChange::{Changed, Refused, Unknown};
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    place.ask_for("notify", &["pending", "leased", "retrying", "delivered", "dead", "discarded"]).await;
    let mut held = None;
    for lease in take(outbox, "notify", 9).await {
        match lease.id.as_str() {
            "retrying" => assert!(outbox.finish(&lease, FAILED).await.unwrap()),
            "delivered" => assert!(outbox.finish(&lease, Ending::Delivered).await.unwrap()),
            "dead" => assert!(outbox.finish(&lease, LAST).await.unwrap()),
            "leased" => held = Some(lease),
            "discarded" => {
                assert_eq!(outbox.discard("discarded").await.unwrap(), Changed(OutboxState::Leased));
                assert!(!outbox.finish(&lease, Ending::Delivered).await.unwrap());
            }
            _ => assert!(outbox.finish(&lease, LAST).await.unwrap()),
        }
    }
    assert_eq!(outbox.retry("pending").await.unwrap(), Changed(OutboxState::Dead));
    assert_eq!(counts(&only(outbox).await), [1, 1, 1, 1, 1, 1]);
    let now = START_MS + 100;
    clock.set_ms(now);
    for (id, expected) in [
        ("pending", Refused(OutboxState::Pending)),
        ("leased", Refused(OutboxState::Leased)),
        ("delivered", Refused(OutboxState::Delivered)),
        ("none", Unknown),
        ("retrying", Changed(OutboxState::Retrying)),
        ("dead", Changed(OutboxState::Dead)),
        ("discarded", Changed(OutboxState::Discarded)),
    ] {
        assert_eq!(outbox.retry(id).await.unwrap(), expected, "{id}");
        if matches!(expected, Changed(_)) {
            let row = row(outbox, id).await;
            assert_eq!(
                (row.state, row.tries, row.due_ms, row.done_ms, row.failed_ms, row.error),
                (OutboxState::Pending, 0, Some(now), None, None, None)
            );
        }
    }
    for (id, expected) in [
        ("pending", Changed(OutboxState::Pending)),
        ("leased", Changed(OutboxState::Leased)),
        ("delivered", Refused(OutboxState::Delivered)),
        ("dead", Changed(OutboxState::Pending)),
        ("dead", Refused(OutboxState::Discarded)),
        ("none", Unknown),
    ] {
        assert_eq!(outbox.discard(id).await.unwrap(), expected, "{id}");
    }
    assert!(!outbox.extend(&held.clone().unwrap(), LEASE_MS).await.unwrap());
    assert_eq!(outbox.retry("leased").await.unwrap(), Changed(OutboxState::Discarded));
    // The lease from before the discarding is not the one of the new try.
    let again = take(outbox, "notify", 9).await.into_iter().find(|lease| lease.id == "leased").unwrap();
    assert!(!outbox.finish(&held.unwrap(), Ending::Delivered).await.unwrap());
    assert!(outbox.finish(&again, Ending::Delivered).await.unwrap());
}

async fn an_effect_that_nobody_takes_waits_and_stands_in_nobodys_way(place: Place) {
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    place.ask_for("gone", &["a", "b"]).await;
    place.ask_for("notify", &["c"]).await;
    place.ask_for("zeta", &["d"]).await;
    assert_eq!(outbox.due().await.unwrap(), ["gone", "notify", "zeta"]);
    assert_eq!(one(outbox, "notify").await.id, "c");
    assert_eq!(outbox.due().await.unwrap(), ["gone", "zeta"]);
    clock.set_ms(START_MS + 100 * OUTBOX_KEPT_MS);
    outbox.sweep().await.unwrap();
    assert_eq!(take(outbox, "gone", 9).await.len(), 2);
}

async fn status_tells_of_each_effect(place: Place) {
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    let empty = outbox.status().await.unwrap();
    assert_eq!((empty.now_ms, empty.effects.len()), (START_MS, 0));
    place.ask_for("notify", &["a", "b", "c"]).await;
    place.ask_for("charge", &["d"]).await;
    for (seconds, ending) in [(1, FAILED), (2, LAST)] {
        clock.set_ms(START_MS + seconds * 1000);
        assert!(outbox.finish(&one(outbox, "notify").await, ending).await.unwrap());
    }
    assert!(outbox.finish(&one(outbox, "charge").await, Ending::Delivered).await.unwrap());
    let status = outbox.status().await.unwrap();
    let [charge, notify] = status.effects.as_slice() else { panic!("{status:?}") };
    assert_eq!((charge.effect.as_str(), counts(charge)), ("charge", [0, 0, 0, 1, 0, 0]));
    assert_eq!((charge.oldest_ms, charge.failed_ms, &charge.error), (None, None, &None));
    assert_eq!((notify.effect.as_str(), counts(notify)), ("notify", [1, 0, 1, 0, 1, 0]));
    assert_eq!((notify.oldest_ms, notify.failed_ms), (Some(START_MS), Some(START_MS + 2000)));
    assert_eq!(notify.error.as_deref(), Some("it answered 503"));
    // What was delivered or discarded has no error worth a look.
    clock.set_ms(START_MS + 9000);
    let retried = take(outbox, "notify", 9).await.into_iter().find(|lease| lease.id == "a").unwrap();
    assert!(outbox.finish(&retried, Ending::Delivered).await.unwrap());
    outbox.discard("b").await.unwrap();
    let notify = outbox.status().await.unwrap().effects.remove(1);
    assert_eq!((counts(&notify), notify.failed_ms, notify.error), ([0, 1, 0, 1, 0, 1], None, None));
    // An effect whose rows are all gone is gone.
    clock.set_ms(START_MS + 9000 + OUTBOX_KEPT_MS);
    outbox.sweep().await.unwrap();
    assert_eq!(counts(&only(outbox).await), [0, 1, 0, 0, 0, 0]);
}
