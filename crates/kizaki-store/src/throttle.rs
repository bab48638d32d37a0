//! Attempts: how often someone may try, before each further try has to wait longer.
//!
//! An attempt is counted before it is judged, so that many at once are no more than one after the other; one that
//! succeeds is taken back. Ten are free. From then on each one has to wait after the one before: a second, two, four,
//! and so on up to a quarter of an hour; an hour after the last one that was let in, all is forgotten. Nobody is locked
//! out for ever, and whoever waits is not kept waiting longer by others' refused tries.

use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;

/// Attempts that need not wait.
pub const FREE_ATTEMPTS: u32 = 10;
/// The longest wait.
pub const LONGEST_DELAY_MS: i64 = 15 * 60 * 1000;
/// Attempts of the few that need not wait.
pub const FEW_ATTEMPTS: u32 = 5;
/// How long each further one of the few waits for the one before.
pub const FEW_DELAY_MS: i64 = 10 * 60 * 1000;

/// The attempts that a store counts; see [`Store::attempts`](crate::Store::attempts).
#[derive(Debug, Clone, Copy)]
pub struct Attempts<'s>(pub(crate) &'s Store);

/// Who tries what, such as a sign-in to one account; the store keeps its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject([u8; 32]);

/// No row comes back while the subject has to wait.
const TAKE: Statement = clocked!(
    "INSERT INTO attempts (subject, count, until_ms, last_ms) SELECT $2, 1, 0, now_ms FROM clock WHERE true \
     ON CONFLICT (subject) DO UPDATE SET last_ms = excluded.last_ms, \
     count = CASE WHEN attempts.last_ms <= excluded.last_ms - 3600000 THEN 1 ELSE attempts.count + 1 END \
     WHERE attempts.until_ms <= excluded.last_ms RETURNING count"
);
const DELAY: Statement = same!("UPDATE attempts SET until_ms = last_ms + $2 WHERE subject = $1");
const WAIT: Statement = clocked!("SELECT until_ms - now_ms FROM attempts, clock WHERE subject = $2");
const RESET: Statement = same!("DELETE FROM attempts WHERE subject = $1");
const TAKE_BACK: Statement = same!("UPDATE attempts SET count = count - 1, until_ms = 0 WHERE subject = $1");
/// Writes a row as it is.
pub(crate) const TOUCH: Statement = same!("UPDATE attempts SET last_ms = last_ms WHERE subject = $1");
const FORGET: Statement =
    clocked!("DELETE FROM attempts WHERE last_ms <= (SELECT now_ms - 3600000 FROM clock)");

impl Attempts<'_> {
    /// Counts an attempt of each subject, such as the address it comes from and the account it is about, in this order;
    /// or tells for how many milliseconds one of them has to wait, at least 1, and counts none.
    ///
    /// # Errors
    ///
    /// The store failed; nothing is to be tried then.
    pub async fn take(&self, subjects: &[Subject]) -> Result<Result<(), u64>, Error> {
        self.count(subjects, delay_ms).await
    }

    /// The same where few tries are enough to guess: [`FEW_ATTEMPTS`] are free, and each further one has to wait for
    /// [`FEW_DELAY_MS`].
    ///
    /// # Errors
    ///
    /// The store failed; nothing is to be tried then.
    pub async fn take_of_few(&self, subjects: &[Subject]) -> Result<Result<(), u64>, Error> {
        self.count(subjects, |count| if count < i64::from(FEW_ATTEMPTS) { 0 } else { FEW_DELAY_MS }).await
    }

    async fn count(&self, subjects: &[Subject], delay: fn(i64) -> i64) -> Result<Result<(), u64>, Error> {
        let now = self.0.injected_now();
        let wait: Option<i64> = in_transaction!(self.0, |transaction, text| {
            let mut wait = None;
            for (number, subject) in subjects.iter().enumerate() {
                let query = sqlx::query_scalar(text(&TAKE)).bind(now).bind(subject.hash());
                let count: Option<i64> = query.fetch_optional(&mut *transaction).await?;
                match count.map(delay) {
                    Some(0) => {}
                    Some(delay) => {
                        let query = sqlx::query(text(&DELAY)).bind(subject.hash()).bind(delay);
                        query.execute(&mut *transaction).await?;
                    }
                    None => {
                        let query = sqlx::query_scalar(text(&WAIT)).bind(now).bind(subject.hash());
                        wait = query.fetch_optional(&mut *transaction).await?;
                        for counted in subjects.iter().take(number) {
                            let query = sqlx::query(text(&TAKE_BACK)).bind(counted.hash());
                            query.execute(&mut *transaction).await?;
                        }
                        break;
                    }
                }
            }
            wait
        });
        Ok(wait.map_or(Ok(()), |wait| Err(u64::try_from(wait).unwrap_or(0).max(1))))
    }

    /// Forgets the attempts of a subject, because one of them succeeded.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn reset(&self, subject: Subject) -> Result<(), Error> {
        self.change(&RESET, subject).await
    }

    /// Takes one attempt of a subject back that was no failure, and leaves those before it.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn take_back(&self, subject: Subject) -> Result<(), Error> {
        self.change(&TAKE_BACK, subject).await
    }

    /// Removes what has no meaning any more.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn forget(&self) -> Result<(), Error> {
        let now = self.0.injected_now();
        on_each!(self.0, writer, |pool, text| {
            sqlx::query(text(&FORGET)).bind(now).execute(pool).await?;
        });
        Ok(())
    }

    async fn change(&self, statement: &Statement, subject: Subject) -> Result<(), Error> {
        on_each!(self.0, writer, |pool, text| {
            sqlx::query(text(statement)).bind(subject.hash()).execute(pool).await?;
        });
        Ok(())
    }
}

impl Subject {
    /// Attempts at `what`, which holds no NUL, by `who`, which may be anything that someone typed: of two kinds of `who`
    /// for one `what`, each begins with a word of its own.
    #[must_use]
    pub fn new(what: &str, who: &str) -> Self {
        Self(Sha256::digest(format!("{what}\0{who}").as_bytes()).into())
    }

    pub(crate) fn hash(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// How long the next attempt has to wait after this one.
fn delay_ms(count: i64) -> i64 {
    // What is negative is free, and beyond 20 the longest is reached anyway.
    match u32::try_from((count - i64::from(FREE_ATTEMPTS)).min(20)) {
        Ok(beyond) => (1000 << beyond).min(LONGEST_DELAY_MS),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_DELAY_MS, delay_ms};

    #[test]
    fn delays_double_up_to_a_quarter_of_an_hour() {
        assert_eq!([1, 9, 10, 11, 12, 19].map(delay_ms), [0, 0, 1000, 2000, 4000, 512_000]);
        assert_eq!([20, 64, i64::MAX].map(delay_ms), [LONGEST_DELAY_MS; 3]);
    }
}
