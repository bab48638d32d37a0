//! A store of its own for each test, on either database.

use std::future::Future;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use kizaki_store::{ApiKeys, Clock, Issued, Lifetime, ManualClock, NewApiKey, Store, StoreUrl};
use sqlx::Connection as _;
use tempfile::TempDir;

/// Where the manual clock of a test starts.
pub(crate) const START_MS: i64 = 1_800_000_000_000;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// An empty place for a store.
pub(crate) struct Place {
    pub(crate) database: Database,
    pub(crate) url: StoreUrl,
    text: String,
    directory: TempDir,
}

/// Makes two tests of each function, one a database.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { crate::support::run(crate::support::Database::Sqlite, super::$test); })*
        }
        mod postgres {
            $(#[test] fn $test() { crate::support::run(crate::support::Database::Postgres, super::$test); })*
        }
    };
}
pub(crate) use on_both;

/// Runs a test at a place of its own.
pub(crate) fn run<F: Future<Output = ()>>(database: Database, test: impl FnOnce(Place) -> F) {
    let server = std::env::var("KIZAKI_TEST_POSTGRES").ok();
    if database == Database::Postgres && server.is_none() {
        return left_out();
    }
    block_on(async { test(Place::new(database, server.as_deref()).await).await });
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn left_out() {
    const HOW: &str =
        "the tests on PostgreSQL need a server: `scripts/test`, or `scripts/postgres cargo test …`";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{HOW}");
    static ONCE: Once = Once::new();
    // Written to the stream itself, because the test runner hides what passing tests print.
    ONCE.call_once(|| std::io::stderr().write_all(format!("\nLEFT OUT: {HOW}\n").as_bytes()).unwrap());
}

impl Place {
    async fn new(database: Database, server: Option<&str>) -> Self {
        let directory = TempDir::new().unwrap();
        let text = match server {
            Some(server) if database == Database::Postgres => new_database(server).await,
            _ => format!("sqlite:{}", directory.path().join("kizaki.db").display()),
        };
        Self { database, url: StoreUrl::parse(&text).unwrap(), text, directory }
    }

    /// The store here, with the database's own clock.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url, Clock::Store).await.unwrap()
    }

    /// The store here, with a clock that stands at [`START_MS`].
    pub(crate) async fn open_at_start(&self) -> (Store, ManualClock) {
        let clock = ManualClock::new(START_MS);
        (Store::open(&self.url, Clock::Manual(clock.clone())).await.unwrap(), clock)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("kizaki.db")
    }

    /// Runs a statement past the store.
    pub(crate) async fn execute(&self, statement: &'static str) {
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.text).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Database::Postgres => {
                let mut connection = self.server().await;
                sqlx::query("SET search_path TO kizaki").execute(&mut connection).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
        }
    }

    /// The number that a statement gives.
    pub(crate) async fn number(&self, statement: &'static str) -> i64 {
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.text).await.unwrap();
                sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap()
            }
            Database::Postgres => {
                let mut connection = self.server().await;
                sqlx::query("SET search_path TO kizaki").execute(&mut connection).await.unwrap();
                sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// The URL of another database on the same server.
    pub(crate) fn elsewhere(&self, database: &str) -> String {
        let (front, _) = self.text.rsplit_once('/').unwrap();
        format!("{front}/{database}")
    }

    /// The URL of this database for another user.
    pub(crate) fn as_user(&self, user: &str) -> String {
        let (_, behind) = self.text.split_once('@').unwrap();
        format!("postgres://{user}@{behind}")
    }

    pub(crate) async fn server(&self) -> sqlx::PgConnection {
        sqlx::PgConnection::connect(&self.text).await.unwrap()
    }
}

async fn new_database(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    let (front, _) = server.rsplit_once('/').unwrap();
    format!("{front}/{name}")
}

/// A key of the scope `reader`.
pub(crate) async fn api_key(keys: ApiKeys<'_>, lifetime: Lifetime) -> Issued {
    keys.create(&NewApiKey { scope: "reader", name: "a key", lifetime }).await.unwrap()
}
