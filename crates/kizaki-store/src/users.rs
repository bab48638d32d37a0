//! Users: people who sign up with an e-mail address and a password.
//!
//! The store never sees a password, only its hash. Where a password decides, the hash that was verified is named again
//! in the statement that acts on it, so that a change in between lets nobody in.

use crate::email::Email;
use crate::error::Error;
use crate::mails::{self, MailKind};
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;
use crate::throttle::{self, Subject};
use crate::token::{Token, new_id};

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
    /// The password's hash in PHC form.
    pub password_hash: &'n str,
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
}

/// Until the address is verified, nobody knows whose the account is; the last who signed up for it has it.
const SIGN_UP: Statement = clocked!(
    "INSERT INTO users (id, email, email_key, name, password_hash, created_ms) \
     SELECT $2, $3, $4, $5, $6, now_ms FROM clock WHERE true \
     ON CONFLICT (email_key) DO UPDATE SET email = excluded.email, name = excluded.name, \
     password_hash = excluded.password_hash WHERE users.verified_ms IS NULL RETURNING id"
);
const FIND: Statement = same!(
    "SELECT id, email, name, created_ms, password_hash, verified_ms IS NOT NULL FROM users WHERE email_key = $1"
);
const FIND_BY_ID: Statement = same!(
    "SELECT id, email, name, created_ms, password_hash, verified_ms IS NOT NULL FROM users WHERE id = $1"
);
const FIND_BY_TOKEN: Statement = clocked!(
    "SELECT id, email, name, users.created_ms, password_hash, verified_ms IS NOT NULL \
     FROM mail_tokens JOIN users ON users.id = mail_tokens.user_id, clock \
     WHERE token_hash = $2 AND purpose = $3 AND expires_ms > now_ms"
);
const FORGET_TOKENS: Statement = same!("DELETE FROM mail_tokens WHERE user_id = $1 AND purpose = $2");
const USE_TOKEN: Statement = clocked!(
    "DELETE FROM mail_tokens WHERE token_hash = $2 AND purpose = $3 AND expires_ms > (SELECT now_ms FROM clock) \
     RETURNING user_id"
);
const HAS_TOKEN: Statement = clocked!(
    "SELECT count(*) FROM mail_tokens, clock WHERE token_hash = $2 AND purpose = $3 AND expires_ms > now_ms"
);
const VERIFY: Statement =
    clocked!("UPDATE users SET verified_ms = coalesce(verified_ms, now_ms) FROM clock WHERE id = $2");
const SET_PASSWORD: Statement = same!("UPDATE users SET password_hash = $2 WHERE id = $1");
const REPLACE_PASSWORD: Statement =
    same!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2");
const END_SESSIONS: Statement = same!("DELETE FROM sessions WHERE user_id = $1");
const END_OTHER_SESSIONS: Statement = same!("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2");

type Row = (String, String, String, i64, String, bool);

impl Users<'_> {
    /// Makes a user whose address is still to be verified, and a mail about it: one to verify the address, or, where
    /// a verified account has it already, one that tells its owner.
    ///
    /// What was found is not told, so that nobody can tell either.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn sign_up(&self, new: &NewUser<'_>) -> Result<(), Error> {
        let (now, id) = (self.0.injected_now(), new_id()?);
        in_transaction!(self.0, |transaction, text| {
            let id: Option<String> = sqlx::query_scalar(text(&SIGN_UP))
                .bind(now)
                .bind(id)
                .bind(new.email.as_str())
                .bind(new.email.key())
                .bind(new.name)
                .bind(new.password_hash)
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

    /// Queues a mail with a link to choose a new password, if a user has this address; `counted` is the subject of the
    /// attempt.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn forgot_password(&self, email: &Email, counted: Subject) -> Result<(), Error> {
        self.queue(MailKind::Reset, email, counted).await
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

    /// Whether a token lets someone choose a new password now.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn can_reset(&self, token: &Token) -> Result<bool, Error> {
        let now = self.0.injected_now();
        let count: i64 = on_each!(self.0, |pool, text| {
            sqlx::query_scalar(text(&HAS_TOKEN))
                .bind(now)
                .bind(token.hash().as_slice())
                .bind(Purpose::Reset.as_str())
                .fetch_one(pool)
                .await?
        });
        Ok(count == 1)
    }

    /// Sets the password of the user whose mail had this token, once, and ends all their sessions; tells whether there
    /// was one. The address is verified by that, too: who has the token reads its mail.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn reset_password(&self, token: &Token, new_hash: &str) -> Result<bool, Error> {
        let now = self.0.injected_now();
        Ok(in_transaction!(self.0, |transaction, text| {
            let id = use_token!(transaction, text, now, token, Purpose::Reset);
            if let Some(id) = &id {
                sqlx::query(text(&SET_PASSWORD)).bind(id).bind(new_hash).execute(&mut *transaction).await?;
                sqlx::query(text(&VERIFY)).bind(now).bind(id).execute(&mut *transaction).await?;
                sqlx::query(text(&END_SESSIONS)).bind(id).execute(&mut *transaction).await?;
                for purpose in Purpose::ALL {
                    let query = sqlx::query(text(&FORGET_TOKENS)).bind(id).bind(purpose.as_str());
                    query.execute(&mut *transaction).await?;
                }
            }
            id.is_some()
        }))
    }

    /// Replaces the password with the hash `old_hash` and ends all sessions but the one of `kept`; tells whether the
    /// password was still that one.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn change_password(
        &self,
        id: &str,
        old_hash: &str,
        new_hash: &str,
        kept: &Token,
    ) -> Result<bool, Error> {
        Ok(in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query(text(&REPLACE_PASSWORD)).bind(id).bind(old_hash).bind(new_hash);
            let is_changed = query.execute(&mut *transaction).await?.rows_affected() == 1;
            if is_changed {
                let query = sqlx::query(text(&END_OTHER_SESSIONS)).bind(id).bind(kept.hash().to_vec());
                query.execute(&mut *transaction).await?;
                let query = sqlx::query(text(&FORGET_TOKENS)).bind(id).bind(Purpose::Reset.as_str());
                query.execute(&mut *transaction).await?;
            }
            is_changed
        }))
    }

    /// Replaces a hash by another of the same password; nothing happens when the password has changed.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn rehash(&self, id: &str, old_hash: &str, new_hash: &str) -> Result<(), Error> {
        on_each!(self.0, writer, |pool, text| {
            let query = sqlx::query(text(&REPLACE_PASSWORD)).bind(id).bind(old_hash).bind(new_hash);
            query.execute(pool).await?;
        });
        Ok(())
    }

    /// The transaction writes whether or not it finds a user, so that its end takes as long.
    async fn queue(&self, kind: MailKind, email: &Email, counted: Subject) -> Result<(), Error> {
        let now = self.0.injected_now();
        in_transaction!(self.0, |transaction, text| {
            let touch = sqlx::query(text(&throttle::TOUCH)).bind(counted.hash());
            touch.execute(&mut *transaction).await?;
            mails::queue!(transaction, text, now, kind, email);
        });
        Ok(())
    }
}

/// Uses up a token within a transaction; gives the id of its user, if it was alive.
macro_rules! use_token {
    ($transaction:ident, $text:ident, $now:expr, $token:expr, $purpose:expr) => {{
        let id: Option<String> = sqlx::query_scalar($text(&USE_TOKEN))
            .bind($now)
            .bind($token.hash().to_vec())
            .bind($purpose.as_str())
            .fetch_optional(&mut *$transaction)
            .await?;
        id
    }};
}
use use_token;

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
    fn from((id, email, name, created_ms, password_hash, is_verified): Row) -> Self {
        Self { user: User { id, email, name, created_ms }, password_hash, is_verified }
    }
}
