//! What a key may be made with: names, scopes, lifetimes and periods, and their limits.

use crate::error::{Error, ErrorKind};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The longest lifetime that is not `never`: ten years.
pub const MOST_LIFETIME_MS: u64 = 3650 * DAY_MS;
/// The longest grace period of a rotation: a year.
pub const MOST_GRACE_MS: u64 = 365 * DAY_MS;
/// The most characters that a name has.
pub const MOST_NAME_CHARACTERS: usize = 100;
/// The most bytes that a scope has, which is more than an artifact's names have.
const MOST_SCOPE_BYTES: usize = 1024;

/// How long a key is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// So many milliseconds from its making, 1 to [`MOST_LIFETIME_MS`].
    For(u64),
    /// Until it is revoked.
    Never,
}

/// Which keys to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'f> {
    /// Those of this scope only.
    pub scope: Option<&'f str>,
    /// Those only that are alive and end within so many milliseconds.
    pub expiring_ms: Option<u64>,
}

impl Lifetime {
    /// The lifetime when nothing is said: 90 days.
    pub const DEFAULT: Self = Self::For(90 * DAY_MS);

    pub(crate) fn milliseconds(self) -> Result<Option<i64>, Error> {
        match self {
            Self::Never => Ok(None),
            Self::For(0) => Err(refused("a key that is valid for no time at all is of no use")),
            Self::For(length) if length > MOST_LIFETIME_MS => {
                Err(refused("a key is valid for at most 3650 days")
                    .help("say `never` if it is not to expire"))
            }
            Self::For(length) => signed(length).map(Some),
        }
    }
}

/// A grace period; none at all is possible.
pub(super) fn grace(length: u64) -> Result<i64, Error> {
    if length > MOST_GRACE_MS {
        return Err(refused("the old secret of a rotated key lives for at most 365 days"));
    }
    signed(length)
}

/// A period to look ahead.
pub(super) fn period(length: u64) -> Result<i64, Error> {
    if length > MOST_LIFETIME_MS {
        return Err(refused("keys expire within 3650 days or never"));
    }
    signed(length)
}

/// Whether a text is a name for people: one line of 1 to [`MOST_NAME_CHARACTERS`] characters.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=MOST_NAME_CHARACTERS).contains(&text.chars().count()) && !text.contains(char::is_control)
}

/// Names are for people; any text of one line that is no longer than a line will do.
pub(super) fn name(text: &str) -> Result<(), Error> {
    let problem = match text.chars().count() {
        0 => "the name of a key is empty",
        _ if text.trim() != text => "the name of a key begins or ends with a space",
        _ if text.chars().any(char::is_control) => "the name of a key has a control character in it",
        length if length > MOST_NAME_CHARACTERS => "the name of a key is longer than 100 characters",
        _ => return Ok(()),
    };
    Err(refused(problem))
}

pub(super) fn scope(text: &str) -> Result<(), Error> {
    if text.is_empty() || text.len() > MOST_SCOPE_BYTES || text.chars().any(char::is_control) {
        return Err(refused("a scope is a name of the schema"));
    }
    Ok(())
}

fn signed(length: u64) -> Result<i64, Error> {
    i64::try_from(length).map_err(|_| refused("this is longer than can be counted"))
}

fn refused(problem: &str) -> Error {
    Error::new(ErrorKind::Setting, problem)
}
