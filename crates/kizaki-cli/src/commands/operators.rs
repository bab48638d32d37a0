//! `kizaki operators`: who looks after the service. They are made by `kizaki serve --init-operator`.
//!
//! It works on the store alone: whoever may not run commands on the machine of the service removes nobody from it.

use inspire_diagnostics::table::Table;
use inspire_diagnostics::{Code, Diagnostic, write_pretty_json};
use kizaki_store::{OperatorListing, OperatorRecord};
use serde::Serialize;

use super::Session;
use super::keys::{LocalStore, sheet};
use super::moment::relative;
use crate::args::{ListOperatorsArgs, OperatorsArgs, OperatorsCommand, RemoveOperatorArgs, StoreArgs};
use crate::failure::{Exit, Failure};
use crate::leak;

/// The document of `--json`. Times are Unix milliseconds.
#[derive(Serialize)]
struct Operators<'l> {
    now_ms: i64,
    operators: Vec<Operator<'l>>,
}

#[derive(Serialize)]
struct Operator<'l> {
    id: &'l str,
    name: &'l str,
    created_ms: i64,
    sessions: u64,
    logins: u64,
}

pub(crate) fn run(args: &OperatorsArgs, session: &mut Session) -> Result<Exit, Failure> {
    match &args.command {
        OperatorsCommand::List(args) => list(args, session),
        OperatorsCommand::Remove(args) => remove(args, session),
    }
}

fn list(args: &ListOperatorsArgs, session: &mut Session) -> Result<Exit, Failure> {
    let store = LocalStore::existing(&args.store)?;
    let listing = store.run(async |store| store.operators().list().await)?;
    if args.json {
        session.output.result(|out| write_pretty_json(out, &Operators::from(&listing)))?;
    } else if listing.operators.is_empty() {
        let way_out = way_out(&store, &args.store, session);
        session.output.progress(&format!("there is no operator; {way_out}"));
    } else {
        let width = session.output.result_is_on_terminal().then(|| session.output.result_width());
        let text = sheet::fitting(&columns(&listing), width, |width| blocks(&listing, width));
        session.output.result(|out| out.write_all(text.as_bytes()))?;
    }
    Ok(Exit::Done)
}

fn remove(args: &RemoveOperatorArgs, session: &mut Session) -> Result<Exit, Failure> {
    let found = LocalStore::existing(&args.store);
    let of_store = || found.as_ref().map(|store| flags(store, &args.store, session)).unwrap_or_default();
    leak::refuse([&args.name], of_store)?;
    let store = found?;
    let (removed, left) = store.run(async |store| {
        let removed = store.operators().remove(&args.name).await?;
        // That it was removed is told, whether or not this can be.
        Ok((removed, store.operators().count().await.ok()))
    })?;
    let Some(operator) = removed else {
        let flags = flags(&store, &args.store, session);
        let one = Diagnostic::without_place(
            Code::UnknownOperator,
            format!("no operator is called `{}`", args.name),
        );
        return Err(one.help(format!("`kizaki operators list{flags}` shows the names")).into());
    };
    let line = format!(
        "removed the operator `{}`; no browser and no command is signed in by them any more",
        operator.name
    );
    session.output.progress(&line);
    if left == Some(0) {
        let way_out = way_out(&store, &args.store, session);
        session.output.progress(&format!("there is no operator any more; {way_out}"));
    }
    Ok(Exit::Done)
}

/// What makes an operator where there is none.
fn way_out(store: &LocalStore, args: &StoreArgs, session: &Session) -> String {
    format!("`kizaki serve --init-operator{}` makes one", flags(store, args, session))
}

/// The arguments that name the store to another command, beginning with a blank.
fn flags(store: &LocalStore, args: &StoreArgs, session: &Session) -> String {
    super::side::flags("--store", args.store.as_ref().map(|_| store.url()), false, session)
}

fn columns(listing: &OperatorListing) -> Table {
    let mut table = Table::default();
    table.row(["NAME", "MADE", "BROWSERS", "COMMANDS"]);
    for one in &listing.operators {
        let made = relative(one.created_ms, listing.now_ms);
        table.row([&one.operator.name, &made, &one.sessions.to_string(), &one.logins.to_string()]);
    }
    table
}

fn blocks(listing: &OperatorListing, width: usize) -> String {
    let block = |one: &OperatorRecord| {
        let made = format!("made {}", relative(one.created_ms, listing.now_ms));
        let signed_in = format!("signed in: {} with browsers, {} with commands", one.sessions, one.logins);
        sheet::block(&one.operator.name, [made, signed_in], width)
    };
    listing.operators.iter().map(block).collect()
}

impl<'l> From<&'l OperatorListing> for Operators<'l> {
    fn from(listing: &'l OperatorListing) -> Self {
        let operator = |one: &'l OperatorRecord| Operator {
            id: &one.operator.id,
            name: &one.operator.name,
            created_ms: one.created_ms,
            sessions: one.sessions,
            logins: one.logins,
        };
        Self { now_ms: listing.now_ms, operators: listing.operators.iter().map(operator).collect() }
    }
}
