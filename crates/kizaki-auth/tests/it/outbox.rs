//! The outbox in the app's own database of a test: what the app writes there, and what became of it.

use kizaki_auth::{EffectsSecret, EffectsTo, EffectsUrl};
use kizaki_store::{AppDatabase, Clock, OutboxFilter, OutboxRow, OutboxState, StoreUrl};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::handler::Handler;
use crate::support::{Database, Place, START_MS};

pub(crate) const SECRET: &str = "8d0c3f5b1a7e49c2b6d8f0a1c3e5d7f9";

impl Place {
    /// Makes the app's database, without anything of ours in it.
    pub(crate) fn make_app_database(&mut self) {
        self.app_url = Some(match self.database {
            Database::Sqlite => format!("sqlite:{}", self.path("app.db").display()),
            // The service's own tables lie in a schema of their own.
            Database::Postgres => self.store_url.clone(),
        });
        if self.database == Database::Sqlite {
            std::fs::write(self.path("app.db"), "").unwrap();
        }
    }

    /// Makes the app's database with an outbox.
    pub(crate) async fn make_outbox(&mut self) {
        self.make_app_database();
        assert!(self.app_database(Clock::Store).await.outbox().create().await.unwrap());
    }

    /// The same, whose effects are delivered to this app.
    pub(crate) async fn deliver_to(&mut self, handler: &Handler) {
        self.make_outbox().await;
        let url = EffectsUrl::parse(&handler.url()).unwrap();
        let secret = EffectsSecret::new(SECRET.as_bytes().to_vec().into()).unwrap();
        self.settings.effects_to = Some(EffectsTo { url, secret });
    }

    pub(crate) async fn app_database(&self, clock: Clock) -> AppDatabase {
        let url = StoreUrl::parse(self.app_url.as_ref().unwrap()).unwrap();
        AppDatabase::open(&url, clock).await.unwrap()
    }

    /// Runs a statement as the app does.
    pub(crate) async fn as_app(&self, statement: &str) {
        let (url, statement) = (self.app_url.as_ref().unwrap(), AssertSqlSafe(statement.to_owned()));
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
                sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
            }
        }
    }

    /// Writes an effect that follows the insertion of a task, as the app would at [`START_MS`].
    pub(crate) async fn ask_for(&self, id: &str, effect: &str) {
        self.as_app(&format!(
            "INSERT INTO kizaki_outbox (id, effect, entity, event, payload, created_ms, due_ms) \
             VALUES ('{id}', '{effect}', 'Task', 'insert', '{{\"n\":1}}', {START_MS}, {START_MS})"
        ))
        .await;
    }

    /// The row with this id.
    pub(crate) async fn row(&self, id: &str) -> OutboxRow {
        let filter = OutboxFilter { state: None, effect: None, most: 10_000 };
        let rows = self.app_database(Clock::Store).await.outbox().list(filter).await.unwrap().rows;
        rows.into_iter().find(|row| row.id == id).unwrap()
    }

    /// The state of the row with this id, the tries that ended, and the last error.
    pub(crate) async fn stands(&self, id: &str) -> (OutboxState, u64, Option<String>) {
        let row = self.row(id).await;
        (row.state, row.tries, row.error)
    }
}
