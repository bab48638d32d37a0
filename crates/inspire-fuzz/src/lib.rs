//! What must hold for any input whatever: one function a fuzz target, which panics where it does not hold.
//!
//! `scripts/fuzz TARGET SECONDS` runs one under libFuzzer; the inputs it found are in `corpus/`, and a test puts them
//! through the same functions on every run of the tests.

mod check;
mod find;
mod load;
mod parse;
mod parts;
mod place;

pub use check::check;
pub use find::{find, route_tables};
pub use load::{load, seal};
pub use parse::parse;
pub use parts::{Mutate, Parts, cells};
