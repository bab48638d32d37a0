//! The tables of each database, as a list of steps that only ever grows.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One step: its number and name, and the text for SQLite and PostgreSQL.
type Step = (i64, &'static str, &'static str, &'static str);

const STEPS: [Step; 7] = [
    (
        1,
        "keys",
        include_str!("../migrations/sqlite/0001_keys.sql"),
        include_str!("../migrations/postgres/0001_keys.sql"),
    ),
    (
        2,
        "accounts",
        include_str!("../migrations/sqlite/0002_accounts.sql"),
        include_str!("../migrations/postgres/0002_accounts.sql"),
    ),
    (
        3,
        "rate limits",
        include_str!("../migrations/sqlite/0003_rate_limits.sql"),
        include_str!("../migrations/postgres/0003_rate_limits.sql"),
    ),
    (
        4,
        "operators",
        include_str!("../migrations/sqlite/0004_operators.sql"),
        include_str!("../migrations/postgres/0004_operators.sql"),
    ),
    (
        5,
        "context",
        include_str!("../migrations/sqlite/0005_context.sql"),
        include_str!("../migrations/postgres/0005_context.sql"),
    ),
    (
        6,
        "breach",
        include_str!("../migrations/sqlite/0006_breach.sql"),
        include_str!("../migrations/postgres/0006_breach.sql"),
    ),
    (
        7,
        "unverified",
        include_str!("../migrations/sqlite/0007_unverified.sql"),
        include_str!("../migrations/postgres/0007_unverified.sql"),
    ),
];

/// The steps for SQLite; whoever runs them holds the lock for writing.
pub(crate) fn sqlite() -> Migrator {
    let mut migrator = migrator(|(.., sqlite, _)| sqlite);
    migrator.set_locking(false);
    migrator
}

/// The steps for PostgreSQL, run under an advisory lock.
pub(crate) fn postgres() -> Migrator {
    migrator(|(.., postgres)| postgres)
}

fn migrator(text: impl Fn(Step) -> &'static str) -> Migrator {
    let step = |step: Step| {
        let (version, name, ..) = step;
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text(step).into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.into_iter().map(step).collect())
}
