//! Opening a PostgreSQL store: its tables in a schema of their own, brought up to date by one node at a time.

use std::time::Duration;

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

pub(crate) async fn open(options: &PgConnectOptions) -> Result<PgPool, Error> {
    let options = options.clone().application_name("kizaki").options([("search_path", SCHEMA)]);
    // The pool would try again for as long as it waits, even where nobody listens.
    let mut connection = match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(connection) => connection?,
        Err(_) => return Err(Error::new(ErrorKind::Unreachable, "the server does not answer")),
    };
    migrate(&mut connection).await?;
    connection.close().await?;
    let pool = PgPoolOptions::new().max_connections(MOST_CONNECTIONS).acquire_timeout(PATIENCE);
    Ok(pool.connect_lazy_with(options))
}

async fn migrate(connection: &mut PgConnection) -> Result<(), Error> {
    let mut migrator = migrate::postgres();
    let exists: bool = sqlx::query_scalar("SELECT to_regnamespace($1) IS NOT NULL")
        .bind(SCHEMA)
        .fetch_one(&mut *connection)
        .await?;
    // Even where it exists, making it asks for a right that a user with a schema made for him need not have.
    if !exists {
        migrator.create_schema(SCHEMA);
    }
    Ok(migrator.run_direct(None, connection, false).await?)
}
