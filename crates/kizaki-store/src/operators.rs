//! Operators: the people who look after the service. They are no users of the app, and have a name and a password.
//!
//! Each is made by a link that whoever runs the service on its machine asks for; the store never sees a password, only
//! its hash. An operator's session is a browser's; commands have [logins](crate::Logins).

use crate::audit::{self, Actor, AuditEvent, AuditKind};
use crate::error::Error;
use crate::keys::{Reason, is_name};
use crate::refusals::Refusal;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::{NOW, Store};
use crate::token::{Token, new_id};

/// How long a link to make an operator works.
pub const SET_UP_MINUTES: i64 = 30;
/// How long an operator's browser is signed in.
pub const SESSION_SECONDS: u64 = 3600;

/// The operators of a store; see [`Store::operators`](crate::Store::operators).
#[derive(Debug, Clone, Copy)]
pub struct Operators<'s>(pub(crate) &'s Store);

/// An operator to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewOperator<'n> {
    /// What people call them; no two have the same in lower case.
    pub name: &'n str,
    /// The password's hash in PHC form.
    pub password_hash: &'n str,
}

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The id; a UUID.
    pub id: String,
    /// What people call them.
    pub name: String,
}

/// An operator as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRecord {
    /// Who it is.
    pub operator: Operator,
    /// Since when, in Unix milliseconds.
    pub created_ms: i64,
    /// How many browsers they are signed in with.
    pub sessions: u64,
    /// How many commands they are signed in with.
    pub logins: u64,
}

/// Operators, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorListing {
    /// When they were listed, in Unix milliseconds.
    pub now_ms: i64,
    /// Each of them.
    pub operators: Vec<OperatorRecord>,
}

/// An operator with what a sign-in needs to know.
#[derive(Debug, Clone)]
pub struct OperatorCredentials {
    /// Who it is.
    pub operator: Operator,
    /// The password's hash in PHC form.
    pub password_hash: String,
}

/// What came of a link to make an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetUp {
    /// There is the operator; the link does not work any more.
    Made(Operator),
    /// Another operator has the name; the link still works.
    Taken,
    /// The link was used already, or is too old.
    Dead,
}

/// An operator's browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSession {
    /// Whose it is.
    pub operator: Operator,
}

/// The time; then id, name, creation, sessions and logins of an operator, if there is one.
type Listed = (i64, Option<String>, Option<String>, Option<i64>, i64, i64);

const COUNT: Statement = same!("SELECT count(*) FROM operators");
const LIST: Statement = clocked!(
    "SELECT now_ms, operators.id, name, operators.created_ms, \
     (SELECT count(*) FROM operator_sessions WHERE operator_id = operators.id AND expires_ms > now_ms), \
     (SELECT count(*) FROM logins WHERE operator_id = operators.id AND expires_ms > now_ms AND revoked_ms IS NULL) \
     FROM clock LEFT JOIN operators ON true ORDER BY name_key"
);
/// With all that was begun in their name. What begins it at the same time finds no operator any more.
const REMOVE: Statement = same!("DELETE FROM operators WHERE name_key = $1 RETURNING id, name");
const FORGET_SET_UPS: Statement = same!("DELETE FROM operator_setups");
const NEW_SET_UP: Statement = clocked!(
    "INSERT INTO operator_setups (token_hash, expires_ms) SELECT $2, now_ms + $3 FROM clock WHERE true \
     RETURNING expires_ms"
);
const CAN_SET_UP: Statement =
    clocked!("SELECT count(*) FROM operator_setups, clock WHERE token_hash = $2 AND expires_ms > now_ms");
/// Two that use a link at once come one after the other.
const HOLD_SET_UP: Statement = clocked!(
    "UPDATE operator_setups SET expires_ms = expires_ms FROM clock WHERE token_hash = $2 AND expires_ms > now_ms"
);
const CREATE: Statement = clocked!(
    "INSERT INTO operators (id, name, name_key, password_hash, created_ms) \
     SELECT $2, $3, $4, $5, now_ms FROM clock WHERE true ON CONFLICT (name_key) DO NOTHING RETURNING created_ms"
);
const FIND: Statement = same!("SELECT id, name, password_hash FROM operators WHERE name_key = $1");
const REPLACE_HASH: Statement =
    same!("UPDATE operators SET password_hash = $3 WHERE id = $1 AND password_hash = $2");
/// Only while the password is the one that was verified.
const BEGIN: Statement = clocked!(
    "INSERT INTO operator_sessions (token_hash, operator_id, created_ms, expires_ms) \
     SELECT $2, id, now_ms, now_ms + $3 FROM operators, clock WHERE id = $4 AND password_hash = $5"
);
const SESSION: Statement = clocked!(
    "SELECT operators.id, operators.name FROM operator_sessions \
     JOIN operators ON operators.id = operator_id, clock WHERE token_hash = $2 AND expires_ms > now_ms"
);
const END: Statement = same!("DELETE FROM operator_sessions WHERE token_hash = $1");
const FORGET: Statement =
    clocked!("DELETE FROM operator_sessions WHERE expires_ms <= (SELECT now_ms FROM clock)");

impl Operators<'_> {
    /// How many operators there are.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn count(&self) -> Result<u64, Error> {
        let count: i64 =
            on_each!(self.0, |pool, text| sqlx::query_scalar(text(&COUNT)).fetch_one(pool).await?);
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// All operators.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn list(&self) -> Result<OperatorListing, Error> {
        let now = self.0.injected_now();
        let rows: Vec<Listed> =
            on_each!(self.0, |pool, text| sqlx::query_as(text(&LIST)).bind(now).fetch_all(pool).await?);
        let now_ms = rows.first().map_or(0, |row| row.0);
        let operators = rows.into_iter().filter_map(OperatorRecord::read).collect();
        Ok(OperatorListing { now_ms, operators })
    }

    /// Removes the operator with this name, in any case, and ends all that they are signed in with: when this returns, no
    /// look-up that begins later finds a session or a login of theirs, on any node. What they made stays.
    ///
    /// # Errors
    ///
    /// The store failed; the operator may be there as before.
    pub async fn remove(&self, name: &str) -> Result<Option<Operator>, Error> {
        // PostgreSQL fails at texts that are no name of anybody.
        if !is_name(name) {
            return Ok(None);
        }
        let now = self.0.injected_now();
        Ok(in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query_as(text(&REMOVE)).bind(name_key(name));
            let removed: Option<(String, String)> = query.fetch_optional(&mut *transaction).await?;
            if let Some((id, _)) = &removed {
                let query = sqlx::query_scalar(text(&NOW)).bind(now);
                let now_ms: i64 = query.fetch_one(&mut *transaction).await?;
                let (event, kind) = (AuditEvent::Revoked, AuditKind::Operator);
                audit::record!(transaction, text, event, kind, id, now_ms, Actor::Machine);
            }
            removed.map(|(id, name)| Operator { id, name })
        }))
    }

    /// The token of a new link to make an operator, once and within [`SET_UP_MINUTES`]. Links before it die.
    ///
    /// # Errors
    ///
    /// The store failed; there is no link then.
    pub async fn new_set_up(&self) -> Result<Token, Error> {
        let (now, token) = (self.0.injected_now(), Token::generate()?);
        in_transaction!(self.0, |transaction, text| {
            sqlx::query(text(&FORGET_SET_UPS)).execute(&mut *transaction).await?;
            let query = sqlx::query_scalar(text(&NEW_SET_UP)).bind(now).bind(token.hash().to_vec());
            let length_ms = SET_UP_MINUTES * 60_000;
            let expires_ms: i64 = query.bind(length_ms).fetch_one(&mut *transaction).await?;
            let now_ms = expires_ms - length_ms;
            audit::record!(
                transaction,
                text,
                AuditEvent::Created,
                AuditKind::SetUp,
                "",
                now_ms,
                Actor::Machine
            );
        });
        Ok(token)
    }

    /// Whether the link of a token works now.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn can_set_up(&self, token: &Token) -> Result<bool, Error> {
        let now = self.0.injected_now();
        let count: i64 = on_each!(self.0, |pool, text| {
            let query = sqlx::query_scalar(text(&CAN_SET_UP)).bind(now).bind(token.hash().to_vec());
            query.fetch_one(pool).await?
        });
        Ok(count == 1)
    }

    /// Makes an operator by the token of a link, which is used up by that.
    ///
    /// # Errors
    ///
    /// The store failed; there is no operator then, and the link is as it was.
    pub async fn set_up(&self, token: &Token, new: &NewOperator<'_>) -> Result<SetUp, Error> {
        let (now, id) = (self.0.injected_now(), new_id()?);
        Ok(in_transaction!(self.0, |transaction, text| {
            let hold = sqlx::query(text(&HOLD_SET_UP)).bind(now).bind(token.hash().to_vec());
            if hold.execute(&mut *transaction).await?.rows_affected() == 1 {
                let query = sqlx::query_scalar(text(&CREATE)).bind(now).bind(&id).bind(new.name);
                let query = query.bind(name_key(new.name)).bind(new.password_hash);
                let created_ms: Option<i64> = query.fetch_optional(&mut *transaction).await?;
                match created_ms {
                    None => SetUp::Taken,
                    Some(created_ms) => {
                        sqlx::query(text(&FORGET_SET_UPS)).execute(&mut *transaction).await?;
                        let (event, kind) = (AuditEvent::Created, AuditKind::Operator);
                        audit::record!(transaction, text, event, kind, &id, created_ms, Actor::Machine);
                        SetUp::Made(Operator { id, name: new.name.to_owned() })
                    }
                }
            } else {
                SetUp::Dead
            }
        }))
    }

    /// The operator with this name, in any case.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find(&self, name: &str) -> Result<Option<OperatorCredentials>, Error> {
        // PostgreSQL fails at texts that are no name of anybody.
        if !is_name(name) {
            return Ok(None);
        }
        let row: Option<(String, String, String)> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND)).bind(name_key(name)).fetch_optional(pool).await?
        });
        let credentials = |(id, name, password_hash)| OperatorCredentials {
            operator: Operator { id, name },
            password_hash,
        };
        Ok(row.map(credentials))
    }

    /// Writes a refused sign-in into the audit: of an operator whose password it was not, or of nobody.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn refuse(&self, found: Option<&Operator>) -> Result<(), Error> {
        let reason = if found.is_some() { Reason::WrongSecret } else { Reason::UnknownId };
        let id = found.map(|operator| operator.id.clone());
        self.0.refusals.record(self.0, Refusal { kind: AuditKind::Operator, id, reason }).await
    }

    /// Replaces a hash by another of the same password; nothing happens when the password has changed.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn rehash(&self, id: &str, old_hash: &str, new_hash: &str) -> Result<(), Error> {
        on_each!(self.0, writer, |pool, text| {
            let query = sqlx::query(text(&REPLACE_HASH)).bind(id).bind(old_hash).bind(new_hash);
            query.execute(pool).await?;
        });
        Ok(())
    }

    /// Begins a session of an operator whose password has this hash, and ends the one that the browser had before; none
    /// when the password has changed.
    ///
    /// # Errors
    ///
    /// The store failed; there is no session then.
    pub async fn begin(
        &self,
        id: &str,
        password_hash: &str,
        before: Option<&Token>,
    ) -> Result<Option<Token>, Error> {
        let (now, token) = (self.0.injected_now(), Token::generate()?);
        let length_ms = i64::try_from(SESSION_SECONDS).unwrap_or(0).saturating_mul(1000);
        let rows = in_transaction!(self.0, |transaction, text| {
            sqlx::query(text(&FORGET)).bind(now).execute(&mut *transaction).await?;
            if let Some(before) = before {
                sqlx::query(text(&END)).bind(before.hash().to_vec()).execute(&mut *transaction).await?;
            }
            let query = sqlx::query(text(&BEGIN)).bind(now).bind(token.hash().to_vec());
            let query = query.bind(length_ms).bind(id).bind(password_hash);
            query.execute(&mut *transaction).await?.rows_affected()
        });
        Ok((rows == 1).then_some(token))
    }

    /// The session of a token, while it goes on.
    ///
    /// # Errors
    ///
    /// The store failed; nobody is to be let in then.
    pub async fn session(&self, token: &Token) -> Result<Option<OperatorSession>, Error> {
        let now = self.0.injected_now();
        let row: Option<(String, String)> = on_each!(self.0, |pool, text| {
            let query = sqlx::query_as(text(&SESSION)).bind(now).bind(token.hash().to_vec());
            query.fetch_optional(pool).await?
        });
        Ok(row.map(|(id, name)| OperatorSession { operator: Operator { id, name } }))
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

impl OperatorRecord {
    fn read((_, id, name, created_ms, sessions, logins): Listed) -> Option<Self> {
        let count = |count| u64::try_from(count).unwrap_or_default();
        Some(Self {
            operator: Operator { id: id?, name: name? },
            created_ms: created_ms?,
            sessions: count(sessions),
            logins: count(logins),
        })
    }
}

/// As names are compared.
fn name_key(name: &str) -> String {
    name.to_lowercase()
}
