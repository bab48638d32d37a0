//! The local store that the commands work on, which is open only while one of them runs.

use kizaki_store::{Clock, Error, ErrorKind, Store, StoreUrl};

use inspire_diagnostics::{Code, Diagnostic};

use crate::args::StoreArgs;
use crate::commands::runtime::block_on;
use crate::failure::{Failure, reason};
use crate::project::Project;

/// A store.
pub(in crate::commands) struct LocalStore {
    url: StoreUrl,
    /// Whether it is a file that did not exist when the command began.
    is_new: bool,
}

impl LocalStore {
    /// The store that `args` name, or the project's; it is made if it does not exist.
    pub(in crate::commands) fn made(args: &StoreArgs) -> Result<Self, Failure> {
        let url = match args.named() {
            Some(text) => StoreUrl::parse(&text).map_err(|error| {
                let one = Diagnostic::without_place(Code::StoreFailed, error.to_string());
                with_help(one, &error)
            })?,
            None => StoreUrl::of_file(&Project::find()?.store()),
        };
        let is_new = url.file().is_some_and(|path| path.symlink_metadata().is_err());
        Ok(Self { url, is_new })
    }

    /// The same, for what makes no sense on a store that has nothing in it yet.
    pub(in crate::commands) fn existing(args: &StoreArgs) -> Result<Self, Failure> {
        let store = Self::made(args)?;
        if !store.is_new {
            return Ok(store);
        }
        let message = format!("there is no store `{}`", store.url);
        let one = Diagnostic::without_place(Code::StoreFailed, message);
        Err(one.help("`kizaki serve` and the first key make it; another is named with `--store`").into())
    }

    /// Opens the store, does `work` and closes it.
    pub(in crate::commands) fn run<T>(
        &self,
        work: impl AsyncFnOnce(&Store) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let done = block_on(async {
            let store = Store::open(&self.url, Clock::Store).await?;
            let done = work(&store).await;
            store.close().await;
            done
        });
        let done = done.map_err(|error| {
            let message = format!("cannot use the store `{}`: {}", self.url, reason(&error));
            Diagnostic::without_place(Code::StoreFailed, message)
        })?;
        done.map_err(|error| self.failed(&error))
    }

    /// Whether it exists now, and did not when the command began.
    pub(in crate::commands) fn was_made(&self) -> bool {
        self.is_new && self.url.file().is_some_and(|path| path.symlink_metadata().is_ok())
    }

    /// Where it is.
    pub(in crate::commands) fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// What to tell when it cannot be used.
    pub(in crate::commands) fn failed(&self, error: &Error) -> Failure {
        let one = match error.kind() {
            ErrorKind::Setting => Diagnostic::without_place(Code::InvalidKeySetting, error.to_string()),
            _ => {
                let message = format!("cannot use the store `{}`: {error}", self.url);
                Diagnostic::without_place(Code::StoreFailed, message)
            }
        };
        with_help(one, error)
    }
}

fn with_help(mut one: Diagnostic, error: &Error) -> Failure {
    one.help = error.help_text().map(str::to_owned);
    one.into()
}
