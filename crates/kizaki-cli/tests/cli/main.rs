//! The real command, run as a person or a program would run it.

#![expect(clippy::disallowed_methods, reason = "these tests are about files")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[cfg(feature = "service")]
mod app_database;
mod artifact;
mod config;
mod crash;
mod diff;
#[cfg(feature = "service")]
mod effects;
#[cfg(feature = "service")]
mod effects_killed;
#[cfg(feature = "service")]
mod effects_server;
mod explain;
mod fix;
mod formats;
#[cfg(feature = "service")]
#[expect(dead_code, reason = "the tests of the service use the rest")]
#[path = "../../../kizaki-auth/tests/it/handler.rs"]
mod handler;
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
#[cfg(feature = "service")]
mod operators;
mod reading;
#[cfg(feature = "service")]
mod readme;
#[cfg(feature = "service")]
mod scene;
mod schema;
#[cfg(feature = "service")]
mod serve;
#[cfg(feature = "service")]
mod serve_end;
#[cfg(feature = "service")]
mod serve_log;
#[cfg(feature = "service")]
mod serve_signed;
#[cfg(feature = "service")]
mod servers;
mod signing;
mod streams;
mod support;
mod writing;
