//! Looks after the artifact's file, and publishes what it holds when it has changed or when asked to.
//!
//! The file is looked at twice a second instead of being watched by the system: this also sees files on network and
//! container mounts, and in directories that are removed and made again.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::time::{MissedTickBehavior, interval};

use crate::artifact::{Fingerprint, Reload};
use crate::service::Service;
use crate::{outbox, principal};

const PERIOD: Duration = Duration::from_millis(500);

/// Looks after the file for as long as it is polled; a signal on `hangup` asks to read it, changed or not.
pub async fn follow(service: Arc<Service>, mut hangup: Signal) {
    let mut seen = service.current.snapshot().seen;
    let (mut unread, mut is_over) = (None, false);
    let mut period = interval(PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_asked = tokio::select! {
            _ = period.tick() => false,
            asked = hangup.recv() => asked.is_some(),
        };
        // The state is taken before the file is read, so that a change during the reading is seen the next time.
        let now = tokio::fs::metadata(&service.settings.artifact).await.ok().as_ref().map(Fingerprint::of);
        if is_asked || now != seen {
            let outcome = reload(&service).await;
            let is_told = matches!(&outcome, Reload::Unread(reason) if unread.as_ref() == Some(reason));
            if !is_told {
                tell(&service, &outcome).await;
            }
            // What could not be read may be all right, and is read again the next time.
            (seen, unread) = match outcome {
                Reload::Unread(reason) => (None, Some(reason)),
                Reload::Same | Reload::Replaced | Reload::Refused(_) => (now, None),
            };
        }
        let was_over = std::mem::replace(&mut is_over, service.current.snapshot().is_over());
        if is_over && !was_over {
            tracing::error!("the signature of the artifact has ended, and nothing passes: build it again");
        }
    }
}

async fn reload(service: &Arc<Service>) -> Reload {
    let of_blocking = Arc::clone(service);
    let reading = tokio::task::spawn_blocking(move || {
        let settings = &of_blocking.settings;
        of_blocking.current.reload(&settings.artifact, settings.signers.as_ref())
    });
    reading.await.unwrap_or_else(|error| Reload::Unread(error.to_string()))
}

async fn tell(service: &Arc<Service>, outcome: &Reload) {
    match outcome {
        Reload::Same => tracing::info!("the artifact is unchanged"),
        Reload::Replaced => {
            let snapshot = service.current.snapshot();
            let digest = snapshot.artifact.digest();
            tracing::info!(%digest, routes = snapshot.route_count(), "the artifact was replaced");
            principal::announce(service).await;
            if let Err((directory, reason)) = outbox::is_ready(&service.settings.mail_to, &snapshot) {
                tracing::error!(directory = %directory.display(), %reason, "mails cannot be written");
            }
        }
        Reload::Refused(reason) | Reload::Unread(reason) => {
            tracing::error!(reason, "the artifact cannot be used; the one before stays in use");
        }
    }
    service.metrics.reloaded(outcome);
}
