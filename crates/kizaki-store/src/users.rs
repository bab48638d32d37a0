//! Users: people who sign up with an e-mail address and a password.
//!
//! The store never sees a password, only its hash. Where a password decides, the hash that was verified is named again
//! in the statement that acts on it, so that a change in between lets nobody in.

mod passwords;

use crate::email::Email;
use crate::error::Error;
use crate::mails::{self, MailKind};
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;
use crate::throttle::{self, Subject};
use crate::token::{Token, new_id};

pub use self::passwords::NewPassword;

/// The users of a store; see [`Store::users`](crate::Store::users).
#[derive(Debug, Clone, Copy)]
pub struct Users<'s>(pub(crate) &'s Store);

/// Someone who signs up.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'n> {
    /// The address.
    pub email: &'n Email,
    /// What people call them.
    pub name: &'n str,
    /// The password.
    pub password: NewPassword<'n>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id; a UUID.
    pub id: String,
    /// The address that mail goes to.
    pub email: String,
    /// What people call them.
    pub name: String,
    /// When they signed up, in Unix milliseconds.
    pub created_ms: i64,
}

/// A user with what a sign-in needs to know.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who it is.
    pub user: User,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// Whether the address is known to be theirs.
    pub is_verified: bool,
    /// Whether the password is still to be looked up among those known from leaks.
    pub is_unchecked: bool,
}

/// How long an account waits for its address to be verified, from the last sign-up for it.
pub const UNVERIFIED_DAYS: i64 = 7;

/// Until the address is verified, nobody knows whose the account is; the last who signed up for it has it.
const SIGN_UP: Statement = clocked!(
    "INSERT INTO users (id, email, email_key, name, password_hash, breach_unchecked, created_ms) \
     SELECT $2, $3, $4, $5, $6, $7, now_ms FROM clock WHERE true \
     ON CONFLICT (email_key) DO UPDATE SET email = excluded.email, name = excluded.name, \
     password_hash = excluded.password_hash, breach_unchecked = excluded.breach_unchecked, \
     created_ms = excluded.created_ms WHERE users.verified_ms IS NULL RETURNING id"
);
const FIND: Statement = same!(
    "SELECT id, email, name, created_ms, password_hash, verified_ms IS NOT NULL, breach_unchecked \
     FROM users WHERE email_key = $1"
);
const FIND_BY_ID: Statement = same!(
    "SELECT id, email, name, created_ms, password_hash, verified_ms IS NOT NULL, breach_unchecked \
     FROM users WHERE id = $1"
);
const FIND_BY_TOKEN: Statement = clocked!(
    "SELECT id, email, name, users.created_ms, password_hash, verified_ms IS NOT NULL, breach_unchecked \
     FROM mail_tokens JOIN users ON users.id = mail_tokens.user_id, clock \
     WHERE token_hash = $2 AND purpose = $3 AND expires_ms > now_ms"
);
/// Takes the lock of the row of a token's user. Whatever changes a user locks this row first, and tokens and sessions
/// then, so that no two wait for each other.
const HOLD_BY_TOKEN: Statement = same!(
    "UPDATE users SET name = name WHERE id = \
     (SELECT user_id FROM mail_tokens WHERE token_hash = $1 AND purpose = $2)"
);
const FORGET_TOKENS: Statement = same!("DELETE FROM mail_tokens WHERE user_id = $1 AND purpose = $2");
const USE_TOKEN: Statement = clocked!(
    "DELETE FROM mail_tokens WHERE token_hash = $2 AND purpose = $3 AND expires_ms > (SELECT now_ms FROM clock) \
     RETURNING user_id"
);
const VERIFY: Statement =
    clocked!("UPDATE users SET verified_ms = coalesce(verified_ms, now_ms) FROM clock WHERE id = $2");
/// Who has a mail or a link on the way may still verify. A mail that is asked for in the very moment, on another node,
/// goes with the account: whoever asked can sign up again.
const FORGET_UNVERIFIED: Statement = clocked!(
    "DELETE FROM users WHERE verified_ms IS NULL AND created_ms <= (SELECT now_ms - $2 FROM clock) \
     AND NOT EXISTS (SELECT 1 FROM mails WHERE user_id = users.id) AND NOT EXISTS \
     (SELECT 1 FROM mail_tokens WHERE user_id = users.id AND expires_ms > (SELECT now_ms FROM clock))"
);

type Row = (String, String, String, i64, String, bool, bool);

impl Users<'_> {
    /// Makes a user whose address is still to be verified, and a mail about it: one to verify the address, or, where
    /// a verified account has it already, one that tells its owner.
    ///
    /// What was found is not told, so that nobody can tell either; `counted` is the subject of the attempt.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn sign_up(&self, new: &NewUser<'_>, counted: Subject) -> Result<(), Error> {
        let (now, id) = (self.0.injected_now(), new_id()?);
        in_transaction!(self.0, |transaction, text| {
            touch!(transaction, text, counted);
            let id: Option<String> = sqlx::query_scalar(text(&SIGN_UP))
                .bind(now)
                .bind(id)
                .bind(new.email.as_str())
                .bind(new.email.key())
                .bind(new.name)
                .bind(new.password.hash)
                .bind(new.password.is_unchecked)
                .fetch_optional(&mut *transaction)
                .await?;
            // A link to an earlier sign-up would verify the password of this one.
            if let Some(id) = &id {
                let query = sqlx::query(text(&FORGET_TOKENS)).bind(id).bind(Purpose::Verify.as_str());
                query.execute(&mut *transaction).await?;
            }
            let kind = if id.is_some() { MailKind::Verify } else { MailKind::Exists };
            mails::queue!(transaction, text, now, kind, new.email);
        });
        Ok(())
    }

    /// The user with this address.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find(&self, email: &Email) -> Result<Option<Credentials>, Error> {
        let row: Option<Row> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND)).bind(email.key()).fetch_optional(pool).await?
        });
        Ok(row.map(Credentials::from))
    }

    /// The user with this id.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find_by_id(&self, id: &str) -> Result<Option<Credentials>, Error> {
        let row: Option<Row> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND_BY_ID)).bind(id).fetch_optional(pool).await?
        });
        Ok(row.map(Credentials::from))
    }

    /// Queues a mail to verify the address again, if a user has it who has not verified it; `counted` is the subject of
    /// the attempt.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn resend_verification(&self, email: &Email, counted: Subject) -> Result<(), Error> {
        self.queue(MailKind::Verify, email, counted).await
    }

    /// The user whose mail to verify the address had this token, which stays as it is.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find_by_verification(&self, token: &Token) -> Result<Option<Credentials>, Error> {
        let now = self.0.injected_now();
        let row: Option<Row> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND_BY_TOKEN))
                .bind(now)
                .bind(token.hash().to_vec())
                .bind(Purpose::Verify.as_str())
                .fetch_optional(pool)
                .await?
        });
        Ok(row.map(Credentials::from))
    }

    /// Verifies the address whose mail had this token, once; tells whether there was one.
    ///
    /// A token dies with the password that it was made for, so a password that was found right for it still is.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn verify(&self, token: &Token) -> Result<bool, Error> {
        let now = self.0.injected_now();
        Ok(in_transaction!(self.0, |transaction, text| {
            let id = use_token!(transaction, text, now, token, Purpose::Verify);
            if let Some(id) = &id {
                sqlx::query(text(&VERIFY)).bind(now).bind(id).execute(&mut *transaction).await?;
                let query = sqlx::query(text(&FORGET_TOKENS)).bind(id).bind(Purpose::Verify.as_str());
                query.execute(&mut *transaction).await?;
            }
            id.is_some()
        }))
    }

    /// Removes the accounts whose address nobody verified within [`UNVERIFIED_DAYS`]; tells how many.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn forget_unverified(&self) -> Result<u64, Error> {
        let now = self.0.injected_now();
        Ok(on_each!(self.0, writer, |pool, text| {
            let query = sqlx::query(text(&FORGET_UNVERIFIED)).bind(now).bind(UNVERIFIED_DAYS * 86_400_000);
            query.execute(pool).await?.rows_affected()
        }))
    }

    async fn queue(&self, kind: MailKind, email: &Email, counted: Subject) -> Result<(), Error> {
        let now = self.0.injected_now();
        in_transaction!(self.0, |transaction, text| {
            touch!(transaction, text, counted);
            mails::queue!(transaction, text, now, kind, email);
        });
        Ok(())
    }
}

/// Writes the row of an attempt as it is, so that the transaction writes whether or not it finds a user, and its end
/// takes as long.
macro_rules! touch {
    ($transaction:ident, $text:ident, $counted:expr) => {
        sqlx::query($text(&throttle::TOUCH)).bind($counted.hash()).execute(&mut *$transaction).await?
    };
}
use touch;

/// Uses up a token within a transaction, with its user's row held; gives the id of the user, if it was alive.
macro_rules! use_token {
    ($transaction:ident, $text:ident, $now:expr, $token:expr, $purpose:expr) => {{
        let hold = sqlx::query($text(&$crate::users::HOLD_BY_TOKEN)).bind($token.hash().to_vec());
        hold.bind($purpose.as_str()).execute(&mut *$transaction).await?;
        let id: Option<String> = sqlx::query_scalar($text(&$crate::users::USE_TOKEN))
            .bind($now)
            .bind($token.hash().to_vec())
            .bind($purpose.as_str())
            .fetch_optional(&mut *$transaction)
            .await?;
        id
    }};
}
pub(crate) use use_token;

/// What a link in a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Verify,
    Reset,
}

impl Purpose {
    const ALL: [Self; 2] = [Self::Verify, Self::Reset];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }
}

impl From<Row> for Credentials {
    fn from((id, email, name, created_ms, password_hash, is_verified, is_unchecked): Row) -> Self {
        Self { user: User { id, email, name, created_ms }, password_hash, is_verified, is_unchecked }
    }
}
