//! The table of the outbox: its text, making it, and telling it from another of that name.

use crate::error::{Error, ErrorKind};
use crate::outbox::Outbox;
use crate::statement::{BEGIN, Statement, on_each};
use crate::store::{Pool, StoreUrl};

const DDL: Statement = Statement {
    sqlite: include_str!("../../outbox/sqlite.sql"),
    postgres: include_str!("../../outbox/postgres.sql"),
};
/// One process at a time makes the table; on SQLite the lock for writing sees to that.
const LOCK: Statement =
    Statement { sqlite: "SELECT 1", postgres: "SELECT pg_advisory_xact_lock(7747314938812571)::text" };
/// The columns of the tables by these names, and our triggers, as far as they can be seen without naming a schema. The
/// app may have triggers of its own.
const PARTS: Statement = Statement {
    sqlite: "SELECT tables.name || '.' || columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns \
             WHERE tables.name IN ('kizaki_outbox', 'kizaki_outbox_counts') \
             UNION ALL SELECT name FROM sqlite_schema WHERE tbl_name = 'kizaki_outbox' AND type = 'trigger' \
             AND name IN ('kizaki_outbox_inserted', 'kizaki_outbox_updated', 'kizaki_outbox_deleted')",
    postgres: "SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid \
               WHERE attrelid IN (to_regclass('kizaki_outbox'), to_regclass('kizaki_outbox_counts')) \
               AND attnum > 0 AND NOT attisdropped \
               UNION ALL SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('kizaki_outbox') \
               AND tgname IN ('kizaki_outbox_inserted', 'kizaki_outbox_updated', 'kizaki_outbox_deleted', \
               'kizaki_outbox_truncated')",
};
const COLUMNS: [&str; 16] = [
    "seq",
    "id",
    "effect",
    "entity",
    "event",
    "field",
    "payload",
    "created_ms",
    "due_ms",
    "state",
    "tries",
    "holder",
    "fence",
    "failed_ms",
    "error",
    "done_ms",
];
const COUNTS_COLUMNS: [&str; 3] = ["effect", "state", "count"];
const TRIGGERS: [&str; 3] = ["kizaki_outbox_inserted", "kizaki_outbox_updated", "kizaki_outbox_deleted"];
const TRIGGER_OF_POSTGRES: &str = "kizaki_outbox_truncated";

/// The statements that make the outbox in the database at `url`.
#[must_use]
pub fn outbox_ddl(url: &StoreUrl) -> &'static str {
    if url.file().is_some() { DDL.sqlite } else { DDL.postgres }
}

impl Outbox<'_> {
    /// Tells that the table is there and can be worked with.
    ///
    /// # Errors
    ///
    /// The database failed, or has no such table ([`ErrorKind::NoOutbox`]), or has another of this name
    /// ([`ErrorKind::Foreign`]).
    pub async fn ready(&self) -> Result<(), Error> {
        let parts = on_each!(self.0, |pool, text| sqlx::query_scalar(text(&PARTS)).fetch_all(pool).await?);
        if self.is_whole(parts)? {
            return Ok(());
        }
        let error = Error::new(ErrorKind::NoOutbox, "it has no table `kizaki_outbox`");
        Err(error.help("make it: `kizaki effects init`"))
    }

    /// Makes the table unless it is there already; tells whether it made it.
    ///
    /// # Errors
    ///
    /// The database failed, or has another table of this name ([`ErrorKind::Foreign`]); nothing was changed then.
    pub async fn create(&self) -> Result<bool, Error> {
        on_each!(self.0, writer, |pool, text| {
            let mut transaction = pool.begin_with(text(&BEGIN)).await?;
            sqlx::query(text(&LOCK)).execute(&mut *transaction).await?;
            let parts = sqlx::query_scalar(text(&PARTS)).fetch_all(&mut *transaction).await?;
            if self.is_whole(parts)? {
                return Ok(false);
            }
            sqlx::raw_sql(text(&DDL)).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    /// Whether all parts are there; or none, which is told from some.
    fn is_whole(&self, mut parts: Vec<String>) -> Result<bool, Error> {
        if parts.is_empty() {
            return Ok(false);
        }
        let of_postgres = matches!(self.0.pool(), Pool::Postgres(_)).then_some(TRIGGER_OF_POSTGRES);
        let mut whole: Vec<String> = COLUMNS.iter().map(|name| format!("kizaki_outbox.{name}")).collect();
        whole.extend(COUNTS_COLUMNS.iter().map(|name| format!("kizaki_outbox_counts.{name}")));
        whole.extend(TRIGGERS.into_iter().chain(of_postgres).map(str::to_owned));
        parts.sort_unstable();
        whole.sort_unstable();
        if parts == whole {
            return Ok(true);
        }
        let lacks = whole.iter().find(|part| !parts.contains(part));
        let has = parts.iter().find(|part| !whole.contains(part));
        let how = match (lacks, has) {
            (Some(part), _) => format!("it lacks `{part}`"),
            (None, Some(part)) => format!("`{part}` does not belong to it"),
            (None, None) => "a part of it is there twice".to_owned(),
        };
        let error = Error::new(ErrorKind::Foreign, format!("its table `kizaki_outbox` is another: {how}"));
        Err(error.help("save what is in it, drop the tables `kizaki_outbox` and `kizaki_outbox_counts`, then run `kizaki effects init`"))
    }
}
