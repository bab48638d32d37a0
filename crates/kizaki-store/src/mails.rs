//! The outbox of mails: written with the change that a mail is about, and sent later.
//!
//! No row holds a token. The token of a link is made when its mail is sent, and the store keeps its hash. A mail that
//! was taken and not reported as sent is taken again after a while, with a new token: each is sent at least once.

use crate::error::Error;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;
use crate::token::Token;
use crate::users::Purpose;

/// How long a link in a mail works.
pub const LINK_MINUTES: i64 = 30;
/// How often a mail is tried before it is given up: for some nine hours.
pub const MOST_TRIES: i64 = 10;

/// The mails of a store; see [`Store::mails`](crate::Store::mails).
#[derive(Debug, Clone, Copy)]
pub struct Mails<'s>(pub(crate) &'s Store);

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    /// A link to verify the address.
    Verify,
    /// A link to choose a new password.
    Reset,
    /// Someone signed up with the address of an account.
    Exists,
    /// The password that signed in is known from a leak; a link to choose another.
    Leaked,
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// What it is about.
    pub kind: MailKind,
    /// The address.
    pub email: String,
    /// The token of its link, if it has one.
    pub token: Option<Token>,
    /// Its number among all mails of the store.
    pub number: i64,
    /// Which try this is, from 1.
    pub tries: i64,
}

/// Whom a mail of a kind is for: verified users verify nothing, and one mail of a kind waits at a time.
pub(crate) const QUEUE: Statement = clocked!(
    "INSERT INTO mails (kind, user_id, tries, next_ms) SELECT $2, id, 0, now_ms FROM users, clock \
     WHERE email_key = $3 AND ($2 <> 'verify' OR verified_ms IS NULL) \
     AND NOT EXISTS (SELECT 1 FROM mails WHERE user_id = users.id AND kind = $2 AND tries = 0)"
);
/// A mail that is not reported as sent is due again after 1, 2, 4, … minutes. Two nodes never take the same: on SQLite
/// one waits for the other and finds the mail no longer due, on PostgreSQL it takes another. Kinds that a later version
/// knows are left to it.
const TAKE: Statement = clocked!(
    sqlite
    "UPDATE mails SET tries = tries + 1, next_ms = now_ms + 60000 * \
     (CASE tries WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 8 WHEN 4 THEN 16 WHEN 5 THEN 32 \
      WHEN 6 THEN 64 WHEN 7 THEN 128 ELSE 256 END) FROM clock \
     WHERE seq = (SELECT seq FROM mails WHERE next_ms <= (SELECT now_ms FROM clock) \
     AND kind IN ('verify', 'reset', 'exists', 'leaked') ORDER BY next_ms, seq LIMIT 1) \
     RETURNING seq, kind, user_id, tries",
    postgres
    ", due AS (SELECT seq FROM mails WHERE next_ms <= (SELECT now_ms FROM clock) \
     AND kind IN ('verify', 'reset', 'exists', 'leaked') ORDER BY next_ms, seq LIMIT 1 FOR UPDATE SKIP LOCKED) \
     UPDATE mails SET tries = tries + 1, next_ms = now_ms + 60000 * \
     (CASE tries WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 8 WHEN 4 THEN 16 WHEN 5 THEN 32 \
      WHEN 6 THEN 64 WHEN 7 THEN 128 ELSE 256 END) FROM due, clock WHERE mails.seq = due.seq \
     RETURNING mails.seq, kind, user_id, tries"
);
const ADDRESSEE: Statement = same!("SELECT email FROM users WHERE id = $1");
const MINT: Statement = clocked!(
    "INSERT INTO mail_tokens (token_hash, purpose, user_id, expires_ms) \
     SELECT $2, $3, $4, now_ms + $5 FROM clock WHERE true"
);
/// Those of all users, so it waits for none that another transaction has.
const FORGET: Statement = clocked!(
    sqlite "DELETE FROM mail_tokens WHERE expires_ms <= (SELECT now_ms FROM clock)",
    postgres
    "DELETE FROM mail_tokens WHERE token_hash = ANY (ARRAY(SELECT token_hash FROM mail_tokens \
     WHERE expires_ms <= (SELECT now_ms FROM clock) FOR UPDATE SKIP LOCKED))"
);
/// A mail that was taken again meanwhile is the business of whoever took it.
const SENT: Statement = same!("DELETE FROM mails WHERE seq = $1 AND tries = $2");

/// Queues a mail to the user with an address within a transaction.
macro_rules! queue {
    ($transaction:ident, $text:ident, $now:expr, $kind:expr, $email:expr) => {
        sqlx::query($text(&$crate::mails::QUEUE))
            .bind($now)
            .bind($kind.as_str())
            .bind($email.key())
            .execute(&mut *$transaction)
            .await?
    };
}
pub(crate) use queue;

impl Mails<'_> {
    /// The mail that has waited longest, if one is due, with a new token for its link.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn take(&self) -> Result<Option<Mail>, Error> {
        let (now, token) = (self.0.injected_now(), Token::generate()?);
        Ok(in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query_as(text(&TAKE)).bind(now);
            let row: Option<(i64, String, String, i64)> = query.fetch_optional(&mut *transaction).await?;
            match row {
                None => None,
                Some((number, kind, user, tries)) => {
                    let kind = MailKind::from_name(&kind);
                    let query = sqlx::query_scalar(text(&ADDRESSEE)).bind(&user);
                    let email = query.fetch_one(&mut *transaction).await?;
                    let purpose = kind.purpose();
                    if let Some(purpose) = purpose {
                        sqlx::query(text(&FORGET)).bind(now).execute(&mut *transaction).await?;
                        sqlx::query(text(&MINT))
                            .bind(now)
                            .bind(token.hash().to_vec())
                            .bind(purpose.as_str())
                            .bind(&user)
                            .bind(LINK_MINUTES * 60_000)
                            .execute(&mut *transaction)
                            .await?;
                    }
                    Some(Mail { kind, email, token: purpose.map(|_| token), number, tries })
                }
            }
        }))
    }

    /// Takes a mail out of the outbox, because it was sent or is given up.
    ///
    /// # Errors
    ///
    /// The store failed; the mail may be sent again.
    pub async fn remove(&self, mail: &Mail) -> Result<(), Error> {
        on_each!(self.0, writer, |pool, text| {
            sqlx::query(text(&SENT)).bind(mail.number).bind(mail.tries).execute(pool).await?;
        });
        Ok(())
    }
}

impl MailKind {
    /// Its name in one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Exists => "exists",
            Self::Leaked => "leaked",
        }
    }

    /// The kinds that the table allows.
    fn from_name(name: &str) -> Self {
        match name {
            "verify" => Self::Verify,
            "reset" => Self::Reset,
            "leaked" => Self::Leaked,
            _ => Self::Exists,
        }
    }

    const fn purpose(self) -> Option<Purpose> {
        match self {
            Self::Verify => Some(Purpose::Verify),
            Self::Reset | Self::Leaked => Some(Purpose::Reset),
            Self::Exists => None,
        }
    }
}
