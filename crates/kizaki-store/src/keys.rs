//! Keys of either kind: made, listed, rotated, revoked and checked, each with its audit record.
//!
//! A key is one row. Its secret is replaced by a rotation, which keeps the one before for a grace period; at most these
//! two are alive. Every change is one statement on that row, so that checks on all nodes see it whole or not at all.

mod check;
mod record;
mod setting;

pub use self::check::{Check, Reason};
pub use self::record::{Issued, KeyRecord, KeyState, Listing, Revocation, Rotation};
pub use self::setting::{Filter, Lifetime, MOST_GRACE_MS, MOST_LIFETIME_MS, MOST_NAME_CHARACTERS, is_name};

pub(crate) use self::check::Access;
pub(crate) use self::record::Row;
use crate::audit::{self, Actor, AuditEvent};
use crate::error::Error;
use crate::key::{Key, KeyId, Kind};
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::store::Store;

/// The keys of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys<'s> {
    store: &'s Store,
    kind: Kind,
    actor: Actor<'s>,
}

const CREATE: Statement = clocked!(
    "INSERT INTO keys (id, kind, scope, name, secret_hash, created_ms, expires_ms) \
     SELECT $2, $3, $4, $5, $6, now_ms, now_ms + $7 FROM clock WHERE true \
     RETURNING id, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms, created_ms"
);
const LIST: Statement = same!(
    "SELECT id, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms, $1 FROM keys \
     WHERE kind = $2 AND ($3 IS NULL OR scope = $3) \
     AND ($4 IS NULL OR (revoked_ms IS NULL AND expires_ms > $1 AND expires_ms <= $1 + $4)) \
     ORDER BY created_ms, id"
);
const FIND: Statement = clocked!(
    "SELECT id, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms, now_ms \
     FROM keys, clock WHERE id = $2 AND kind = $3"
);
/// The old secret ends with the grace period or with the key, whichever comes first.
const ROTATE: Statement = clocked!(
    "UPDATE keys SET secret_hash = $4, previous_hash = secret_hash, rotated_ms = now_ms, previous_ends_ms = \
     CASE WHEN expires_ms < now_ms + $5 THEN expires_ms ELSE now_ms + $5 END \
     FROM clock WHERE id = $2 AND kind = $3 AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > now_ms) \
     RETURNING id, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms, rotated_ms"
);
const REVOKE: Statement = clocked!(
    "UPDATE keys SET revoked_ms = now_ms FROM clock WHERE id = $2 AND kind = $3 AND revoked_ms IS NULL \
     RETURNING id, scope, name, created_ms, expires_ms, rotated_ms, previous_ends_ms, revoked_ms, revoked_ms"
);

impl<'s> Keys<'s> {
    pub(crate) fn new(store: &'s Store, kind: Kind) -> Self {
        Self { store, kind, actor: Actor::Machine }
    }

    pub(crate) fn by(self, actor: Actor<'s>) -> Self {
        Self { actor, ..self }
    }

    /// Makes a key; `scope` is given for API keys only.
    pub(crate) async fn create(
        self,
        scope: Option<&str>,
        name: &str,
        lifetime: Lifetime,
    ) -> Result<Issued, Error> {
        scope.map_or(Ok(()), setting::scope)?;
        setting::name(name)?;
        let lifetime = lifetime.milliseconds()?;
        let key = Key::generate(self.kind)?;
        let (now, kind) = (self.store.injected_now(), self.kind.as_str());
        let row: Row = in_transaction!(self.store, |transaction, text| {
            let row: Row = sqlx::query_as(text(&CREATE))
                .bind(now)
                .bind(key.id.as_str())
                .bind(kind)
                .bind(scope)
                .bind(name)
                .bind(key.hash().as_slice())
                .bind(lifetime)
                .fetch_one(&mut *transaction)
                .await?;
            audit::record!(transaction, text, AuditEvent::Created, self.kind, &row.0, row.8, self.actor);
            row
        });
        Issued::new(&key, self.kind, row)
    }

    pub(crate) async fn list(self, filter: Filter<'_>) -> Result<Listing, Error> {
        filter.scope.map_or(Ok(()), setting::scope)?;
        let expiring = filter.expiring_ms.map(setting::period).transpose()?;
        let now_ms = self.store.now_ms().await?;
        let rows: Vec<Row> = on_each!(self.store, |pool, text| {
            sqlx::query_as(text(&LIST))
                .bind(now_ms)
                .bind(self.kind.as_str())
                .bind(filter.scope)
                .bind(expiring)
                .fetch_all(pool)
                .await?
        });
        let keys = rows.into_iter().map(|row| KeyRecord::new(self.kind, row)).collect::<Result<_, _>>()?;
        Ok(Listing { now_ms, keys })
    }

    pub(crate) async fn find(self, id: &KeyId) -> Result<Option<(KeyRecord, i64)>, Error> {
        let now = self.store.injected_now();
        let row: Option<Row> = on_each!(self.store, |pool, text| {
            let query = sqlx::query_as(text(&FIND)).bind(now).bind(id.as_str()).bind(self.kind.as_str());
            query.fetch_optional(pool).await?
        });
        let with_time = |row: Row| Ok((KeyRecord::new(self.kind, row.clone())?, row.8));
        row.map(with_time).transpose()
    }

    pub(crate) async fn rotate(self, id: &KeyId, grace_ms: u64) -> Result<Rotation, Error> {
        let grace = setting::grace(grace_ms)?;
        let key = Key::generate_for(self.kind, id.clone())?;
        let (now, kind) = (self.store.injected_now(), self.kind.as_str());
        let row: Option<Row> = in_transaction!(self.store, |transaction, text| {
            let row: Option<Row> = sqlx::query_as(text(&ROTATE))
                .bind(now)
                .bind(id.as_str())
                .bind(kind)
                .bind(key.hash().as_slice())
                .bind(grace)
                .fetch_optional(&mut *transaction)
                .await?;
            if let Some(row) = &row {
                audit::record!(transaction, text, AuditEvent::Rotated, self.kind, &row.0, row.8, self.actor);
            }
            row
        });
        if let Some(row) = row {
            return Ok(Rotation::Rotated(Issued::new(&key, self.kind, row)?));
        }
        Ok(match self.find(id).await? {
            None => Rotation::Unknown,
            Some((record, _)) if record.revoked_ms.is_some() => Rotation::Revoked(record),
            Some((record, _)) => Rotation::Expired(record),
        })
    }

    pub(crate) async fn revoke(self, id: &KeyId) -> Result<Revocation, Error> {
        let (now, kind) = (self.store.injected_now(), self.kind.as_str());
        let row: Option<Row> = in_transaction!(self.store, |transaction, text| {
            let query = sqlx::query_as(text(&REVOKE)).bind(now).bind(id.as_str()).bind(kind);
            let row: Option<Row> = query.fetch_optional(&mut *transaction).await?;
            if let Some(row) = &row {
                audit::record!(transaction, text, AuditEvent::Revoked, self.kind, &row.0, row.8, self.actor);
            }
            row
        });
        if let Some(row) = row {
            return Ok(Revocation::Revoked(KeyRecord::new(self.kind, row)?));
        }
        let found = self.find(id).await?;
        Ok(found.map_or(Revocation::Unknown, |(record, _)| Revocation::Already(record)))
    }

    pub(crate) async fn check(self, presented: &str) -> Result<Check<Access>, Error> {
        check::check(self.store, self.kind, presented).await
    }
}
