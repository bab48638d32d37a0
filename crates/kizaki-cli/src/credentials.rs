//! The file that logins are kept in: `kizaki/credentials.toml` below the user's directory for settings.
//!
//! It is for its owner only, and refused when it is not. It is replaced at once, so that a run that is killed leaves what
//! was there, and one run at a time changes it.

#![expect(clippy::disallowed_methods, reason = "the file and the environment are this module's work")]

mod contents;

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::PublicUrl;
use kizaki_store::{ErrorKind, is_own_directory, is_private};
use secrecy::SecretString;
use zeroize::Zeroizing;

use self::contents::Contents;
pub(crate) use self::contents::is_login_token;
use crate::failure::{Failure, reason};
use crate::write::write_private;

/// What no file of logins comes near.
const TOO_LARGE: u64 = 1 << 20;

const DAMAGED: &str = "remove the file, and log in again with `kizaki login`";

/// What someone logged in with at a server.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) kind: LoginKind,
    pub(crate) token: SecretString,
    /// Who or what it is, as the server calls it.
    pub(crate) name: String,
    /// From when on the server refuses it; none if it does not expire.
    pub(crate) expires_ms: Option<i64>,
}

/// What a [`Login`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LoginKind {
    /// A person's.
    Login,
    /// A platform key.
    Key,
}

/// The file.
#[derive(Debug)]
pub(crate) struct Credentials {
    path: PathBuf,
}

impl Credentials {
    /// The file of whoever runs this, which need not exist: below `XDG_CONFIG_HOME` if that is an absolute path, as the
    /// XDG Base Directory Specification asks, or else below `~/.config`.
    pub(crate) fn of_user() -> Result<Self, Failure> {
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let settings =
            absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")));
        let Some(settings) = settings else {
            let message = "there is no place for logins: neither `XDG_CONFIG_HOME` nor `HOME` is a directory";
            return Err(Diagnostic::without_place(Code::CredentialsFailed, message).into());
        };
        Ok(Self { path: settings.join("kizaki/credentials.toml") })
    }

    /// The login at `server`, if there is one.
    pub(crate) fn find(&self, server: &PublicUrl) -> Result<Option<Login>, Failure> {
        Ok(self.read()?.take(server))
    }

    /// Keeps a login, and tells the one that it replaces.
    pub(crate) fn keep(&self, server: &PublicUrl, login: &Login) -> Result<Option<Login>, Failure> {
        self.change(|contents| contents.put(server, login))
    }

    /// Forgets a login at `server`; tells whether it was still the one that is kept.
    pub(crate) fn forget(&self, server: &PublicUrl, login: &Login) -> Result<bool, Failure> {
        self.change(|contents| contents.remove(server, login))
    }

    /// Changes the file while no other run does.
    fn change<T>(&self, change: impl FnOnce(&mut Contents) -> T) -> Result<T, Failure> {
        // What is there is judged before anything is made.
        self.read()?;
        let directory = self.directory();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| self.failed(&error))?;
        let lock = File::open(directory).map_err(|error| self.failed(&error))?;
        lock.lock().map_err(|error| self.failed(&error))?;
        let mut contents = self.read()?;
        let changed = change(&mut contents);
        write_private(&self.path, contents.to_text().as_bytes()).map_err(|error| self.failed(&error))?;
        Ok(changed)
    }

    /// What the file holds, which is nothing when it does not exist.
    fn read(&self) -> Result<Contents, Failure> {
        let directory = self.directory();
        let Some(metadata) = present(fs::metadata(directory)).map_err(|error| self.failed(&error))? else {
            return Ok(Contents::default());
        };
        is_own_directory(directory, &metadata).map_err(|error| {
            let message = format!("cannot use the directory `{}` for logins: {error}", directory.display());
            with_help(message, &error)
        })?;
        let Some(text) = self.text()? else { return Ok(Contents::default()) };
        Contents::parse(&text).map_err(|damage| {
            let message = format!("cannot use the logins in `{}`: {damage}", self.path.display());
            let one = Diagnostic::without_place(Code::CredentialsFailed, message);
            one.help(DAMAGED).into()
        })
    }

    /// What stands in the file, if it is its owner's alone; first the name is judged and then what was opened by it.
    fn text(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        let failed = |error| self.failed(&error);
        let Some(named) = present(fs::symlink_metadata(&self.path)).map_err(failed)? else { return Ok(None) };
        self.is_private(&named)?;
        let Some(file) = present(File::open(&self.path)).map_err(failed)? else { return Ok(None) };
        self.is_private(&file.metadata().map_err(failed)?)?;
        let mut text = Zeroizing::new(String::new());
        file.take(TOO_LARGE).read_to_string(&mut text).map_err(failed)?;
        Ok(Some(text))
    }

    fn is_private(&self, metadata: &Metadata) -> Result<(), Failure> {
        is_private(&self.path, metadata).map_err(|error| {
            with_help(format!("cannot use the logins in `{}`: {error}", self.path.display()), &error)
        })
    }

    fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        let message = format!("cannot use the logins in `{}`: {}", self.path.display(), reason(error));
        let one = Diagnostic::without_place(Code::CredentialsFailed, message);
        match error.kind() {
            io::ErrorKind::InvalidData => one.help(DAMAGED).into(),
            _ => one.into(),
        }
    }
}

fn with_help(message: String, error: &kizaki_store::Error) -> Failure {
    let mut one = Diagnostic::without_place(Code::CredentialsFailed, message);
    let help = match error.kind() {
        ErrorKind::File => Some("remove what is in its place, and log in again with `kizaki login`"),
        _ => error.help_text(),
    };
    one.help = help.map(str::to_owned);
    one.into()
}

fn present<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}
