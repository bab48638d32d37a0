//! What can go wrong with a store, in words for the one who has to put it right.

use std::fmt;

use sqlx::migrate::MigrateError;

/// A store could not be opened, or could not do what was asked; nothing was accepted and nothing changed.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
}

/// What sort of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL names no store.
    Url,
    /// A name, scope, lifetime or grace period is beyond its limits.
    Setting,
    /// The file cannot be made or opened.
    File,
    /// The file is not kept from others, or belongs to someone else.
    Unsafe,
    /// The database cannot be reached, or refused the user.
    Unreachable,
    /// The file is damaged, or no database at all.
    Corrupt,
    /// The database is not a store of this program, or its outbox is another table of that name.
    Foreign,
    /// The app's database has no outbox.
    NoOutbox,
    /// The store was made by a newer version.
    Newer,
    /// The store cannot be written to.
    ReadOnly,
    /// The disk is full.
    Full,
    /// Others held the database for too long.
    Busy,
    /// The operating system gives no randomness.
    Randomness,
    /// The database refused a statement.
    Database,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn randomness(error: getrandom::Error) -> Self {
        Self::new(ErrorKind::Randomness, format!("the operating system gives no randomness: {error}"))
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The way out, where there is one to tell.
    #[must_use]
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => of_database(error.as_ref()),
            sqlx::Error::PoolTimedOut => busy("all connections stayed in use"),
            sqlx::Error::Migrate(error) => Self::from(*error),
            sqlx::Error::Io(error) => Self::new(ErrorKind::Unreachable, reason(&error)),
            other @ (sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) | sqlx::Error::WorkerCrashed) => {
                Self::new(ErrorKind::Unreachable, other.to_string())
            }
            other => Self::new(ErrorKind::Database, other.to_string()),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Self::from(error),
            MigrateError::VersionMissing(version) => newer(version),
            MigrateError::VersionMismatch(version) | MigrateError::Dirty(version) => {
                let message =
                    format!("its tables are not those of any release (migration {version} differs)");
                Self::new(ErrorKind::Foreign, message).help("restore the store from a backup")
            }
            other => Self::new(ErrorKind::Database, other.to_string()),
        }
    }
}

fn newer(version: i64) -> Error {
    let message = format!("it was made by a newer kizaki (migration {version} is unknown here)");
    Error::new(ErrorKind::Newer, message).help("update kizaki")
}

fn busy(what: &str) -> Error {
    Error::new(ErrorKind::Busy, format!("it is busy: {what}"))
        .help("try again; no other program should keep it locked")
}

/// Reads the codes of SQLite (`sqlite.org/rescode.html`; the primary one is the low byte) and the classes of
/// PostgreSQL (its manual, appendix A).
fn of_database(error: &dyn sqlx::error::DatabaseError) -> Error {
    let code = error.code().unwrap_or_default();
    let of = |kind, what: &str| Error::new(kind, format!("{what}: {}", error.message()));
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return match code.parse::<u32>().unwrap_or(0) & 0xff {
            5 | 6 => busy("another program keeps it locked"),
            8 => of(ErrorKind::ReadOnly, "it cannot be written to")
                .help("the file and its directory have to be writable"),
            10 => of(ErrorKind::File, "its file cannot be read or written"),
            11 | 26 => of(ErrorKind::Corrupt, "its file is damaged or no store")
                .help("restore it from a backup, or name another file"),
            13 => of(ErrorKind::Full, "no space is left on the device"),
            14 => of(ErrorKind::File, "its file cannot be opened"),
            _ => of(ErrorKind::Database, "the database refused a statement"),
        };
    }
    match code.get(..2).unwrap_or_default() {
        "08" | "28" | "3D" | "57" => of(ErrorKind::Unreachable, "the server refused the connection"),
        "25" => of(ErrorKind::ReadOnly, "it cannot be written to"),
        "53" => of(ErrorKind::Full, "the server is short of resources"),
        "55" => busy("another program keeps it locked"),
        "XX" => of(ErrorKind::Corrupt, "the server found it damaged"),
        _ => of(ErrorKind::Database, "the database refused a statement"),
    }
}

/// The reason of an error of the operating system, in lower case and without its number.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
