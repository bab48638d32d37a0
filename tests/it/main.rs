//! The tests of the whole: what a schema, a page of the book, an example or a crate must keep, seen from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/lib.rs"]
mod support;

mod allowances;
mod architecture;
mod book;
mod codes;
mod damage;
mod diff;
mod docs;
mod examples;
mod fixes;
mod fixtures;
mod format;
mod formats;
mod golden;
mod limits;
mod overlap;
mod properties;
mod readme;
mod security_report;
mod validation;
