//! What the tests share: where the texts are, how they are compiled, and how a snapshot looks.

pub(crate) mod book;
pub(crate) mod command;
pub(crate) mod compile;
pub(crate) mod corpus;
pub(crate) mod generate;
pub(crate) mod snapshot;
pub(crate) mod strategy;

/// Fails with all of `failures` at once, so that one run shows everything that is wrong.
#[track_caller]
pub(crate) fn none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
