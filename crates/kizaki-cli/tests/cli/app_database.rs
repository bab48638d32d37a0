//! The app's own database of a test, beside its project.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::support::Project;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A database of its own, and the project of the app that it belongs to.
pub(crate) struct AppDatabase {
    pub(crate) project: Project,
    pub(crate) kind: Kind,
    pub(crate) url: String,
}

/// Makes two tests of each function, one a database.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { crate::app_database::run(crate::app_database::Kind::Sqlite, super::$test); })*
        }
        mod postgres {
            $(#[test] fn $test() { crate::app_database::run(crate::app_database::Kind::Postgres, super::$test); })*
        }
    };
}
pub(crate) use on_both;

/// Runs a test on a database of its own.
pub(crate) fn run(kind: Kind, test: impl FnOnce(&AppDatabase)) {
    if kind == Kind::Postgres && server().is_none() {
        const HOW: &str =
            "the tests on PostgreSQL need a server: `scripts/test`, or `scripts/postgres cargo test …`";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{HOW}");
        static ONCE: Once = Once::new();
        // Written to the stream itself, because the test runner hides what passing tests print.
        ONCE.call_once(|| {
            use std::io::Write as _;
            std::io::stderr().write_all(format!("\nLEFT OUT: {HOW}\n").as_bytes()).unwrap();
        });
        return;
    }
    test(&AppDatabase::new(kind));
}

fn server() -> Option<String> {
    std::env::var("KIZAKI_TEST_POSTGRES").ok()
}

impl AppDatabase {
    fn new(kind: Kind) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let project = Project::empty();
        let url = match server() {
            Some(server) if kind == Kind::Postgres => {
                let name = format!("cli_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let make = AssertSqlSafe(format!("CREATE DATABASE {name}"));
                block_on(async {
                    let mut connection = PgConnection::connect(&server).await.unwrap();
                    sqlx::query(make).execute(&mut connection).await.unwrap();
                });
                let (front, _) = server.rsplit_once('/').unwrap();
                format!("{front}/{name}")
            }
            _ => {
                project.write("app.db", "");
                format!("sqlite:{}", project.path("app.db").display())
            }
        };
        Self { project, kind, url }
    }

    /// Another one of the same kind.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.kind)
    }

    /// Runs statements as the app does.
    pub(crate) fn execute(&self, statements: &str) {
        let statements = AssertSqlSafe(statements.to_owned());
        block_on(async {
            match self.kind {
                Kind::Sqlite => {
                    let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                    sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
                }
                Kind::Postgres => {
                    let mut connection = PgConnection::connect(&self.url).await.unwrap();
                    sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
                }
            }
        });
    }

    /// The rows that a statement gives, of two texts and five numbers each.
    pub(crate) fn rows(&self, statement: &'static str) -> Vec<(String, String, i64, i64, i64, i64, i64)> {
        block_on(async {
            match self.kind {
                Kind::Sqlite => {
                    let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                    sqlx::query_as(statement).fetch_all(&mut connection).await.unwrap()
                }
                Kind::Postgres => {
                    let mut connection = PgConnection::connect(&self.url).await.unwrap();
                    sqlx::query_as(statement).fetch_all(&mut connection).await.unwrap()
                }
            }
        })
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
