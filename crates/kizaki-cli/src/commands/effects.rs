//! `kizaki effects`: the outbox of effects, in the app's own database or by a server that works it off.

mod database;
mod place;
mod secret;
mod server;
mod sheet;
mod watch;

use inspire_diagnostics::{Code, Diagnostic, write_pretty_json};
use kizaki_store::{OutboxFilter, OutboxState, outbox_ddl};

use self::place::Place;
pub(super) use self::secret::read as read_secret;
use super::Session;
use super::app_database::Named;
use super::side::no_artifact;
use crate::args::{
    EffectArgs, EffectsArgs, EffectsCommand, EffectsStatusArgs, InitEffectsArgs, ListEffectsArgs,
};
use crate::failure::{Exit, Failure};
use crate::leak;

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
    if args.print {
        let named = Named::find(&args.database, session)?.ok_or_else(|| {
            let message = "SQLite and PostgreSQL have statements of their own, and no database is named";
            let help = "say which: `kizaki effects init --print --app-database sqlite:app.db`, or `postgres://…`; it is not opened";
            Diagnostic::without_place(Code::AppDatabaseFailed, message).help(help)
        })?;
        session.output.result(|out| out.write_all(outbox_ddl(&named.url).as_bytes()))?;
        return Ok(Exit::Done);
    }
    let named = Named::needed(&args.database, session)?;
    let made = database::on(&named, async |app| app.outbox().create().await)?;
    let url = &named.url;
    session.output.progress(&match made {
        true => format!("made the table `kizaki_outbox` in `{url}`"),
        false => format!("the table `kizaki_outbox` is in `{url}` already"),
    });
    Ok(Exit::Done)
}

fn status(args: &EffectsStatusArgs, session: &mut Session) -> Result<Exit, Failure> {
    // An artifact is told to the database only: a server has its own.
    let place = Place::choose(&args.place, args.artifact.is_some(), session)?;
    let snapshot = place.artifact(args.artifact.as_deref())?;
    if args.watch {
        return watch::run(&place, snapshot.as_ref(), args.json, session);
    }
    let document = place.status(snapshot.as_ref())?;
    if args.json {
        session.output.result(|out| write_pretty_json(out, &document))?;
    } else if document.effects.is_empty() {
        session.output.progress("the outbox is empty");
    } else {
        let text = sheet::status(&document, width(session));
        session.output.result(|out| out.write_all(text.as_bytes()))?;
        if document.effects.iter().any(|effect| effect.declared.is_none()) {
            let way_out = no_artifact(session);
            session.output.progress(&format!("no artifact says which of them are declared: {way_out}"));
        }
    }
    Ok(Exit::Done)
}

fn list(args: &ListEffectsArgs, session: &mut Session) -> Result<Exit, Failure> {
    leak::refuse(args.effect.as_deref(), String::new)?;
    let filter = OutboxFilter { state: args.state, effect: args.effect.as_deref(), most: args.limit };
    let document = Place::choose(&args.place, false, session)?.list(filter)?;
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
    leak::refuse([&args.id], String::new)?;
    let was = Place::choose(&args.place, false, session)?.retry(&args.id)?;
    let line = format!("the effect {}, which was {}, is tried again", args.id, was.as_str());
    session.output.progress(&line);
    Ok(Exit::Done)
}

fn discard(args: &EffectArgs, session: &mut Session) -> Result<Exit, Failure> {
    leak::refuse([&args.id], String::new)?;
    let was = Place::choose(&args.place, false, session)?.discard(&args.id)?;
    let more = match was {
        OutboxState::Leased => "; the try that was under way may still reach the app",
        _ => "",
    };
    session.output.progress(&format!("discarded the effect {}{more}", args.id));
    Ok(Exit::Done)
}

/// The columns that there are, where there is a right edge.
fn width(session: &Session) -> Option<usize> {
    session.output.result_is_on_terminal().then(|| session.output.result_width())
}
