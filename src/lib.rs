//! Owns the workspace's top-level tests, examples and snapshots; it has no code of its own.

/// The README, so that its Rust is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// The page about signing, so that its Rust is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../book/src/reference/signing.md")]
pub struct Signing;
