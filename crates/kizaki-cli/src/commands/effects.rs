//! `kizaki effects`: the outbox of effects in the app's own database.

mod secret;
mod sheet;
mod watch;

use std::path::Path;

use inspire_artifact::OpenError;
use inspire_diagnostics::{Code, Diagnostic, write_pretty_json};
use kizaki_auth::Snapshot;
use kizaki_auth::effects_document::{ListDocument, StatusDocument};
use kizaki_store::{
    AppDatabase, Clock, Error, OutboxChange, OutboxFilter, OutboxState, StoreUrl, outbox_ddl,
};

pub(super) use self::secret::read as read_secret;
use super::{Session, app_database, verify};
use crate::args::{
    EffectArgs, EffectsArgs, EffectsCommand, EffectsStatusArgs, InitEffectsArgs, ListEffectsArgs,
};
use crate::failure::{Exit, Failure, reason, unreadable};
use crate::project::Project;

pub(crate) fn run(args: &EffectsArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        EffectsCommand::Init(args) => init(args, session),
        EffectsCommand::Status(args) => status(args, session),
        EffectsCommand::List(args) => list(args, session),
        EffectsCommand::Retry(args) => retry(args, session),
        EffectsCommand::Discard(args) => discard(args, session),
    }
}

fn init(args: &InitEffectsArgs, session: &mut Session) -> Result<Exit, Failure> {
    let url = app_database::needed(&args.database)?;
    if args.print {
        session.output.result(|out| out.write_all(outbox_ddl(&url).as_bytes()))?;
        return Ok(Exit::Done);
    }
    let made = on(&url, async |app| app.outbox().create().await)?;
    session.output.progress(&match made {
        true => format!("made the table `kizaki_outbox` in `{url}`"),
        false => format!("the table `kizaki_outbox` is in `{url}` already"),
    });
    Ok(Exit::Done)
}

fn status(args: &EffectsStatusArgs, session: &mut Session) -> Result<Exit, Failure> {
    let url = app_database::needed(&args.database)?;
    let snapshot = snapshot(args.artifact.as_deref())?;
    if args.watch {
        return watch::run(&url, snapshot.as_ref(), args.json, session);
    }
    let status = ready(&url, async |app| app.outbox().status().await)?;
    let document = StatusDocument::new(status, snapshot.as_ref());
    if args.json {
        session.output.result(|out| write_pretty_json(out, &document))?;
    } else if document.effects.is_empty() {
        session.output.progress("the outbox is empty");
    } else {
        let text = sheet::status(&document, width(session));
        session.output.result(|out| out.write_all(text.as_bytes()))?;
    }
    Ok(Exit::Done)
}

fn list(args: &ListEffectsArgs, session: &mut Session) -> Result<Exit, Failure> {
    let url = app_database::needed(&args.database)?;
    let filter = OutboxFilter { state: args.state, effect: args.effect.as_deref(), most: args.limit };
    let document = ListDocument::from(ready(&url, async |app| app.outbox().list(filter).await)?);
    if args.json {
        session.output.result(|out| write_pretty_json(out, &document))?;
    } else if document.effects.is_empty() {
        let narrowed = args.state.is_some() || args.effect.is_some();
        session.output.progress(if narrowed { "no effect is like that" } else { "the outbox is empty" });
    } else {
        let text = sheet::list(&document, width(session));
        session.output.result(|out| out.write_all(text.as_bytes()))?;
    }
    Ok(Exit::Done)
}

fn retry(args: &EffectArgs, session: &mut Session) -> Result<Exit, Failure> {
    let url = app_database::needed(&args.database)?;
    let change = ready(&url, async |app| app.outbox().retry(&args.id).await)?;
    let line = match change {
        OutboxChange::Unknown => return Err(unknown(&args.id)),
        OutboxChange::Changed(state) => {
            format!("the effect {}, which was {}, is tried again", args.id, state.as_str())
        }
        OutboxChange::Refused(state) => {
            let why = match state {
                OutboxState::Pending => "it waits for its first try already",
                OutboxState::Leased => "it is tried right now",
                _ => "it was delivered",
            };
            return Err(settled(&args.id, "be tried again", why));
        }
    };
    session.output.progress(&line);
    Ok(Exit::Done)
}

fn discard(args: &EffectArgs, session: &mut Session) -> Result<Exit, Failure> {
    let url = app_database::needed(&args.database)?;
    let change = ready(&url, async |app| app.outbox().discard(&args.id).await)?;
    let line = match change {
        OutboxChange::Unknown => return Err(unknown(&args.id)),
        OutboxChange::Changed(OutboxState::Leased) => {
            format!("discarded the effect {}; the try that was under way may still reach the app", args.id)
        }
        OutboxChange::Changed(_) => format!("discarded the effect {}", args.id),
        OutboxChange::Refused(state) => {
            let why = match state {
                OutboxState::Delivered => "it was delivered",
                _ => "it was discarded before",
            };
            return Err(settled(&args.id, "be discarded", why));
        }
    };
    session.output.progress(&line);
    Ok(Exit::Done)
}

/// Opens the database, does `work` and closes it.
fn on<T>(url: &StoreUrl, work: impl AsyncFnOnce(&AppDatabase) -> Result<T, Error>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| app_database::unusable(&format!(" `{url}`"), &reason(&error)))?;
    let done = runtime.block_on(async {
        let app = AppDatabase::open(url, Clock::Store).await?;
        let done = work(&app).await;
        app.close().await;
        done
    });
    done.map_err(|error| app_database::failed(url, &error))
}

/// The same where the outbox must be there.
fn ready<T>(url: &StoreUrl, work: impl AsyncFnOnce(&AppDatabase) -> Result<T, Error>) -> Result<T, Failure> {
    on(url, async |app| {
        app.outbox().ready().await?;
        work(app).await
    })
}

/// The artifact that is named, or the project's if there is one.
fn snapshot(named: Option<&Path>) -> Result<Option<Snapshot>, Failure> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => Project::find()?.output(),
    };
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    match Snapshot::open(&path) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(OpenError::Decode(error)) => Err(verify::refused(&path, &error)),
        Err(OpenError::Read(error)) => Err(unreadable(&path, &error).into()),
        Err(error) => Err(unreadable(&path, &std::io::Error::other(error)).into()),
    }
}

/// The columns that there are, where there is a right edge.
fn width(session: &Session) -> Option<usize> {
    session.output.result_is_on_terminal().then(|| session.output.result_width())
}

fn unknown(id: &str) -> Failure {
    let message = format!("no effect in the outbox has the id `{id}`");
    let one = Diagnostic::without_place(Code::UnknownEffect, message);
    one.help("`kizaki effects list` shows the ids; what was delivered is kept for a week").into()
}

fn settled(id: &str, what: &str, why: &str) -> Failure {
    let message = format!("the effect `{id}` cannot {what}: {why}");
    Diagnostic::without_place(Code::SettledEffect, message).into()
}
