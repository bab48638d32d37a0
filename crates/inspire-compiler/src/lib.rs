//! From syntax trees to artifact tables: resolve, check, lower.
//!
//! Nothing here touches a file, the environment or the clock, and nothing fails: what is wrong becomes a diagnostic.

mod allow;
pub mod check;
pub mod lower;
pub mod model;
pub mod resolve;

pub use allow::apply_allowances;
pub use check::{Checked, check};
pub use lower::lower;
