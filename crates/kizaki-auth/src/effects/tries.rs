//! One try to deliver one row, from the request to its end in the outbox.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use inspire_artifact::hook::EffectOptions;
use jiff::Timestamp;
use kizaki_store::{AppDatabase, Ending, Lease, Unreadable};
use tokio::time::{Instant, sleep_until, timeout};

use super::declared::Declared;
use super::request;
use super::target::EffectsTo;
use crate::artifact::Snapshot;
use crate::client;
use crate::service::Service;

/// What is read of an answer's body, so that its connection can be used again; nothing is done with it.
const ANSWER_BYTES: usize = 64 << 10;
/// How long that may take.
const ANSWER_TIME: Duration = Duration::from_secs(1);
/// How long to wait before a database is asked again that failed to note how a try ended.
const PAUSE: Duration = Duration::from_secs(1);

/// A row that was taken, and what it is tried with.
pub(super) struct Try {
    pub(super) service: Arc<Service>,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) to: Arc<EffectsTo>,
    pub(super) row: Lease,
    /// How long a lease lasts.
    pub(super) lease: Duration,
    /// When this one ends at the earliest.
    pub(super) until: Instant,
}

/// How a try went.
enum Outcome {
    Delivered,
    /// Why it failed, in words that hold nothing of what was sent or answered.
    Failed(String),
    /// Another worker has the row, or may have it.
    Lost,
}

impl Try {
    /// Delivers the row, and notes how that ended.
    pub(super) async fn run(mut self) {
        let Self { service, snapshot, to, row, lease, until } = &mut self;
        let Some(app) = &service.app else { return };
        let declared = Declared::of(snapshot).ok();
        // The snapshot that the row was taken by declares it.
        let Some(options) = declared.and_then(|declared| declared.options(row)) else { return };
        let outcome = tokio::select! {
            outcome = send(service, row, to, Duration::from_millis(options.timeout_ms)) => outcome,
            () = keep(service, app, row, *lease, until) => Outcome::Lost,
        };
        let ending = match &outcome {
            Outcome::Delivered => Ending::Delivered,
            Outcome::Failed(error) => Ending::Failed { error, again_ms: again_ms(row, &options) },
            Outcome::Lost => return lost(service, row),
        };
        // A try whose end is not noted would be made again: this is worth to be tried for as long as the lease lasts.
        let mut is_known = true;
        loop {
            match service.ask_app(app.outbox().finish(row, ending)).await {
                Ok(true) => return note(service, row, ending),
                // What was not answered may have been done.
                Ok(false) if !is_known && is_finished(service, app, row, ending).await => {
                    return note(service, row, ending);
                }
                Ok(false) => return lost(service, row),
                Err(_) if Instant::now() + PAUSE < *until => {
                    is_known = false;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(_) => return lost(service, row),
            }
        }
    }
}

async fn is_finished(service: &Service, app: &AppDatabase, row: &Lease, ending: Ending<'_>) -> bool {
    service.ask_app(app.outbox().is_finished(row, ending)).await == Ok(true)
}

/// Posts the effect, and judges the answer by its status alone.
async fn send(service: &Service, row: &Lease, to: &EffectsTo, time: Duration) -> Outcome {
    let mut request = match request::of(row, to, &service.client, Timestamp::now().as_second()) {
        Ok(request) => request,
        Err(reason) => return Outcome::Failed(reason),
    };
    // In place of the client's own limit, which is for what answers at once.
    *request.timeout_mut() = Some(time + ANSWER_TIME);
    let response = match timeout(time, service.client.execute(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Outcome::Failed(reason(error)),
        Err(_) => return Outcome::Failed(format!("it did not answer within {time:?}")),
    };
    let status = response.status();
    // What it says beside the status is for nobody, and may be as long and as slow as it likes.
    let _ = timeout(ANSWER_TIME, client::body(response, ANSWER_BYTES)).await;
    match status {
        status if status.is_success() => Outcome::Delivered,
        status if status.is_redirection() => {
            Outcome::Failed(format!("it answered {}, and no redirect is followed", status.as_u16()))
        }
        status => Outcome::Failed(format!("it answered {}", status.as_u16())),
    }
}

/// Extends the lease for as long as this is polled; ends when the lease is lost.
async fn keep(service: &Service, app: &AppDatabase, row: &Lease, lease: Duration, until: &mut Instant) {
    let lease_ms = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    sleep_until(*until - lease / 3).await;
    loop {
        let asked = Instant::now();
        match service.ask_app(app.outbox().extend(row, lease_ms)).await {
            Ok(true) => {
                *until = asked + lease;
                sleep_until(*until - lease / 3).await;
            }
            Ok(false) => return,
            Err(_) if Instant::now() + PAUSE < *until => tokio::time::sleep(PAUSE).await,
            Err(_) => return,
        }
    }
}

/// In how many milliseconds a row is tried again whose try failed; none when that was the last.
fn again_ms(row: &Lease, options: &EffectOptions) -> Option<i64> {
    let retry = u8::try_from(row.tries.saturating_add(1)).ok().filter(|retry| *retry <= options.retries)?;
    i64::try_from(options.delay_before_ms(retry)).ok()
}

/// Tells how a try ended. The names are those of the artifact.
fn note(service: &Service, row: &Lease, ending: Ending<'_>) {
    let (id, effect, tries) = (&row.id, &row.effect, row.tries.saturating_add(1));
    let outcome = match ending {
        Ending::Delivered => {
            tracing::info!(id, effect, tries, "an effect was delivered");
            "delivered"
        }
        Ending::Failed { error, again_ms: Some(again_ms) } => {
            tracing::warn!(
                id,
                effect,
                tries,
                error,
                again_ms,
                "an effect was not delivered, and is tried again"
            );
            "failed"
        }
        Ending::Failed { error, again_ms: None } => {
            tracing::error!(id, effect, tries, error, "an effect was not delivered, and is given up");
            "dead"
        }
    };
    service.metrics.effect_ended(effect, outcome);
}

/// Tells of a row that was not even tried.
pub(super) fn note_unreadable(service: &Service, effect: &str, row: &Unreadable) {
    let Unreadable { id, error, .. } = row;
    tracing::error!(id, effect, error, "an effect cannot be read, and is given up");
    service.metrics.effect_ended(effect, "dead");
}

fn lost(service: &Service, row: &Lease) {
    let (id, effect, fence) = (&row.id, &row.effect, row.fence());
    tracing::warn!(id, effect, fence, "the lease of an effect was lost; it may be delivered once more");
    service.metrics.effect_ended(effect, "lost");
}

/// What went wrong with a request, in few words and without its address.
fn reason(error: reqwest::Error) -> String {
    let what = if error.is_connect() { "it cannot be reached" } else { "the connection failed" };
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let cause = cause.to_string().to_lowercase();
    format!("{what}: {}", cause.split(" (os error").next().unwrap_or_default())
}
