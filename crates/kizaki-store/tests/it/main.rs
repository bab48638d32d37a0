//! One suite for both databases: every test about keys and accounts runs whole on SQLite and on PostgreSQL.
//!
//! `scripts/postgres` gives the suite a server. Without one, the half that needs it fails in CI, and elsewhere it says
//! that it was left out.

#![expect(clippy::disallowed_methods, reason = "these tests are about files, time and databases")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails"
)]

mod accounts;
mod app;
mod app_reading;
mod attempts;
mod audit;
mod changes;
mod concurrency;
mod devices;
mod files;
mod interleaving;
mod leaks;
mod opening;
mod operators;
mod outbox;
mod outbox_table;
mod outbox_workers;
mod secrecy;
mod states;
mod support;
