//! The service over real sockets, on SQLite and, where a server is given, on PostgreSQL.

#![expect(clippy::disallowed_methods, reason = "these tests are about files, sockets and databases")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod accounts;
mod app;
mod attempts;
mod attributes;
mod certificates;
mod chromium;
mod column_types;
mod connections;
mod context;
mod cookies;
mod description;
mod device_flow;
mod effects;
mod effects_management;
mod effects_trouble;
mod faults;
mod handler;
mod hostile;
mod leaks;
mod mails;
mod management;
mod operator_accounts;
mod operators;
mod outbox;
mod pages;
mod platform_faults;
mod range_server;
mod rate_limits;
mod recovery;
mod reloading;
mod smtp;
mod smtp_server;
mod states;
mod support;
mod visitor;
mod webdriver;
