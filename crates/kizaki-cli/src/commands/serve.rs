//! `kizaki serve`: the auth service, until it is told to stop.

use std::env::VarError;
use std::ffi::OsStr;
use std::path::Path;

use inspire_artifact::OpenError;
use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::{
    Authorities, EffectsTo, EffectsUrl, MailTo, Options, SetUpLink, Signers, StartError, Started,
};
use kizaki_store::{SET_UP_MINUTES, StoreUrl};

use super::app_database::Named;
use super::keys::LocalStore;
use super::side::no_artifact;
use super::verify::{self, refused};
use super::{Session, effects, signing};
use crate::args::{ServeArgs, SignedByArgs};
use crate::failure::{Exit, Failure, reason, unreadable};
use crate::project::Project;

pub(crate) fn run(args: ServeArgs, session: &mut Session) -> Result<Exit, Failure> {
    let store = LocalStore::made(&args.store)?;
    let app_database = Named::find(&args.app_database, session)?;
    let artifact = match args.artifact {
        Some(path) => path,
        None => Project::find()?.output(),
    };
    let signers = signers(&args.signed_by)?;
    let mail_to = match &args.mail_to {
        Some(text) => mail_to(text)?,
        None => MailTo::Directory(Project::find()?.mail()),
    };
    let effects_to = match args.effects.to.clone() {
        Some(url) => {
            Some(EffectsTo { url, secret: effects::read_secret(args.effects.secret_file.as_deref())? })
        }
        None => None,
    };
    let authorities = match &args.ca_file {
        Some(path) => authorities(path)?,
        None => Authorities::default(),
    };
    kizaki_auth::install_log(args.log_format.into());
    let options = Options {
        artifact: artifact.clone(),
        signers,
        listen: args.listen,
        admin_listen: args.admin_listen,
        store: store.url().clone(),
        app_database: app_database.as_ref().map(|named| named.url.clone()),
        public_url: args.public_url,
        forward_headers: args.forward_headers.into(),
        trusted_proxies: args.trusted_proxy,
        mail_to,
        breach_url: args.breach_url,
        effects_to,
        authorities,
        init_operator: args.init_operator,
    };
    let mut told = Ok(());
    let started = |started: &Started| {
        let app = app_database.as_ref().map(|named| &named.url);
        let effects = args.effects.to.as_ref();
        let line = inspire_diagnostics::visible(&line(started, &artifact, &store, app, effects)).into_owned();
        told = session.output.result(|out| {
            writeln!(out, "{line}")?;
            started.set_up.as_ref().map_or(Ok(()), |link| writeln!(out, "{}", set_up(link)))
        });
        // It goes on for those whom it serves; the link is told nowhere else.
        if told.is_err() || session.output.is_closed() {
            let more = match started.set_up {
                Some(_) => "; the link that makes an operator is lost: start again to make another",
                None => "",
            };
            session.output.aside(&format!("standard output takes nothing of what is told there{more}"));
        }
    };
    kizaki_auth::run(options, started).map_err(|error| match (error, &app_database) {
        (StartError::AppDatabase(error), Some(named)) => named.failed(&error),
        (error, _) => failure(error, &artifact, &store, session),
    })?;
    told.map(|()| Exit::Done)
}

/// Who must have signed the artifact, if anyone.
fn signers(args: &SignedByArgs) -> Result<Option<Signers>, Failure> {
    if args.signed_by.is_empty() {
        return Ok(None);
    }
    let keys = args.signed_by.iter().map(|path| signing::public_key(path)).collect::<Result<_, _>>()?;
    Ok(Some(Signers {
        keys,
        artifact_id: signing::artifact_id(args.artifact_id.as_ref(), &Project::find()?)?,
        least_build_number: args.least_build_number.unwrap_or(0),
    }))
}

/// Where mails go. The password of the mail server is never an argument, which others on the machine can read.
#[expect(clippy::disallowed_methods, reason = "the password of the mail server is in the environment")]
fn mail_to(text: &OsStr) -> Result<MailTo, Failure> {
    const HELP: &str = "write smtp://USER@HOST or smtps://USER@HOST, and the password into the variable KIZAKI_SMTP_PASSWORD";
    let refuse = |message: String| refused_option("--mail-to", &message, HELP);
    let password = match std::env::var("KIZAKI_SMTP_PASSWORD") {
        Ok(password) => Some(password).filter(|password| !password.is_empty()),
        Err(VarError::NotPresent) => None,
        Err(VarError::NotUnicode(_)) => return Err(refuse("its password is not UTF-8".to_owned())),
    };
    let mail_to = MailTo::parse(text).map_err(refuse)?;
    mail_to.with_password(password).map_err(|message| refuse(message.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "it is read once, before anything is served")]
fn authorities(path: &Path) -> Result<Authorities, Failure> {
    const HELP: &str = "name a file with certificates in PEM, each of an authority";
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let refuse = |reason| refused_option("--ca-file", &format!("`{}`: {reason}", path.display()), HELP);
    Authorities::parse(&text).map_err(refuse)
}

fn refused_option(option: &str, message: &str, help: &str) -> Failure {
    Diagnostic::without_place(Code::ServeFailed, format!("{option}: {message}")).help(help).into()
}

/// What is served where, in one line.
fn line(
    started: &Started,
    artifact: &Path,
    store: &LocalStore,
    app: Option<&StoreUrl>,
    effects: Option<&EffectsUrl>,
) -> String {
    let routes = match started.routes {
        1 => "1 route".to_owned(),
        routes => format!("{routes} routes"),
    };
    let (address, digest) = (started.address, started.digest.to_string());
    let digest = digest.get(..12).unwrap_or_default();
    let (artifact, store) = (artifact.display(), store.url());
    let app = app.map(|url| format!(", app database {url}")).unwrap_or_default();
    let effects = effects.map(|url| format!(", effects to {url}")).unwrap_or_default();
    let metrics = started.admin_address.map(|address| format!(", metrics at http://{address}/metrics"));
    let metrics = metrics.unwrap_or_default();
    format!(
        "serving http://{address}/__auth for {routes} of {artifact} (blake3 {digest}…), store {store}{app}{effects}{metrics}"
    )
}

/// Where an operator is made, in one line.
fn set_up(link: &SetUpLink) -> String {
    let others = match link.operators {
        0 => String::new(),
        1 => " (there is 1 operator already)".to_owned(),
        operators => format!(" (there are {operators} operators already)"),
    };
    let SetUpLink { url, .. } = link;
    format!("to become an operator, open {url} within {SET_UP_MINUTES} minutes{others}")
}

fn failure(error: StartError, artifact: &Path, store: &LocalStore, session: &Session) -> Failure {
    let serve = |message: String, help: Option<&str>| {
        let mut one = Diagnostic::without_place(Code::ServeFailed, message);
        one.help = help.map(str::to_owned);
        one.into()
    };
    match error {
        StartError::Artifact(OpenError::Read(error)) => {
            let one = unreadable(artifact, &error);
            one.help(no_artifact(session)).into()
        }
        StartError::Artifact(OpenError::Decode(error)) => refused(artifact, &error),
        StartError::Artifact(OpenError::Signature(error)) => {
            verify::invalid(artifact, &verify::reason(&error))
        }
        StartError::Store(error) => store.failed(&error),
        StartError::Listen(address, error) => {
            let is_in_use = error.kind() == std::io::ErrorKind::AddrInUse;
            let reason = if is_in_use { "it is in use".to_owned() } else { reason(&error) };
            let help = is_in_use
                .then_some("end what uses it, or name another address; port 0 takes any that is free");
            serve(format!("cannot listen on {address}: {reason}"), help)
        }
        StartError::NoPublicUrl(_) => serve(error.to_string(), Some("give it with `--public-url`")),
        StartError::Mail(directory, error) => serve(
            format!("mails cannot be written to `{}`: {}", directory.display(), reason(&error)),
            Some(
                "name a directory that this user can write to, or a mail server as `smtp://HOST`, with `--mail-to`",
            ),
        ),
        other => serve(format!("cannot start: {other}"), None),
    }
}
