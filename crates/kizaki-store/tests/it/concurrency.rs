//! Sixty-four clients check keys while the keys are rotated and revoked, and the recorded history is searched for an
//! answer that no order of the operations explains.
//!
//! Every operation notes a number from one counter before it begins and after it ended, so that of two operations the
//! one that ended before the other began is known to be the earlier. Checks are 200,000 in all with
//! `KIZAKI_TEST_CHECKS=200000`, as continuous integration runs it, and fewer otherwise.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use kizaki_store::{AuditEvent, Check, Lifetime, NewApiKey, Reason, Revocation, Rotation, Store};

use crate::support::{Place, on_both};

on_both! {
    no_answer_contradicts_an_acknowledged_change
}

const CLIENTS: usize = 64;
const KEYS: usize = 24;
/// Of the keys, those that are never revoked.
const LASTING: usize = 4;
/// A client rotates a key once in so many checks.
const ROTATION: usize = 100;

/// When an operation began and ended, by the counter; and the machine's time then.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    begin: usize,
    end: usize,
    begin_ms: i64,
    end_ms: i64,
}

/// One secret of a key.
#[derive(Debug)]
struct Secret {
    text: String,
    /// The rotation that replaced it, and the end of its grace period.
    replaced: Option<(Span, i64)>,
}

/// A key with every secret it ever had, the last one last.
#[derive(Debug, Default)]
struct History {
    secrets: Vec<Secret>,
    revoked: Option<Span>,
}

/// A check of one secret of one key.
#[derive(Debug)]
struct Checked {
    key: usize,
    secret: usize,
    span: Span,
    refused: Option<Reason>,
}

struct Run {
    store: Store,
    ids: Vec<kizaki_store::KeyId>,
    histories: Vec<Mutex<History>>,
    /// One change of a key at a time, so that its secrets have an order.
    changing: Vec<tokio::sync::Mutex<()>>,
    counter: AtomicUsize,
    done: AtomicUsize,
    total: usize,
}

async fn no_answer_contradicts_an_acknowledged_change(place: Place) {
    let total = std::env::var("KIZAKI_TEST_CHECKS").map_or(20_000, |total| total.parse().unwrap());
    let run = Arc::new(Run::start(place.open().await, total).await);
    let client = |number| {
        let run = run.clone();
        tokio::spawn(async move { run.client(number).await })
    };
    let mut checks = Vec::new();
    for client in (0..CLIENTS).map(client).collect::<Vec<_>>() {
        checks.extend(client.await.unwrap());
    }
    let run = Arc::into_inner(run).unwrap();
    let refusals = checks.iter().filter(|check| check.refused.is_some()).count();
    run.audit_counts(refusals).await;
    judge(
        &run.histories.into_iter().map(|one| one.into_inner().unwrap()).collect::<Vec<_>>(),
        &checks,
        total,
    );
}

impl Run {
    async fn start(store: Store, total: usize) -> Self {
        let (mut ids, mut histories) = (Vec::new(), Vec::new());
        for _ in 0..KEYS {
            let new = NewApiKey { scope: "reader", name: "a", lifetime: Lifetime::Never };
            let made = store.api_keys().create(&new).await.unwrap();
            ids.push(made.record.id);
            let secrets = vec![Secret { text: made.key.expose().to_owned(), replaced: None }];
            histories.push(Mutex::new(History { secrets, revoked: None }));
        }
        let changing = (0..KEYS).map(|_| tokio::sync::Mutex::default()).collect();
        let (counter, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { store, ids, histories, changing, counter, done, total }
    }

    /// Checks until enough is checked, and changes keys in between.
    async fn client(&self, number: usize) -> Vec<Checked> {
        let mut checks = Vec::new();
        for turn in number.. {
            let done = self.done.fetch_add(1, Ordering::SeqCst);
            if done >= self.total {
                break;
            }
            checks.push(self.check(turn % KEYS, turn / KEYS % 3).await);
            if turn.is_multiple_of(ROTATION) {
                self.rotate((turn / ROTATION + number) % KEYS).await;
            }
            // The keys to be revoked are revoked one after the other, at even distances.
            let step = self.total / (KEYS - LASTING + 1);
            if done > 0 && done.is_multiple_of(step) && done / step <= KEYS - LASTING {
                self.revoke(done / step - 1).await;
            }
        }
        checks
    }

    /// Checks the latest secret of a key, or one that is `back` rotations older.
    async fn check(&self, key: usize, back: usize) -> Checked {
        let (secret, text) = {
            let history = self.histories[key].lock().unwrap();
            let secret = (history.secrets.len() - 1).saturating_sub(back);
            (secret, history.secrets[secret].text.clone())
        };
        let (span, check) = self.noted(self.store.api_keys().check(&text)).await;
        let refused = match check.unwrap() {
            Check::Accepted(access) => {
                assert_eq!(access.id, self.ids[key]);
                None
            }
            Check::Refused(reason) => Some(reason),
        };
        Checked { key, secret, span, refused }
    }

    /// Half of the keys have a grace period that ends during the run, the others one that does not.
    async fn rotate(&self, key: usize) {
        let _turn = self.changing[key].lock().await;
        let grace_ms = if key.is_multiple_of(2) { 3_600_000 } else { 5 };
        let (span, rotation) = self.noted(self.store.api_keys().rotate(&self.ids[key], grace_ms)).await;
        let mut history = self.histories[key].lock().unwrap();
        match rotation.unwrap() {
            Rotation::Rotated(issued) => {
                let ends_ms = issued.record.previous_ends_ms.unwrap();
                history.secrets.last_mut().unwrap().replaced = Some((span, ends_ms));
                history.secrets.push(Secret { text: issued.key.expose().to_owned(), replaced: None });
            }
            Rotation::Revoked(_) => assert!(history.revoked.is_some_and(|revoked| revoked.begin < span.end)),
            other => panic!("{other:?}"),
        }
    }

    async fn revoke(&self, key: usize) {
        let _turn = self.changing[key].lock().await;
        let (span, revocation) = self.noted(self.store.api_keys().revoke(&self.ids[key])).await;
        assert!(matches!(revocation.unwrap(), Revocation::Revoked(_)));
        self.histories[key].lock().unwrap().revoked = Some(span);
    }

    async fn noted<T>(&self, operation: impl Future<Output = T>) -> (Span, T) {
        let (begin, begin_ms) = (self.counter.fetch_add(1, Ordering::SeqCst), now_ms());
        let outcome = operation.await;
        let (end_ms, end) = (now_ms(), self.counter.fetch_add(1, Ordering::SeqCst));
        (Span { begin, end, begin_ms, end_ms }, outcome)
    }

    /// The audit has as many refusals as were told.
    async fn audit_counts(&self, refusals: usize) {
        let records = self.store.audit(u32::MAX).await.unwrap();
        let refused = records.iter().filter(|one| matches!(one.event, AuditEvent::Refused(_)));
        assert_eq!(refused.map(|one| one.count).sum::<u64>(), refusals as u64);
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

fn judge(histories: &[History], checks: &[Checked], total: usize) {
    assert_eq!(checks.len(), total);
    let rotations: usize = histories.iter().map(|history| history.secrets.len() - 1).sum();
    let revocations = histories.iter().filter(|history| history.revoked.is_some()).count();
    let (mut accepted, mut in_grace) = (0, 0);
    for check in checks {
        let history = &histories[check.key];
        match check.refused {
            None => {
                accepted += 1;
                in_grace += usize::from(
                    secret(history, check.secret).is_some_and(|(span, _)| span.end < check.span.begin),
                );
                assert!(!must_be_refused(history, check), "accepted: {check:?}\n{history:?}");
            }
            Some(reason) => {
                assert!(may_be_refused(history, check, reason), "refused: {check:?}\n{history:?}");
            }
        }
    }
    // A run in which one of these did not happen shows nothing.
    assert_eq!(revocations, KEYS - LASTING);
    assert!(
        rotations > KEYS && accepted > 0 && in_grace > 0 && accepted < total,
        "{rotations} {accepted} {in_grace}"
    );
    println!(
        "{total} checks, {accepted} accepted, {in_grace} in grace; {rotations} rotations, {revocations} revocations"
    );
}

/// The rotation that replaced a secret, and the end of its grace period.
fn secret(history: &History, number: usize) -> Option<(Span, i64)> {
    history.secrets.get(number).and_then(|secret| secret.replaced)
}

/// Whether the key was revoked, the secret replaced twice, or its grace period over, all before the check began.
fn must_be_refused(history: &History, check: &Checked) -> bool {
    let before = |span: Span| span.end < check.span.begin;
    history.revoked.is_some_and(before)
        || secret(history, check.secret + 1).is_some_and(|(span, _)| before(span))
        || secret(history, check.secret)
            .is_some_and(|(span, ends_ms)| before(span) && ends_ms <= check.span.begin_ms)
}

/// Whether the key may have been revoked, the secret replaced twice, or its grace period over when the check ended.
fn may_be_refused(history: &History, check: &Checked, reason: Reason) -> bool {
    let begun = |span: Span| span.begin < check.span.end;
    match reason {
        Reason::Revoked => history.revoked.is_some_and(begun),
        Reason::WrongSecret => secret(history, check.secret + 1).is_some_and(|(span, _)| begun(span)),
        Reason::RotatedOut => secret(history, check.secret)
            .is_some_and(|(span, ends_ms)| begun(span) && ends_ms <= check.span.end_ms),
        _ => false,
    }
}
