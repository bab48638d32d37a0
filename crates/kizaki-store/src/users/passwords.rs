//! New passwords: by a link in a mail, by the one before, and what is still to be known of them.

use super::{FORGET_TOKENS, Purpose, Users, VERIFY, use_token};
use crate::email::Email;
use crate::error::Error;
use crate::mails::MailKind;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::throttle::Subject;
use crate::token::Token;

/// A password that was chosen.
#[derive(Debug, Clone, Copy)]
pub struct NewPassword<'n> {
    /// Its hash in PHC form.
    pub hash: &'n str,
    /// Whether it is still to be looked up among those known from leaks.
    pub is_unchecked: bool,
}

const HAS_TOKEN: Statement = clocked!(
    "SELECT count(*) FROM mail_tokens, clock WHERE token_hash = $2 AND purpose = $3 AND expires_ms > now_ms"
);
const SET_PASSWORD: Statement =
    same!("UPDATE users SET password_hash = $2, breach_unchecked = $3 WHERE id = $1");
const REPLACE_PASSWORD: Statement =
    same!("UPDATE users SET password_hash = $3, breach_unchecked = $4 WHERE id = $1 AND password_hash = $2");
const REHASH: Statement = same!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2");
const CHECKED: Statement =
    same!("UPDATE users SET breach_unchecked = false WHERE id = $1 AND password_hash = $2");
const END_SESSIONS: Statement = same!("DELETE FROM sessions WHERE user_id = $1");
const END_OTHER_SESSIONS: Statement = same!("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2");

impl Users<'_> {
    /// Queues a mail with a link to choose a new password, if a user has this address; `counted` is the
    /// subject of the attempt.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn forgot_password(&self, email: &Email, counted: Subject) -> Result<(), Error> {
        self.queue(MailKind::Reset, email, counted).await
    }

    /// Queues a mail with a link to choose another password, because the one that signed in is known from a
    /// leak; `counted` is the subject of the attempt.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn leaked_password(&self, email: &Email, counted: Subject) -> Result<(), Error> {
        self.queue(MailKind::Leaked, email, counted).await
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

    /// Sets the password of the user whose mail had this token, once, and ends all their sessions; tells
    /// whether there was one. The address is verified by that, too: who has the token reads its mail.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn reset_password(&self, token: &Token, new: NewPassword<'_>) -> Result<bool, Error> {
        let now = self.0.injected_now();
        Ok(in_transaction!(self.0, |transaction, text| {
            let id = use_token!(transaction, text, now, token, Purpose::Reset);
            if let Some(id) = &id {
                let query = sqlx::query(text(&SET_PASSWORD)).bind(id).bind(new.hash).bind(new.is_unchecked);
                query.execute(&mut *transaction).await?;
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

    /// Replaces the password with the hash `old_hash` and ends all sessions but the one of `kept`; tells
    /// whether the password was still that one.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn change_password(
        &self,
        id: &str,
        old_hash: &str,
        new: NewPassword<'_>,
        kept: &Token,
    ) -> Result<bool, Error> {
        Ok(in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query(text(&REPLACE_PASSWORD)).bind(id).bind(old_hash);
            let query = query.bind(new.hash).bind(new.is_unchecked);
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
            let query = sqlx::query(text(&REHASH)).bind(id).bind(old_hash).bind(new_hash);
            query.execute(pool).await?;
        });
        Ok(())
    }

    /// Notes that the password with this hash was looked up and is not known from leaks; nothing happens when
    /// the password has changed.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn checked(&self, id: &str, hash: &str) -> Result<(), Error> {
        on_each!(self.0, writer, |pool, text| {
            sqlx::query(text(&CHECKED)).bind(id).bind(hash).execute(pool).await?;
        });
        Ok(())
    }
}
