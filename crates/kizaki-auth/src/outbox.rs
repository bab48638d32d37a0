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
use tokio::sync::watch;

use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::mail_to::{MailServer, MailTo};
use crate::server::Stop;
use crate::service::Service;
use crate::smtp::{Caller, Failure};
use crate::{accounts, mail};

/// Mails of other nodes, and those that failed before, are looked for this often.
const PAUSE: Duration = Duration::from_secs(5);
/// In so many looks, old attempts and accounts that were never verified are removed once.
const LOOKS_A_SWEEP: u32 = 120;

/// Delivers mails until the service is told to stop; the mail that is under way then is sent and noted.
pub async fn deliver(service: Arc<Service>, mut stop: watch::Receiver<Stop>) {
    let told = stop.clone();
    let goes_on = || *told.borrow() == Stop::No;
    let mut stopped = std::pin::pin!(async move { drop(stop.wait_for(|stop| *stop > Stop::No).await) });
    tokio::select! {
        () = greet(&service) => {}
        () = &mut stopped => return,
    }
    for look in 0_u32.. {
        // A store that fails was logged, and is asked again at the next look.
        let _ = deliver_while(&service, goes_on).await;
        if look % LOOKS_A_SWEEP == 0 {
            forget(&service).await;
        }
        tokio::select! {
            () = service.mail_waits.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
            () = &mut stopped => return,
        }
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
    deliver_while(service, || true).await
}

/// The same, for as long as `goes_on` says before each mail.
async fn deliver_while(service: &Arc<Service>, goes_on: impl Fn() -> bool) -> Result<usize, Refusal> {
    let mut delivered = 0;
    while goes_on() {
        let Some(mail) = service.ask(service.store.mails().take()).await? else { break };
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
    let from = mail::sender(from.map(|settings| settings.from), &service.settings.public_url);
    // No mail at all can be sent before there is another one.
    let from = from.map_err(Failure::Server)?;
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
    let shown = path.display().to_string();
    let written = tokio::task::spawn_blocking(move || write_whole(&path, &text)).await;
    let failed = |reason: &dyn fmt::Display| Failure::Mail(format!("`{shown}`: {reason}"));
    written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

/// Tells whether the mails of an app could be written, if it has any and they go to a directory.
///
/// # Errors
///
/// The directory, and why not.
pub(crate) fn is_ready(mail_to: &MailTo, snapshot: &Snapshot) -> Result<(), (PathBuf, io::Error)> {
    match mail_to {
        MailTo::Directory(directory) if accounts::has_passwords(snapshot) => {
            is_usable(directory).map_err(|error| (directory.clone(), error))
        }
        _ => Ok(()),
    }
}

/// Tells whether mails could be written to a directory, or it could be made for them; it is not made.
fn is_usable(directory: &Path) -> io::Result<()> {
    for place in directory.ancestors() {
        let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
        match tempfile::tempfile_in(place) {
            // A link that leads nowhere is in the way.
            Err(error) if error.kind() == io::ErrorKind::NotFound && place.symlink_metadata().is_err() => {}
            tried => return tried.map(drop),
        }
    }
    Ok(())
}

/// Writes a file that its owner alone can read, because it holds a link that signs in.
fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let directory = path.parent().map(Path::to_owned).unwrap_or_default();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    let mut file = NamedTempFile::with_prefix_in(".", &directory)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    // The store forgets the mail then, so its name has to be on the disk, too.
    #[expect(clippy::disallowed_methods, reason = "mails go to a directory that the operator named")]
    let directory = fs::File::open(&directory)?;
    directory.sync_all()
}
