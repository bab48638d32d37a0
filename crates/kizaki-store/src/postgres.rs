//! Opening a PostgreSQL store: its tables in a schema of their own, brought up to date by one node at a time.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};

use crate::error::{Error, ErrorKind};
use crate::migrate;

/// The schema, so that the store can share a database with the app whose tables may have the same names.
const SCHEMA: &str = "kizaki";
/// Of each process; three nodes stay well below the 100 that a server allows when nothing else is said.
const MOST_CONNECTIONS: u32 = 16;
/// A server that does not answer is as good as none.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens a store, and brings its tables up to date.
pub(crate) async fn open(options: &PgConnectOptions) -> Result<PgPool, Error> {
    let options = options.clone().options([("search_path", SCHEMA)]);
    let mut connection = reach(&options).await?;
    migrate(&mut connection, options.get_username()).await?;
    connection.close().await?;
    Ok(pool(options))
}

/// Opens a database of another program.
pub(crate) async fn open_foreign(options: &PgConnectOptions) -> Result<PgPool, Error> {
    reach(options).await?.close().await?;
    Ok(pool(options.clone()))
}

/// Connects once: a pool would try again for as long as it waits, even where nobody listens.
async fn reach(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(connection) => Ok(connection?),
        Err(_) => Err(Error::new(ErrorKind::Unreachable, "the server does not answer")),
    }
}

fn pool(options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(MOST_CONNECTIONS).acquire_timeout(PATIENCE);
    pool.connect_lazy_with(options.application_name("kizaki"))
}

async fn migrate(connection: &mut PgConnection, user: &str) -> Result<(), Error> {
    let mut migrator = migrate::postgres();
    let exists: bool = sqlx::query_scalar("SELECT to_regnamespace($1) IS NOT NULL")
        .bind(SCHEMA)
        .fetch_one(&mut *connection)
        .await?;
    // Even where it exists, making it asks for a right that a user with a schema made for him need not have.
    if !exists {
        migrator.create_schema(SCHEMA);
    }
    migrator.run_direct(None, connection, false).await.map_err(|error| {
        let (is_forbidden, error) = (is_forbidden(&error), Error::from(error));
        if exists || !is_forbidden {
            return error;
        }
        let user = user.replace('"', "\"\"");
        error.help(format!(
            "a user who may not make schemas needs one: `CREATE SCHEMA {SCHEMA} AUTHORIZATION \"{user}\"`"
        ))
    })
}

/// Whether the user lacks a right (PostgreSQL's manual, appendix A: `insufficient_privilege`).
fn is_forbidden(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "42501")
}
