//! The real command, run as a person or a program would run it.

#![expect(clippy::disallowed_methods, reason = "these tests are about files")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod artifact;
mod config;
mod crash;
mod diff;
mod explain;
mod fix;
mod formats;
mod init;
#[cfg(feature = "service")]
mod keys;
#[cfg(feature = "service")]
mod local_store;
#[cfg(feature = "service")]
mod login;
#[cfg(feature = "service")]
mod logins;
#[cfg(feature = "service")]
mod operator;
mod reading;
#[cfg(feature = "service")]
mod readme;
#[cfg(feature = "service")]
mod scene;
mod schema;
#[cfg(feature = "service")]
mod serve;
#[cfg(feature = "service")]
mod servers;
mod signing;
mod streams;
mod support;
mod writing;
