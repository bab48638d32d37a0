//! Workers take rows of one outbox at once, some of them too slow for their lease, and the recorded history is searched
//! for a row that two had at the same time, was lost, or was ended by one who had lost it.
//!
//! Every operation notes a number from one counter before it begins and after it ended, so that of two operations the
//! one that ended before the other began is known to be the earlier.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kizaki_store::{AppDatabase, Clock, Ending, OutboxState};

use crate::support::{Place, on_both};

on_both! {
    no_row_is_leased_twice_at_once
}

const WORKERS: usize = 12;
const ROWS: usize = 400;
const EFFECTS: [&str; 3] = ["charge", "notify", "reindex"];
/// Short enough that some workers are late.
const LEASE_MS: i64 = 60;

/// One lease, from being taken to the worker's attempt to end it.
#[derive(Debug)]
struct Held {
    id: String,
    fence: i64,
    /// When it began and when it ends, by the database's clock.
    from_ms: i64,
    until_ms: i64,
    /// By the counter: when the taking ended, and when the ending began.
    taken: usize,
    ending: usize,
    delivered: bool,
    /// Whether the ending was accepted.
    kept: bool,
}

async fn no_row_is_leased_twice_at_once(place: Place) {
    place.app(Clock::Store).await.outbox().create().await.unwrap();
    for number in 0..ROWS {
        let effect = EFFECTS[number % EFFECTS.len()];
        place
            .app_execute(&format!("INSERT INTO kizaki_outbox (id, effect) VALUES ('{number}', '{effect}')"))
            .await;
    }
    let counter = Arc::new(AtomicUsize::new(0));
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        // Each has connections of its own, as a process has.
        let app = place.app(Clock::Store).await;
        workers.push(tokio::spawn(work(app, number, Arc::clone(&counter))));
    }
    let mut history = Vec::new();
    for worker in workers {
        history.extend(worker.await.unwrap());
    }
    let status = place.app(Clock::Store).await.outbox().status().await.unwrap();
    for effect in &status.effects {
        let counts = OutboxState::ALL.map(|state| effect.count(state));
        assert_eq!(counts, [0, 0, 0, effect_rows(&effect.effect), 0, 0], "{effect:?}");
    }
    judge(history);
}

/// Takes rows until none is left that was not delivered.
async fn work(app: AppDatabase, number: usize, counter: Arc<AtomicUsize>) -> Vec<Held> {
    let mut history = Vec::new();
    for turn in number.. {
        let effect = EFFECTS[turn % EFFECTS.len()];
        let leases = app.outbox().take(effect, &number.to_string(), 4, LEASE_MS).await.unwrap().leases;
        let taken = counter.fetch_add(1, Ordering::SeqCst);
        let is_idle = leases.is_empty();
        for (index, lease) in leases.into_iter().enumerate() {
            // Some are late, some fail, and the others deliver.
            let (is_late, fails) = ((turn + index) % 7 == 0, (turn + index) % 5 == 0);
            if is_late {
                tokio::time::sleep(Duration::from_millis(LEASE_MS as u64 + 40)).await;
            }
            let ending = match fails {
                true => Ending::Failed { error: "no", again_ms: Some(5) },
                false => Ending::Delivered,
            };
            let begin = counter.fetch_add(1, Ordering::SeqCst);
            let kept = app.outbox().finish(&lease, ending).await.unwrap();
            history.push(Held {
                fence: lease.fence(),
                id: lease.id,
                from_ms: lease.until_ms - LEASE_MS,
                until_ms: lease.until_ms,
                taken,
                ending: begin,
                delivered: !fails,
                kept,
            });
        }
        if is_idle {
            let status = app.outbox().status().await.unwrap();
            if status
                .effects
                .iter()
                .all(|effect| effect.count(OutboxState::Delivered) == effect_rows(&effect.effect))
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    history
}

fn effect_rows(effect: &str) -> u64 {
    (0..ROWS).filter(|number| EFFECTS[number % EFFECTS.len()] == effect).count() as u64
}

fn judge(history: Vec<Held>) {
    let mut rows: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for held in history {
        rows.entry(held.id.clone()).or_default().push(held);
    }
    assert_eq!(rows.len(), ROWS);
    let mut lost = 0;
    for (id, mut leases) in rows {
        leases.sort_unstable_by_key(|held| held.fence);
        let fences: Vec<_> = leases.iter().map(|held| held.fence).collect();
        let expected: Vec<_> = (1..=leases.len() as i64).collect();
        assert_eq!(fences, expected, "{id}: a lease is missing, or two have one fence");
        for pair in leases.windows(2) {
            let [before, after] = pair else { unreachable!() };
            // The one before had ended by itself, or its holder had ended it.
            assert!(before.kept || after.from_ms >= before.until_ms, "{before:?}\n{after:?}");
            assert!(
                !(before.kept && before.delivered),
                "taken after it was delivered: {before:?}\n{after:?}"
            );
            // Whoever comes to end a lease after the next one was given changes nothing.
            assert!(!(before.kept && before.ending > after.taken), "{before:?}\n{after:?}");
        }
        let last = leases.last().unwrap();
        assert!(last.kept && last.delivered, "{id}: {leases:?}");
        lost += leases.iter().filter(|held| !held.kept).count();
    }
    // Without a lost lease the test would have shown nothing about them.
    assert!(lost > 0);
}
