//! The outbox in the app's own database, which is open only while a command runs.

use std::path::Path;

use inspire_artifact::OpenError;
use kizaki_auth::Snapshot;
use kizaki_store::{AppDatabase, Clock, Error};

use crate::commands::app_database::Named;
use crate::commands::runtime::block_on;
use crate::commands::verify;
use crate::failure::{Failure, reason, unreadable};
use crate::project::Project;

/// Opens the database, does `work` and closes it.
pub(super) fn on<T>(
    database: &Named,
    work: impl AsyncFnOnce(&AppDatabase) -> Result<T, Error>,
) -> Result<T, Failure> {
    let done = block_on(async {
        let app = AppDatabase::open(&database.url, Clock::Store).await?;
        let done = work(&app).await;
        app.close().await;
        done
    });
    let done = done.map_err(|error| database.unusable(&reason(&error)))?;
    done.map_err(|error| database.failed(&error))
}

/// The same where the outbox must be there.
pub(super) fn ready<T>(
    database: &Named,
    work: impl AsyncFnOnce(&AppDatabase) -> Result<T, Error>,
) -> Result<T, Failure> {
    on(database, async |app| {
        app.outbox().ready().await?;
        work(app).await
    })
}

/// The artifact that is named, or the project's if there is one.
pub(super) fn snapshot(named: Option<&Path>) -> Result<Option<Snapshot>, Failure> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => Project::find()?.output(),
    };
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    match Snapshot::open(&path, None) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(OpenError::Decode(error)) => Err(verify::refused(&path, &error)),
        Err(OpenError::Read(error)) => Err(unreadable(&path, &error).into()),
        Err(error) => Err(unreadable(&path, &std::io::Error::other(error)).into()),
    }
}
