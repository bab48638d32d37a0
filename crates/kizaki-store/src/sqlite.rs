//! Opening an SQLite store: a file that only its owner can read, from the moment it exists.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteConnection, SqlitePool};

use crate::error::{Error, ErrorKind, reason};
use crate::migrate;
use crate::private::is_private;

/// Of each process.
const MOST_READERS: u32 = 8;
/// How long a writer waits for those before it, in this process and in others.
const PATIENCE: Duration = Duration::from_secs(10);
/// The `application_id` of a store.
const APPLICATION: i64 = 0x6b7a_7374;

/// The connections to one file. SQLite has one writer at a time: those of this process wait in a queue for one
/// connection, instead of trying again and again for the lock.
#[derive(Debug)]
pub(crate) struct SqlitePools {
    pub(crate) reader: SqlitePool,
    pub(crate) writer: SqlitePool,
}

/// Opens a store, and brings its tables up to date.
pub(crate) async fn open(path: &Path) -> Result<SqlitePools, Error> {
    make(path)?;
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let pools = connect(options).await?;
    let mut transaction = pools.writer.begin_with("BEGIN IMMEDIATE").await?;
    is_store(&mut transaction).await?;
    migrate::sqlite().run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await?;
    Ok(pools)
}

/// Opens a database of another program, as that program has set it up. A store is none.
pub(crate) async fn open_foreign(path: &Path) -> Result<SqlitePools, Error> {
    // SQLite would say of each of these that it cannot open the file.
    let way_out = "the app makes its database itself; name the file that it uses";
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::new(ErrorKind::File, "there is no such file").help(way_out));
        }
        Ok(found) if found.is_dir() => {
            return Err(Error::new(ErrorKind::File, "it is a directory").help(way_out));
        }
        _ => {}
    }
    let pools = connect(options(path)).await?;
    // Until something is read, nobody has looked into the file.
    let application: i64 = sqlx::query_scalar("SELECT application_id FROM pragma_application_id")
        .fetch_one(&pools.writer)
        .await?;
    if application == APPLICATION {
        let error = Error::new(ErrorKind::Foreign, "it is the store of an auth service");
        return Err(error.help("name the app's own database"));
    }
    Ok(pools)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(PATIENCE)
}

async fn connect(options: SqliteConnectOptions) -> Result<SqlitePools, Error> {
    let pool = |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(PATIENCE);
    let writer = pool(1).connect_with(options.clone()).await?;
    Ok(SqlitePools { reader: pool(MOST_READERS).connect_lazy_with(options), writer })
}

impl SqlitePools {
    /// The last connection to close moves the write-ahead log into the file.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Makes the file if it does not exist, and refuses one that is not the owner's alone.
///
/// It is made here, before SQLite opens it, because SQLite would make it as the umask says; the files it puts beside
/// it get the mode of this one.
fn make(path: &Path) -> Result<(), Error> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        fs::create_dir_all(directory).map_err(|error| file(&error, "its directory cannot be made"))?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let metadata = fs::symlink_metadata(path);
            is_private(path, &metadata.map_err(|error| file(&error, "its file cannot be looked at"))?)
        }
        Err(error) => Err(file(&error, "its file cannot be made")),
    }
}

/// Refuses the database of another program, so that no table is added to it.
async fn is_store(connection: &mut SqliteConnection) -> Result<(), Error> {
    let (application, tables): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(connection)
    .await?;
    if tables > 0 && application != APPLICATION {
        let error = Error::new(ErrorKind::Foreign, "it is an SQLite database of another program");
        return Err(error.help("name another file"));
    }
    Ok(())
}

fn file(error: &io::Error, what: &str) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull => ErrorKind::Full,
        io::ErrorKind::ReadOnlyFilesystem => ErrorKind::ReadOnly,
        _ => ErrorKind::File,
    };
    Error::new(kind, format!("{what}: {}", reason(error)))
}
