//! Commands that ask for a login, by the device flow of OAuth (RFC 8628): each has a code of its own, and shows another
//! to a person, who tells an operator's page whether the command may sign in.
//!
//! A request is answered once and gives one login once. What was answered stays for a while, so that the command is
//! told what became of it.

use crate::audit::{self, Actor, AuditEvent, AuditKind};
use crate::error::Error;
use crate::logins::{self, Granted};
use crate::operators::Operator;
use crate::statement::{Statement, clocked, in_transaction, on_each};
use crate::store::Store;
use crate::token::{Token, new_id};
use crate::user_code::UserCode;

/// How long a command may wait for its answer, and fetch it.
pub const CODE_SECONDS: i64 = 600;
/// How long a command has to wait between two questions.
pub const POLL_SECONDS: i64 = 5;

/// The commands of a store that ask for a login; see [`Store::devices`](crate::Store::devices).
#[derive(Debug, Clone, Copy)]
pub struct Devices<'s>(pub(crate) &'s Store);

/// A command that asks.
#[derive(Debug, Clone, Copy)]
pub struct NewDevice<'n> {
    /// What it calls itself; not to be believed.
    pub client: &'n str,
    /// The address that it asks from.
    pub address: &'n str,
}

/// The codes of a request.
#[derive(Debug, Clone)]
pub struct Started {
    /// What the command proves itself with.
    pub device_code: Token,
    /// What a person types.
    pub user_code: UserCode,
}

/// A request that waits for an operator's answer. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequest {
    /// What the command calls itself.
    pub client: String,
    /// The address that it asked from.
    pub address: String,
    /// When it asked.
    pub created_ms: i64,
    /// When it was looked at.
    pub now_ms: i64,
}

/// What a command is told that asks for its token.
#[derive(Debug, Clone)]
pub enum Poll {
    /// Nobody has answered yet.
    Waiting,
    /// Nobody has, and the command asks too often.
    TooFast,
    /// An operator said no.
    Denied,
    /// The time is over.
    Expired,
    /// The code is none, or its token was given out already.
    Unknown,
    /// An operator said yes: here is the token, once.
    Granted(Granted),
}

/// Without an operator nobody could answer.
const START: Statement = clocked!(
    "INSERT INTO device_requests (id, device_hash, user_hash, client, address, state, created_ms, expires_ms) \
     SELECT $2, $3, $4, $5, $6, 'waiting', now_ms, now_ms + $7 FROM clock \
     WHERE EXISTS (SELECT 1 FROM operators)"
);
/// What is over is told for an hour.
const FORGET: Statement =
    clocked!("DELETE FROM device_requests WHERE expires_ms <= (SELECT now_ms - 3600000 FROM clock)");
const FIND: Statement = clocked!(
    "SELECT client, address, created_ms, now_ms FROM device_requests, clock \
     WHERE user_hash = $2 AND state = 'waiting' AND expires_ms > now_ms"
);
const DECIDE: Statement = clocked!(
    "UPDATE device_requests SET state = $3, operator_id = $4, answered_ms = now_ms FROM clock \
     WHERE user_hash = $2 AND state = 'waiting' AND expires_ms > now_ms RETURNING id, answered_ms"
);
const POLL: Statement = clocked!(
    "UPDATE device_requests SET polled_before_ms = polled_ms, polled_ms = now_ms FROM clock \
     WHERE device_hash = $2 RETURNING state, expires_ms, polled_before_ms, polled_ms"
);
/// Of two that fetch the token at once, one does.
const USE: Statement = clocked!(
    "UPDATE device_requests SET state = 'used' FROM clock \
     WHERE device_hash = $2 AND state = 'approved' AND expires_ms > now_ms \
     RETURNING id, operator_id, client, address"
);

impl Devices<'_> {
    /// Makes a request; none when there is no operator who could answer it.
    ///
    /// # Errors
    ///
    /// The store failed; there is no request then.
    pub async fn start(&self, new: &NewDevice<'_>) -> Result<Option<Started>, Error> {
        let now = self.0.injected_now();
        let started = Started { device_code: Token::generate()?, user_code: UserCode::generate()? };
        let id = new_id()?;
        let rows = in_transaction!(self.0, |transaction, text| {
            sqlx::query(text(&FORGET)).bind(now).execute(&mut *transaction).await?;
            sqlx::query(text(&START))
                .bind(now)
                .bind(id)
                .bind(started.device_code.hash().to_vec())
                .bind(started.user_code.hash())
                .bind(new.client)
                .bind(new.address)
                .bind(CODE_SECONDS * 1000)
                .execute(&mut *transaction)
                .await?
                .rows_affected()
        });
        Ok((rows == 1).then_some(started))
    }

    /// The request with this code, while it waits for an answer.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find(&self, code: &UserCode) -> Result<Option<DeviceRequest>, Error> {
        let now = self.0.injected_now();
        let row: Option<(String, String, i64, i64)> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND)).bind(now).bind(code.hash()).fetch_optional(pool).await?
        });
        Ok(row.map(|(client, address, created_ms, now_ms)| DeviceRequest {
            client,
            address,
            created_ms,
            now_ms,
        }))
    }

    /// Answers the request with this code, for an operator; tells whether it was still waiting.
    ///
    /// # Errors
    ///
    /// The store failed; the request is then not answered.
    pub async fn decide(&self, code: &UserCode, by: &Operator, may: bool) -> Result<bool, Error> {
        let now = self.0.injected_now();
        let event = if may { AuditEvent::Approved } else { AuditEvent::Denied };
        let row = in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query_as(text(&DECIDE)).bind(now).bind(code.hash());
            let query = query.bind(event.as_str()).bind(&by.id);
            let row: Option<(String, i64)> = query.fetch_optional(&mut *transaction).await?;
            if let Some((id, now_ms)) = &row {
                let actor = Actor::Operator(&by.id);
                audit::record!(transaction, text, event, AuditKind::Login, id, *now_ms, actor);
            }
            row
        });
        Ok(row.is_some())
    }

    /// What became of a command's request, and its token if an operator let it sign in.
    ///
    /// # Errors
    ///
    /// The store failed; the token is then still to be fetched.
    pub async fn poll(&self, device_code: &Token) -> Result<Poll, Error> {
        let (now, hash, token) = (self.0.injected_now(), device_code.hash().to_vec(), Token::generate()?);
        Ok(in_transaction!(self.0, |transaction, text| {
            let query = sqlx::query_as(text(&POLL)).bind(now).bind(&hash);
            let row: Option<(String, i64, Option<i64>, i64)> =
                query.fetch_optional(&mut *transaction).await?;
            match row.map_or(Ok(Poll::Unknown), judge) {
                Ok(answer) => answer,
                Err(Approved) => {
                    let query = sqlx::query_as(text(&USE)).bind(now).bind(&hash);
                    let used: Option<logins::New> = query.fetch_optional(&mut *transaction).await?;
                    match used {
                        None => Poll::Unknown,
                        Some(new) => Poll::Granted(logins::grant!(transaction, text, now, token, new)),
                    }
                }
            }
        }))
    }
}

/// A request that an operator has said yes to.
struct Approved;

/// What a command is told, going by its request: state, end, the question before, now.
fn judge(request: (String, i64, Option<i64>, i64)) -> Result<Poll, Approved> {
    let (state, expires_ms, polled_before_ms, now_ms) = request;
    let is_too_fast = polled_before_ms.is_some_and(|before| now_ms - before < POLL_SECONDS * 1000);
    match state.as_str() {
        "used" => Ok(Poll::Unknown),
        _ if expires_ms <= now_ms => Ok(Poll::Expired),
        "denied" => Ok(Poll::Denied),
        "approved" => Err(Approved),
        _ if is_too_fast => Ok(Poll::TooFast),
        _ => Ok(Poll::Waiting),
    }
}
