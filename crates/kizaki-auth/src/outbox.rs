//! The outbox of mails on its way out: each due mail is written to a directory, whole or not at all, and then forgotten.

use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use jiff::Timestamp;
use kizaki_store::{MOST_TRIES, Mail};
use tempfile::NamedTempFile;

use crate::authorize::decision::Refusal;
use crate::mail;
use crate::service::Service;

/// Mails of other nodes, and those that failed before, are looked for this often.
const PAUSE: Duration = Duration::from_secs(5);
/// In so many looks, what is forgotten of attempts is removed once.
const LOOKS_A_SWEEP: u32 = 120;

/// Delivers mails for as long as the service runs.
pub async fn deliver(service: Arc<Service>) {
    for look in 0_u32.. {
        // A store that fails was logged, and is asked again at the next look.
        let _ = deliver_due(&service).await;
        if look % LOOKS_A_SWEEP == 0 {
            let _ = service.ask(service.store.attempts().forget()).await;
        }
        let _ = tokio::time::timeout(PAUSE, service.mail_waits.notified()).await;
    }
}

/// Delivers the mails that are due now; tells how many were delivered.
///
/// # Errors
///
/// The store failed.
pub async fn deliver_due(service: &Arc<Service>) -> Result<usize, Refusal> {
    let mut delivered = 0;
    while let Some(mail) = service.ask(service.store.mails().take()).await? {
        let outcome = write(service, &mail).await;
        let (number, kind, tries) = (mail.number, mail.kind.as_str(), mail.tries);
        match &outcome {
            Ok(()) => tracing::info!(number, kind, tries, "a mail was delivered"),
            Err(reason) if tries < MOST_TRIES => {
                tracing::warn!(number, kind, tries, reason, "a mail was not delivered, and is tried again");
                continue;
            }
            Err(reason) => tracing::error!(number, kind, tries, reason, "a mail is given up"),
        }
        service.ask(service.store.mails().remove(&mail)).await?;
        delivered += usize::from(outcome.is_ok());
    }
    Ok(delivered)
}

async fn write(service: &Service, mail: &Mail) -> Result<(), String> {
    let snapshot = service.current.snapshot();
    let settings = snapshot.artifact.email().ok().flatten().and_then(|mail| mail.email());
    let text = mail::compose(mail, settings.map(|settings| settings.from), &service.settings.public_url)?;
    let now_ms = Timestamp::now().as_millisecond();
    let path =
        service.settings.mail_directory.join(format!("{now_ms}-{}-{}.eml", mail.number, mail.kind.as_str()));
    let written = tokio::task::spawn_blocking(move || write_whole(&path, &text)).await;
    written.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
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
