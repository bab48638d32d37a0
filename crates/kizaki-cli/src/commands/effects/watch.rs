//! `kizaki effects status --watch`: the same every second, until it is interrupted or nobody reads it.

use std::time::Duration;

use kizaki_auth::Snapshot;
use kizaki_auth::effects_document::StatusDocument;
use kizaki_store::{AppDatabase, Error, StoreUrl};

use super::{ready, sheet, width};
use crate::commands::Session;
use crate::commands::moment;
use crate::failure::{Exit, Failure};

const PERIOD: Duration = Duration::from_secs(1);
/// Clears the terminal and begins in its first line (ECMA-48: CUP and ED).
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

pub(super) fn run(
    url: &StoreUrl,
    snapshot: Option<&Snapshot>,
    json: bool,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let mut told = Ok(());
    ready(url, async |app| {
        tokio::select! {
            watched = watch(app, snapshot, json, session, &mut told) => watched,
            // Where the system gives no signals, it ends at once instead of never.
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })?;
    told.map(|()| Exit::Done)
}

/// Ends when it cannot be told any more, and by itself never.
async fn watch(
    app: &AppDatabase,
    snapshot: Option<&Snapshot>,
    json: bool,
    session: &mut Session,
    told: &mut Result<(), Failure>,
) -> Result<(), Error> {
    let mut period = tokio::time::interval(PERIOD);
    loop {
        period.tick().await;
        let document = StatusDocument::new(app.outbox().status().await?, snapshot);
        let text = match json {
            true => line(&document),
            false => page(&document, session),
        };
        *told = session.output.result(|out| out.write_all(text.as_bytes()));
        if told.is_err() || session.output.is_closed() {
            return Ok(());
        }
    }
}

fn line(document: &StatusDocument) -> String {
    // A document of numbers and texts can always be written.
    serde_json::to_string(document).unwrap_or_default() + "\n"
}

fn page(document: &StatusDocument, session: &Session) -> String {
    let width = width(session);
    let text = match document.effects.is_empty() {
        true => "the outbox is empty\n".to_owned(),
        false => sheet::status(document, width),
    };
    match width {
        Some(_) => format!("{CLEAR}{}, every second; Ctrl-C ends\n\n{text}", moment::exact(document.now_ms)),
        None => text + "\n",
    }
}
