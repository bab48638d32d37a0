//! `kizaki effects status --watch`: the same every second, until it is interrupted or nobody reads it.

use std::time::Duration;

use kizaki_auth::Snapshot;
use kizaki_auth::effects_document::StatusDocument;

use super::database::ready;
use super::place::Place;
use super::{sheet, width};
use crate::commands::Session;
use crate::commands::moment;
use crate::failure::{Exit, Failure};

const PERIOD: Duration = Duration::from_secs(1);
/// Clears the terminal and begins in its first line (ECMA-48: CUP and ED).
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

pub(super) fn run(
    place: &Place,
    snapshot: Option<&Snapshot>,
    json: bool,
    session: &mut Session,
) -> Result<Exit, Failure> {
    match place {
        Place::Database(database, _) => ready(database, async |app| {
            let next =
                async || app.outbox().status().await.map(|status| StatusDocument::new(status, snapshot));
            until_interrupted(next, json, session).await
        })?,
        Place::Server(server) => {
            server.run(until_interrupted(async || server.next_status().await, json, session))??
        }
    }
}

/// Ends when it cannot be asked, cannot be told any more or is interrupted, and by itself never.
async fn until_interrupted<E>(
    next: impl AsyncFn() -> Result<StatusDocument, E>,
    json: bool,
    session: &mut Session,
) -> Result<Result<Exit, Failure>, E> {
    tokio::select! {
        watched = watch(next, json, session) => watched.map(|told| told.map(|()| Exit::Done)),
        // Where the system gives no signals, it ends at once instead of never.
        _ = tokio::signal::ctrl_c() => Ok(Ok(Exit::Interrupted)),
    }
}

async fn watch<E>(
    next: impl AsyncFn() -> Result<StatusDocument, E>,
    json: bool,
    session: &mut Session,
) -> Result<Result<(), Failure>, E> {
    let mut period = tokio::time::interval(PERIOD);
    loop {
        period.tick().await;
        let document = next().await?;
        let text = match json {
            true => line(&document),
            false => page(&document, session),
        };
        let told = session.output.result(|out| out.write_all(text.as_bytes()));
        if told.is_err() || session.output.is_closed() {
            return Ok(told);
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
