//! Validation types: what a request has to look like.

/// A validation type: its place among all validation types, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValidationId(pub u32);
