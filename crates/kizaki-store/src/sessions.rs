//! Sessions of signed-in users. A session is found by the hash of its token, and is over when it has no row.

use crate::error::Error;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;
use crate::token::{Token, new_id};
use crate::users::User;

/// The sessions of a store; see [`Store::sessions`](crate::Store::sessions).
#[derive(Debug, Clone, Copy)]
pub struct Sessions<'s>(pub(crate) &'s Store);

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// What names it; no secret.
    pub id: String,
    /// Whose it is.
    pub user: User,
    /// When it ends, in Unix milliseconds.
    pub expires_ms: i64,
}

/// Takes the lock of the user's row, so that a change of the password comes whole before or whole after the session.
/// Before all else: changes of passwords lock the user first and sessions then.
const HOLD: Statement =
    same!("UPDATE users SET password_hash = password_hash WHERE id = $1 AND password_hash = $2");
/// Only a verified user has sessions, and only while the password is the one that was verified.
const BEGIN: Statement = clocked!(
    "INSERT INTO sessions (token_hash, id, user_id, created_ms, expires_ms) \
     SELECT $2, $3, id, now_ms, now_ms + $4 FROM users, clock \
     WHERE id = $5 AND password_hash = $6 AND verified_ms IS NOT NULL"
);
const FIND: Statement = clocked!(
    "SELECT sessions.id, users.id, users.email, users.name, users.created_ms, expires_ms FROM sessions \
     JOIN users ON users.id = user_id, clock WHERE token_hash = $2 AND expires_ms > now_ms"
);
const END: Statement = same!("DELETE FROM sessions WHERE token_hash = $1");
/// Those of all users, so it waits for none that another transaction has.
const FORGET: Statement = clocked!(
    sqlite "DELETE FROM sessions WHERE expires_ms <= (SELECT now_ms FROM clock)",
    postgres
    "DELETE FROM sessions WHERE token_hash = ANY (ARRAY(SELECT token_hash FROM sessions \
     WHERE expires_ms <= (SELECT now_ms FROM clock) FOR UPDATE SKIP LOCKED))"
);

impl Sessions<'_> {
    /// Begins a session of a user whose password has this hash, and ends the one that the browser had before; none when
    /// the user is not verified or the password has changed.
    ///
    /// # Errors
    ///
    /// The store failed; there is no session then.
    pub async fn begin(
        &self,
        user: &str,
        password_hash: &str,
        seconds: u64,
        before: Option<&Token>,
    ) -> Result<Option<Token>, Error> {
        let (now, token, id) = (self.0.injected_now(), Token::generate()?, new_id()?);
        let length_ms = i64::try_from(seconds).unwrap_or(i64::MAX / 1_000_000).saturating_mul(1000);
        let rows = in_transaction!(self.0, |transaction, text| {
            sqlx::query(text(&HOLD)).bind(user).bind(password_hash).execute(&mut *transaction).await?;
            sqlx::query(text(&FORGET)).bind(now).execute(&mut *transaction).await?;
            if let Some(before) = before {
                sqlx::query(text(&END)).bind(before.hash().to_vec()).execute(&mut *transaction).await?;
            }
            let query = sqlx::query(text(&BEGIN)).bind(now).bind(token.hash().to_vec()).bind(id);
            let query = query.bind(length_ms).bind(user).bind(password_hash);
            query.execute(&mut *transaction).await?.rows_affected()
        });
        Ok((rows == 1).then_some(token))
    }

    /// The session of a token, while it goes on.
    ///
    /// # Errors
    ///
    /// The store failed; nobody is to be let in then.
    pub async fn find(&self, token: &Token) -> Result<Option<LiveSession>, Error> {
        let now = self.0.injected_now();
        let row: Option<(String, String, String, String, i64, i64)> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND)).bind(now).bind(token.hash().to_vec()).fetch_optional(pool).await?
        });
        Ok(row.map(|(id, user, email, name, created_ms, expires_ms)| LiveSession {
            id,
            user: User { id: user, email, name, created_ms },
            expires_ms,
        }))
    }

    /// Ends the session of a token, if there is one. When this returns, no look-up that begins later finds it.
    ///
    /// # Errors
    ///
    /// The store failed; whether the session is over is then not known.
    pub async fn end(&self, token: &Token) -> Result<(), Error> {
        on_each!(self.0, writer, |pool, text| {
            sqlx::query(text(&END)).bind(token.hash().to_vec()).execute(pool).await?;
        });
        Ok(())
    }
}
