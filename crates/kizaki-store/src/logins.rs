//! Logins: the commands that operators are signed in with. Each has a token of its own, `kzl_` and 43 digits in base 62.
//!
//! A login opens the management of the service and no route of the app.

use crate::audit::{self, Actor, AuditEvent, AuditKind};
use crate::error::Error;
use crate::key::Secret;
use crate::keys::{Check, Reason};
use crate::operators::Operator;
use crate::refusals::Refusal;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;
use crate::token::Token;

/// How long a login lasts.
pub const LOGIN_DAYS: i64 = 30;
const PREFIX: &str = "kzl_";

/// The logins of a store; see [`Store::logins`](crate::Store::logins).
#[derive(Debug, Clone, Copy)]
pub struct Logins<'s>(pub(crate) &'s Store);

/// A new login, with its token, which is nowhere else.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The whole token.
    pub token: Secret,
    /// For how many milliseconds it is valid.
    pub length_ms: i64,
}

/// A login that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginAccess {
    /// What names it; no secret.
    pub id: String,
    /// Whose it is.
    pub operator: Operator,
    /// When it ends, in Unix milliseconds.
    pub expires_ms: i64,
}

/// Of whom a login is made: id, operator, client, address.
pub(crate) type New = (String, String, String, String);

/// Id, operator, name, used, expires, revoked, now.
type Row = (String, String, String, i64, i64, Option<i64>, i64);

pub(crate) const CREATE: Statement = clocked!(
    "INSERT INTO logins (id, token_hash, operator_id, client, address, created_ms, used_ms, expires_ms) \
     SELECT $2, $3, $4, $5, $6, now_ms, now_ms - now_ms % 60000, now_ms + $7 FROM clock WHERE true RETURNING created_ms"
);
/// What is over is told for 90 days.
pub(crate) const FORGET: Statement =
    clocked!("DELETE FROM logins WHERE expires_ms <= (SELECT now_ms - 7776000000 FROM clock)");
const CHECK: Statement = clocked!(
    "SELECT logins.id, operators.id, operators.name, used_ms, expires_ms, revoked_ms, now_ms \
     FROM logins JOIN operators ON operators.id = operator_id, clock WHERE token_hash = $2"
);
const USED: Statement = same!("UPDATE logins SET used_ms = $2 WHERE id = $1 AND used_ms < $2");
const REVOKE: Statement = clocked!(
    "UPDATE logins SET revoked_ms = now_ms FROM clock WHERE id = $2 AND revoked_ms IS NULL RETURNING revoked_ms"
);

/// Makes a login within a transaction.
macro_rules! grant {
    ($transaction:ident, $text:ident, $now:expr, $token:expr, $new:expr) => {{
        let (id, operator, client, address): $crate::logins::New = $new;
        let length_ms = $crate::logins::LOGIN_DAYS * 86_400_000;
        sqlx::query($text(&$crate::logins::FORGET)).bind($now).execute(&mut *$transaction).await?;
        let created_ms: i64 = sqlx::query_scalar($text(&$crate::logins::CREATE))
            .bind($now)
            .bind(&id)
            .bind($token.hash().to_vec())
            .bind(&operator)
            .bind(client)
            .bind(address)
            .bind(length_ms)
            .fetch_one(&mut *$transaction)
            .await?;
        let (event, kind) = ($crate::audit::AuditEvent::Created, $crate::audit::AuditKind::Login);
        let actor = $crate::audit::Actor::Operator(&operator);
        $crate::audit::record!($transaction, $text, event, kind, &id, created_ms, actor);
        $crate::logins::Granted { token: $crate::logins::text_of(&$token), length_ms }
    }};
}
pub(crate) use grant;

impl Logins<'_> {
    /// Whether a text is meant to be the token of a login, valid or not.
    #[must_use]
    pub fn is_meant(presented: &str) -> bool {
        presented.starts_with(PREFIX)
    }

    /// Judges what was presented as a login's token. A refusal is in the audit before it is returned.
    ///
    /// # Errors
    ///
    /// The store failed; the login is then not to be let in.
    pub async fn check(&self, presented: &str) -> Result<Check<LoginAccess>, Error> {
        let token = presented.strip_prefix(PREFIX).and_then(Token::parse);
        let Some(token) = token else { return self.refuse(None, Reason::Malformed).await };
        let now = self.0.injected_now();
        let row: Option<Row> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&CHECK)).bind(now).bind(token.hash().to_vec()).fetch_optional(pool).await?
        });
        let Some((id, operator, name, used_ms, expires_ms, revoked_ms, now_ms)) = row else {
            return self.refuse(None, Reason::UnknownId).await;
        };
        if revoked_ms.is_some() {
            return self.refuse(Some(id), Reason::Revoked).await;
        }
        if expires_ms <= now_ms {
            return self.refuse(Some(id), Reason::Expired).await;
        }
        let minute_ms = now_ms - now_ms.rem_euclid(60_000);
        if used_ms < minute_ms {
            on_each!(self.0, writer, |pool, text| {
                sqlx::query(text(&USED)).bind(&id).bind(minute_ms).execute(pool).await?;
            });
        }
        Ok(Check::Accepted(LoginAccess { id, operator: Operator { id: operator, name }, expires_ms }))
    }

    /// Ends a login that was accepted. When this returns, no check that begins later accepts it, on any node.
    ///
    /// # Errors
    ///
    /// The store failed; whether the login is over is then not known.
    pub async fn end(&self, login: &LoginAccess) -> Result<(), Error> {
        let now = self.0.injected_now();
        in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query_scalar(text(&REVOKE)).bind(now).bind(&login.id);
            let now_ms: Option<i64> = query.fetch_optional(&mut *transaction).await?;
            if let Some(now_ms) = now_ms {
                let (event, kind, actor) = (AuditEvent::Revoked, AuditKind::Login, Actor::Login(&login.id));
                audit::record!(transaction, text, event, kind, &login.id, now_ms, actor);
            }
        });
        Ok(())
    }

    async fn refuse(&self, id: Option<String>, reason: Reason) -> Result<Check<LoginAccess>, Error> {
        self.0.refusals.record(self.0, Refusal { kind: AuditKind::Login, id, reason }).await?;
        Ok(Check::Refused(reason))
    }
}

/// The whole token as text, for the command that asked for it.
pub(crate) fn text_of(token: &Token) -> Secret {
    let mut text = zeroize::Zeroizing::new(String::with_capacity(64));
    text.push_str(PREFIX);
    text.push_str(token.expose());
    Secret::new(&text)
}
