//! The management of effects, for people and for platform keys: what `kizaki effects` does with the app's database.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use kizaki_store::{AppDatabase, ErrorKind, OutboxChange, OutboxFilter, OutboxState};
use serde::Deserialize;

use super::caller::{Caller, Named};
use super::problem::Problem;
use crate::effects::document::{ChangedDocument, LISTED, ListDocument, MOST_LISTED, StatusDocument};
use crate::effects::told;
use crate::service::Service;

/// Which effects to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    state: Option<String>,
    effect: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn status(
    _caller: Caller,
    State(service): State<Arc<Service>>,
) -> Result<Json<StatusDocument>, Problem> {
    let app = app(&service).await?;
    let status = service.ask_app(app.outbox().status()).await?;
    let snapshot = service.current.snapshot();
    Ok(Json(StatusDocument::new(status, Some(&snapshot))))
}

pub(crate) async fn list(
    _caller: Caller,
    State(service): State<Arc<Service>>,
    query: RawQuery,
) -> Result<Json<ListDocument>, Problem> {
    let wanted: Wanted = super::query(query)?;
    let filter = wanted.filter()?;
    let app = app(&service).await?;
    let listing = service.ask_app(app.outbox().list(filter)).await?;
    Ok(Json(ListDocument::from(listing)))
}

pub(crate) async fn retry(
    caller: Caller,
    State(service): State<Arc<Service>>,
    Named(id): Named,
) -> Result<Json<ChangedDocument>, Problem> {
    let app = app(&service).await?;
    let id = id_of(id)?;
    let change = service.ask_app(app.outbox().retry(&id)).await?;
    let changed = changed(id, change, told::not_retried)?;
    tracing::info!(id = changed.id, was = changed.was, actor = %caller.actor(), "an effect is tried again");
    Ok(Json(changed))
}

pub(crate) async fn discard(
    caller: Caller,
    State(service): State<Arc<Service>>,
    Named(id): Named,
) -> Result<Json<ChangedDocument>, Problem> {
    let app = app(&service).await?;
    let id = id_of(id)?;
    let change = service.ask_app(app.outbox().discard(&id)).await?;
    let changed = changed(id, change, told::not_discarded)?;
    tracing::info!(id = changed.id, was = changed.was, actor = %caller.actor(), "an effect was discarded");
    Ok(Json(changed))
}

/// The app's database, where there is one with an outbox.
async fn app(service: &Service) -> Result<&AppDatabase, Problem> {
    let app = service.app.as_ref().ok_or(Problem::NoAppDatabase)?;
    let ready = async {
        match app.outbox().ready().await {
            Err(error) if matches!(error.kind(), ErrorKind::NoOutbox | ErrorKind::Foreign) => Ok(Err(error)),
            other => other.map(Ok),
        }
    };
    match service.ask_app(ready).await? {
        Ok(()) => Ok(app),
        Err(error) => Err(Problem::NoOutbox(error)),
    }
}

/// The id in a path; what no row can have as its id belongs to none.
fn id_of(text: String) -> Result<String, Problem> {
    let is_id = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_id { Ok(text) } else { Err(Problem::UnknownEffect(text)) }
}

/// What came of a change; `why` tells why it is not made in a state.
fn changed(
    id: String,
    change: OutboxChange,
    why: fn(&str, OutboxState) -> String,
) -> Result<ChangedDocument, Problem> {
    match change {
        OutboxChange::Changed(was) => Ok(ChangedDocument { id, was: was.as_str().to_owned() }),
        OutboxChange::Unknown => Err(Problem::UnknownEffect(id)),
        OutboxChange::Refused(state) => Err(Problem::SettledEffect(why(&id, state))),
    }
}

impl Wanted {
    fn filter(&self) -> Result<OutboxFilter<'_>, Problem> {
        let state = self.state.as_deref().map(|name| OutboxState::from_name(name).ok_or_else(unknown_state));
        // PostgreSQL takes no text with this character in it.
        if self.effect.as_ref().is_some_and(|effect| effect.contains('\0')) {
            return Err(Problem::Query("no effect has such a name".to_owned()));
        }
        let most = self.limit.unwrap_or(LISTED);
        if most > MOST_LISTED {
            return Err(Problem::Setting(format!("at most {MOST_LISTED} effects are listed at once")));
        }
        Ok(OutboxFilter { state: state.transpose()?, effect: self.effect.as_deref(), most })
    }
}

fn unknown_state() -> Problem {
    Problem::Query(format!("the states are {}", OutboxState::ALL.map(OutboxState::as_str).join(", ")))
}
