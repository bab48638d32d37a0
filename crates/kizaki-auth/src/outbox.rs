//! The outbox of mails on its way out: each due mail is handed to a server, or written to a directory whole
//! or not at all, and then forgotten.

use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, fs, io};

use jiff::Timestamp;
use kizaki_store::{MOST_TRIES, Mail};
use tempfile::NamedTempFile;

use crate::authorize::decision::Refusal;
use crate::mail;
use crate::mail_to::{MailServer, MailTo};
use crate::service::Service;
use crate::smtp::{Caller, Failure};

/// Mails of other nodes, and those that failed before, are looked for this often.
const PAUSE: Duration = Duration::from_secs(5);
/// In so many looks, old attempts and accounts that were never verified are removed once.
const LOOKS_A_SWEEP: u32 = 120;

/// Delivers mails for as long as the service runs.
pub async fn deliver(service: Arc<Service>) {
    greet(&service).await;
    for look in 0_u32.. {
        // A store that fails was logged, and is asked again at the next look.
        let _ = deliver_due(&service).await;
        if look % LOOKS_A_SWEEP == 0 {
            forget(&service).await;
        }
        let _ = tokio::time::timeout(PAUSE, service.mail_waits.notified()).await;
    }
}

/// Removes what has no meaning any more; a store that fails was logged, and is asked again at the next sweep.
async fn forget(service: &Service) {
    let _ = service.ask(service.store.attempts().forget()).await;
    match service.ask(service.store.users().forget_unverified()).await {
        Ok(0) | Err(_) => {}
        Ok(accounts) => tracing::info!(accounts, "accounts that were never verified were removed"),
    }
}

/// Delivers the mails that are due now; tells how many were delivered. Where the mail server takes none at
/// all, the others stay due and lose no try.
///
/// # Errors
///
/// The store failed.
pub async fn deliver_due(service: &Arc<Service>) -> Result<usize, Refusal> {
    let mut delivered = 0;
    while let Some(mail) = service.ask(service.store.mails().take()).await? {
        let outcome = send(service, &mail).await;
        let is_over = report(service, &mail, &outcome);
        if is_over {
            service.ask(service.store.mails().remove(&mail)).await?;
        }
        delivered += usize::from(outcome.is_ok());
        if matches!(outcome, Err(Failure::Server(_))) {
            break;
        }
    }
    Ok(delivered)
}

/// Logs and counts what came of a try; tells whether it was the last one.
fn report(service: &Service, mail: &Mail, outcome: &Result<(), Failure>) -> bool {
    let (number, kind, tries) = (mail.number, mail.kind.as_str(), mail.tries);
    let (outcome, is_over) = match outcome {
        Ok(()) => {
            tracing::info!(number, kind, tries, "a mail was delivered");
            ("delivered", true)
        }
        Err(reason) if tries >= MOST_TRIES || matches!(reason, Failure::Addressee(_)) => {
            tracing::error!(number, kind, tries, %reason, "a mail is given up");
            ("given_up", true)
        }
        Err(reason) => {
            tracing::warn!(number, kind, tries, %reason, "a mail was not delivered, and is tried again");
            ("retried", false)
        }
    };
    service.metrics.mailed(outcome);
    is_over
}

async fn send(service: &Service, mail: &Mail) -> Result<(), Failure> {
    let snapshot = service.current.snapshot();
    let from = snapshot.artifact.email().ok().flatten().and_then(|mail| mail.email());
    let from = from.map(|settings| settings.from);
    let now_ms = Timestamp::now().as_millisecond();
    let message = mail::compose(mail, from, &service.settings.public_url, now_ms).map_err(Failure::Mail)?;
    match &service.settings.mail_to {
        MailTo::Directory(directory) => {
            let path = directory.join(format!("{now_ms}-{}-{}.eml", mail.number, mail.kind.as_str()));
            write(path, message.formatted()).await
        }
        MailTo::Server(server) => {
            caller(service, server, &service.settings.public_url.domain()).send(&message).await
        }
    }
}

/// Logs whether the mail server would take mails, if there is one; mails wait until it does.
async fn greet(service: &Service) {
    let MailTo::Server(server) = &service.settings.mail_to else { return };
    match caller(service, server, &service.settings.public_url.domain()).greet().await {
        Ok(()) => tracing::info!(%server, "the mail server is ready"),
        Err(reason) => tracing::warn!(%server, %reason, "the mail server takes no mails now, and they wait"),
    }
}

fn caller<'c>(service: &'c Service, server: &'c MailServer, domain: &'c str) -> Caller<'c> {
    let (authorities, limit) = (&service.settings.authorities, service.settings.limits.mail_time);
    Caller { server, authorities, domain, limit }
}

async fn write(path: PathBuf, text: Vec<u8>) -> Result<(), Failure> {
    let written = tokio::task::spawn_blocking(move || write_whole(&path, &text)).await;
    let failed = |reason: &dyn fmt::Display| Failure::Mail(reason.to_string());
    written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

/// Writes a file that its owner alone can read, because it holds a link that signs in.
fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let directory = path.parent().map(Path::to_owned).unwrap_or_default();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    let mut file = NamedTempFile::with_prefix_in(".", &directory)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
