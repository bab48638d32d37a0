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
mod reading;
#[cfg(feature = "service")]
mod readme;
mod schema;
#[cfg(feature = "service")]
mod serve;
mod signing;
mod streams;
mod support;
mod writing;
