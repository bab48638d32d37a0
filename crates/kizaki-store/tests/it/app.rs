//! An app's own database, with an outbox in it, and what the app writes there.

use kizaki_store::{AppDatabase, Clock, ManualClock, StoreUrl};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::support::{Database, Place, START_MS};

impl Place {
    /// The app's database; a file is made if there is none.
    pub(crate) async fn app_url(&self) -> StoreUrl {
        match self.database {
            Database::Sqlite => {
                self.app_execute("SELECT 1").await;
                StoreUrl::of_file(&self.directory().join("app.db"))
            }
            Database::Postgres => self.url.clone(),
        }
    }

    pub(crate) async fn app(&self, clock: Clock) -> AppDatabase {
        AppDatabase::open(&self.app_url().await, clock).await.unwrap()
    }

    /// The app's database with an outbox, and a clock that stands at [`START_MS`].
    pub(crate) async fn app_at_start(&self) -> (AppDatabase, ManualClock) {
        let clock = ManualClock::new(START_MS);
        let app = self.app(Clock::Manual(clock.clone())).await;
        assert!(app.outbox().create().await.unwrap());
        (app, clock)
    }

    /// Runs a statement as the app does.
    pub(crate) async fn app_try(&self, statement: &str) -> Result<(), sqlx::Error> {
        let statement = AssertSqlSafe(statement.to_owned());
        match self.database {
            Database::Sqlite => {
                let url = format!("sqlite:{}?mode=rwc", self.directory().join("app.db").display());
                let mut connection = sqlx::SqliteConnection::connect(&url).await?;
                sqlx::raw_sql(statement).execute(&mut connection).await?;
                connection.close().await
            }
            Database::Postgres => {
                sqlx::raw_sql(statement).execute(&mut self.server().await).await?;
                Ok(())
            }
        }
    }

    pub(crate) async fn app_execute(&self, statement: &str) {
        self.app_try(statement).await.unwrap();
    }

    /// Writes a row for each id, due from [`START_MS`] on.
    pub(crate) async fn ask_for(&self, effect: &str, ids: &[&str]) {
        for id in ids {
            let row = format!("('{id}', '{effect}', '{{\"n\": 1}}', {START_MS}, {START_MS})");
            self.app_execute(&format!(
                "INSERT INTO kizaki_outbox (id, effect, payload, created_ms, due_ms) VALUES {row}"
            ))
            .await;
        }
    }
}
