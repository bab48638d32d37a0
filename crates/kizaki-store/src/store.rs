//! A store: the database behind a URL, with its tables in place.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::api_keys::ApiKeys;
use crate::clock::Clock;
use crate::devices::Devices;
use crate::error::{Error, ErrorKind};
use crate::key::Kind;
use crate::keys::Keys;
use crate::logins::Logins;
use crate::mails::Mails;
use crate::operators::Operators;
use crate::platform_keys::PlatformKeys;
use crate::refusals::Refusals;
use crate::sessions::Sessions;
use crate::sqlite::SqlitePools;
use crate::statement::{Statement, clocked, on_each};
use crate::throttle::Attempts;
use crate::users::Users;
use crate::{postgres, sqlite};

/// An open store. It is shared by reference; any number of tasks may use it at once.
#[derive(Debug)]
pub struct Store {
    pool: Pool,
    clock: Clock,
    pub(crate) refusals: Refusals,
}

/// The connections to one of the two databases.
#[derive(Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePools),
    Postgres(PgPool),
}

/// Where a store is; shown as it was given, without the password.
#[derive(Clone)]
pub struct StoreUrl(Place);

#[derive(Clone)]
enum Place {
    File(PathBuf),
    /// With the URL that is shown.
    Server(Box<PgConnectOptions>, Url),
}

pub(crate) const NOW: Statement = clocked!("SELECT now_ms FROM clock");

impl Store {
    /// Opens the store at `url`, makes it if it is a file that does not exist, and brings its tables up to date.
    ///
    /// Any number of processes may do so at once; one of them changes the tables and the others wait for it.
    ///
    /// # Errors
    ///
    /// The store cannot be made, reached or used; see [`ErrorKind`] for what keeps it.
    pub async fn open(url: &StoreUrl, clock: Clock) -> Result<Self, Error> {
        let pool = match &url.0 {
            Place::File(path) => Pool::Sqlite(sqlite::open(path).await?),
            Place::Server(options, _) => Pool::Postgres(postgres::open(options).await?),
        };
        Ok(Self { pool, clock, refusals: Refusals::default() })
    }

    /// The keys for `auth: apiKey(scope)` routes.
    #[must_use]
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys(Keys::new(self, Kind::Api))
    }

    /// The keys for automation of deployments.
    #[must_use]
    pub fn platform_keys(&self) -> PlatformKeys<'_> {
        PlatformKeys(Keys::new(self, Kind::Platform))
    }

    /// The users of the app.
    #[must_use]
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }

    /// The sessions of users.
    #[must_use]
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }

    /// The people who look after the service.
    #[must_use]
    pub fn operators(&self) -> Operators<'_> {
        Operators(self)
    }

    /// The commands that ask for a login.
    #[must_use]
    pub fn devices(&self) -> Devices<'_> {
        Devices(self)
    }

    /// The commands that operators are signed in with.
    #[must_use]
    pub fn logins(&self) -> Logins<'_> {
        Logins(self)
    }

    /// The attempts that are counted, to slow down who guesses.
    #[must_use]
    pub fn attempts(&self) -> Attempts<'_> {
        Attempts(self)
    }

    /// The mails that are to be sent.
    #[must_use]
    pub fn mails(&self) -> Mails<'_> {
        Mails(self)
    }

    /// What the store's clock shows, in Unix milliseconds.
    ///
    /// # Errors
    ///
    /// The database did not answer.
    pub async fn now_ms(&self) -> Result<i64, Error> {
        let now = self.injected_now();
        on_each!(self, |pool, text| Ok(sqlx::query_scalar(text(&NOW)).bind(now).fetch_one(pool).await?))
    }

    /// Closes every connection; on SQLite this also moves the write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn injected_now(&self) -> Option<i64> {
        self.clock.injected()
    }
}

impl Pool {
    /// The connections to a database of another program: nothing is made and nothing changed in it.
    pub(crate) async fn open_foreign(url: &StoreUrl) -> Result<Self, Error> {
        Ok(match &url.0 {
            Place::File(path) => Self::Sqlite(sqlite::open_foreign(path).await?),
            Place::Server(options, _) => Self::Postgres(postgres::open_foreign(options).await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pools) => pools.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl StoreUrl {
    /// Reads `sqlite:PATH`, where all that follows the colon is the path of a file, or `postgres://…`.
    ///
    /// # Errors
    ///
    /// The text is neither, or what follows is malformed.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return sqlite_path(path).map(|path| Self::of_file(Path::new(path)));
        }
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            return server(text).map(Self);
        }
        let scheme = text.split(':').next().unwrap_or_default();
        Err(malformed(match text.contains(':') {
            true => format!("there are no stores of the kind `{scheme}`"),
            false => "the store is not named by a URL".to_owned(),
        }))
    }

    /// The file of an SQLite store.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Server(..) => None,
        }
    }

    /// The SQLite store in the file at `path`.
    #[must_use]
    pub fn of_file(path: &Path) -> Self {
        Self(Place::File(path.to_owned()))
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "sqlite:{}", path.display()),
            Place::Server(_, shown) => shown.fmt(f),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

/// The parameters that the database's driver takes; it would pass over others, and so over `sslmod`.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// Reads a URL of PostgreSQL. It may hold a password, so that no error repeats it.
fn server(text: &str) -> Result<Place, Error> {
    let refuse = |why: &str| malformed(format!("the URL of the PostgreSQL database is malformed: {why}"));
    if !text.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//")) {
        return Err(refuse("behind its scheme it has no `//`"));
    }
    let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    // What stands before an `@` is then a password that is cut in two, and nothing to be shown.
    if url.fragment().is_some() {
        return Err(refuse("a `#` in a password is written as `%23`"));
    }
    if url.path().contains('@') {
        return Err(refuse("a `/` in a password is written as `%2F`"));
    }
    let query = url.query().unwrap_or_default();
    if query.contains('@') {
        return Err(refuse("a `?` in a password is written as `%3F`, and an `@` in a parameter as `%40`"));
    }
    if query.contains(';') {
        return Err(refuse("parameters are separated by `&`, and a `;` in one is written as `%3B`"));
    }
    let is_taken =
        |name: &str| PARAMETERS.contains(&name) || (name.starts_with("options[") && name.ends_with(']'));
    if let Some((name, _)) = url.query_pairs().find(|(name, _)| !is_taken(name)) {
        let error = refuse(&format!("the parameter `{name}` means nothing here"));
        return Err(error.help("leave it out, or write it as one of `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `host`, `port`, `user`, `dbname` and `options`"));
    }
    let is_mode = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        !matches!(&*name, "sslmode" | "ssl-mode") || MODES.contains(&&*value)
    };
    if !url.query_pairs().all(is_mode) {
        return Err(refuse(&format!("`sslmode` is one of {}", MODES.join(", "))));
    }
    let options = text.parse().map_err(|error: sqlx::Error| {
        let reason = error.to_string();
        refuse(reason.strip_prefix("error with configuration: ").unwrap_or(&reason))
    })?;
    Ok(Place::Server(Box::new(options), without_password(url)))
}

/// The URL as it is shown.
fn without_password(mut url: Url) -> Url {
    // It is refused where there is no host, and so no password before it.
    let _ = url.set_password(None);
    let (passwords, others): (Vec<_>, Vec<_>) =
        url.query_pairs().into_owned().partition(|(name, _)| name == "password");
    match (passwords.is_empty(), others.is_empty()) {
        (true, _) => {}
        (false, true) => url.set_query(None),
        (false, false) => drop(url.query_pairs_mut().clear().extend_pairs(others)),
    }
    url
}

fn sqlite_path(path: &str) -> Result<&str, Error> {
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err(malformed("the URL of the SQLite store names no file".to_owned()));
    }
    if path.starts_with(':') || path.contains('?') {
        return Err(malformed(format!(
            "`{path}` is no path of a file: the SQLite store takes no parameters and is never in memory"
        )));
    }
    // SQLite would read it as a URI of its own, and open another file than was looked at.
    if path.starts_with("file:") {
        return Err(malformed(format!("`{path}` is no path of a file, but another URL")));
    }
    Ok(path)
}

fn malformed(message: String) -> Error {
    Error::new(ErrorKind::Url, message).help("write `sqlite:PATH` or `postgres://USER@HOST:PORT/DATABASE`")
}
