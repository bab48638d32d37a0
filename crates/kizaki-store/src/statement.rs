//! SQL for both databases: one text where they agree, which is everywhere but in how they tell the time.

/// One statement in both dialects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// A statement that is the same on both.
macro_rules! same {
    ($text:literal) => {
        $crate::statement::Statement { sqlite: $text, postgres: $text }
    };
}

/// A statement behind a table `clock` of one row and one column, `now_ms`.
///
/// Its first parameter is the injected time, null where the database tells it. Both databases evaluate the clock once
/// a statement. Where what follows differs, too, each dialect has a text of its own.
macro_rules! clocked {
    ($text:literal) => {
        $crate::statement::clocked!(sqlite $text, postgres $text)
    };
    (sqlite $sqlite:literal, postgres $postgres:literal) => {
        $crate::statement::Statement {
            sqlite: concat!(
                "WITH clock (now_ms) AS (SELECT coalesce($1, CAST(round(unixepoch('subsec') * 1000) AS INTEGER))) ",
                $sqlite
            ),
            postgres: concat!(
                "WITH clock (now_ms) AS \
                 (SELECT coalesce($1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)) ",
                $postgres
            ),
        }
    };
}

/// Evaluates an expression with the connections of whichever database the store is on, and with a function that gives
/// the text of a statement for it.
macro_rules! on_each {
    ($store:expr, |$pool:ident, $text:ident| $body:expr) => {
        $crate::statement::on_each!($store, reader, |$pool, $text| $body)
    };
    ($store:expr, $sqlite:ident, |$pool:ident, $text:ident| $body:expr) => {
        match $store.pool() {
            $crate::store::Pool::Sqlite(pools) => {
                let ($pool, $text) =
                    (&pools.$sqlite, |statement: &$crate::statement::Statement| statement.sqlite);
                $body
            }
            $crate::store::Pool::Postgres($pool) => {
                let $text = |statement: &$crate::statement::Statement| statement.postgres;
                $body
            }
        }
    };
}

/// Evaluates an expression within a transaction that writes, and commits; what fails in it, by `?`, rolls it back.
macro_rules! in_transaction {
    ($store:expr, |$transaction:ident, $text:ident| $body:expr) => {
        $crate::statement::on_each!($store, writer, |pool, $text| {
            let mut $transaction = pool.begin_with($text(&$crate::statement::BEGIN)).await?;
            let outcome = $body;
            $transaction.commit().await?;
            outcome
        })
    };
}

/// Begins a transaction that writes.
///
/// On SQLite it takes the one lock for writing at once: a transaction that reads first and then writes fails when
/// another has written in between. On PostgreSQL each statement sees what was committed before it began.
pub(crate) const BEGIN: Statement =
    Statement { sqlite: "BEGIN IMMEDIATE", postgres: "BEGIN ISOLATION LEVEL READ COMMITTED" };

pub(crate) use {clocked, in_transaction, on_each, same};
