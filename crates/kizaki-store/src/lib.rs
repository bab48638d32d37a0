//! What the auth service keeps: accounts and their sessions, API keys and platform keys, operators and their logins, and
//! the audit, on SQLite or PostgreSQL.
//!
//! A [`Store`] is opened by its URL and has the same behaviour on both databases: one suite of tests runs whole on each.
//! What always holds:
//!
//! - A whole key exists in memory once, when it is made; the database holds the SHA-256 of its secret and nothing else of it.
//!   The same holds for the tokens of sessions and mails.
//! - Nothing is cached. A check is one statement that sees every change acknowledged before it began, on any node.
//! - The store's clock is the only clock, and a key is valid strictly before its time and refused at it.
//! - Every change of a key and its audit record are written together or not at all, and no check is refused unrecorded.
//!
//! ```
//! use kizaki_store::{Check, Clock, Lifetime, NewApiKey, Store, StoreUrl};
//!
//! # async fn example(url: &str) -> Result<(), kizaki_store::Error> {
//! let store = Store::open(&StoreUrl::parse(url)?, Clock::Store).await?;
//! let new = NewApiKey { scope: "reader", name: "nightly export", lifetime: Lifetime::DEFAULT };
//! let made = store.api_keys().create(&new).await?;
//! match store.api_keys().check(made.key.expose()).await? {
//!     Check::Accepted(access) => assert_eq!(access.scope, "reader"),
//!     Check::Refused(reason) => println!("refused: {reason}"),
//! }
//! # Ok(())
//! # }
//! ```

mod api_keys;
mod app_database;
mod audit;
mod clock;
mod context;
mod devices;
mod email;
mod error;
mod key;
mod keys;
mod logins;
mod mails;
mod migrate;
mod operators;
mod outbox;
mod platform_keys;
mod postgres;
mod private;
mod rate_windows;
mod refusals;
mod sessions;
mod sqlite;
mod statement;
mod store;
mod throttle;
mod token;
mod user_code;
mod users;

pub use api_keys::{ApiAccess, ApiKeys, NewApiKey};
pub use app_database::{AppDatabase, Cell, Comparand, Equality, Form, Reading, Selection};
pub use audit::{Actor, AuditEvent, AuditKind, AuditRecord};
pub use clock::{Clock, ManualClock};
pub use context::{Change, Choice};
pub use devices::{CODE_SECONDS, DeviceRequest, Devices, NewDevice, POLL_SECONDS, Poll, Started};
pub use email::Email;
pub use error::{Error, ErrorKind};
pub use key::{Key, KeyId, Kind, Malformed, Secret};
pub use keys::{
    Check, Filter, Issued, KeyRecord, KeyState, Lifetime, Listing, MOST_GRACE_MS, MOST_LIFETIME_MS,
    MOST_NAME_CHARACTERS, Reason, Revocation, Rotation, is_name,
};
pub use logins::{Granted, LOGIN_DAYS, LoginAccess, Logins};
pub use mails::{LINK_MINUTES, MOST_TRIES, Mail, MailKind, Mails};
pub use operators::{
    NewOperator, Operator, OperatorCredentials, OperatorListing, OperatorRecord, OperatorSession, Operators,
    SESSION_SECONDS, SET_UP_MINUTES, SetUp,
};
pub use outbox::{
    EffectCounts, Ending, Lease, OUTBOX_KEPT_MS, Outbox, OutboxChange, OutboxFilter, OutboxListing,
    OutboxRow, OutboxState, OutboxStatus, Taken, Unreadable, outbox_ddl,
};
pub use platform_keys::{NewPlatformKey, PlatformAccess, PlatformKeys};
pub use private::{is_own_directory, is_private};
pub use rate_windows::RateWindow;
pub use sessions::{LiveSession, Sessions};
pub use store::{Store, StoreUrl};
pub use throttle::{Attempts, FEW_ATTEMPTS, FEW_DELAY_MS, FREE_ATTEMPTS, LONGEST_DELAY_MS, Subject};
pub use token::Token;
pub use user_code::UserCode;
pub use users::{Credentials, NewPassword, NewUser, UNVERIFIED_DAYS, User, Users};
