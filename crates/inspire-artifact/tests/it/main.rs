//! Everything enters through the public door: tables are encoded, bytes are opened.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod fields;
mod find;
mod find_random;
mod hooks;
mod platform;
mod refuse;
mod round_trip;
mod rules;
mod sample;
mod signature;
mod size;
mod validation;
