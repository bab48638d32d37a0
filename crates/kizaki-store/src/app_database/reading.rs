//! Reading the app's tables: one column of the rows in which other columns have given values.
//!
//! A table or column that is missing is an error on both databases, and never something else of that name.

mod statement;

use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteRow;
use sqlx::{Postgres, Row as _, Sqlite, Transaction, TypeInfo as _, ValueRef as _};

use self::statement::statement;
use super::AppDatabase;
use crate::error::{Error, ErrorKind};
use crate::store::Pool;

/// A transaction that only reads: all that is read in it is of one moment.
#[derive(Debug)]
pub struct Reading(Connected);

#[derive(Debug)]
enum Connected {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// What is read: a column of some rows of a table.
#[derive(Debug, Clone)]
pub struct Selection<'s> {
    /// The table.
    pub table: &'s str,
    /// The column.
    pub column: &'s str,
    /// What the column holds.
    pub form: Form,
    /// What must hold for a row, all of it.
    pub equalities: Vec<Equality<'s>>,
    /// Whether equal values are given once, in order.
    pub is_distinct: bool,
    /// How many are given at most.
    pub most: u32,
}

/// What a column holds, so far as it decides how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Numbers that would lose digits as numbers of JSON.
    Digits,
    /// Lists of such numbers.
    ListOfDigits,
    /// Anything else.
    Any,
}

/// A column has a value. A null has none.
#[derive(Debug, Clone)]
pub struct Equality<'s> {
    /// The column.
    pub column: &'s str,
    /// The value.
    pub value: Comparand,
}

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparand {
    /// Text.
    Text(String),
    /// A member of an enum.
    Member(String),
    /// A whole number.
    Integer(i64),
    /// A decimal, with as many places as the column has.
    Decimal(String),
    /// A floating-point number.
    Double(f64),
    /// True or false.
    Boolean(bool),
    /// A point in time (RFC 3339).
    Datetime(String),
    /// A day (RFC 3339, `full-date`).
    Date(String),
    /// A UUID in lower case.
    Uuid(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// What a row has in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A JSON text, which PostgreSQL makes of any value.
    Json(String),
    /// SQLite's `INTEGER`.
    Integer(i64),
    /// SQLite's `REAL`.
    Real(f64),
    /// SQLite's `TEXT`.
    Text(String),
    /// SQLite's `BLOB`.
    Blob(Vec<u8>),
}

impl AppDatabase {
    /// Begins to read.
    ///
    /// # Errors
    ///
    /// The database did not answer.
    pub async fn read(&self) -> Result<Reading, Error> {
        Ok(Reading(match self.pool() {
            // On SQLite, a transaction sees what was there when it read first.
            Pool::Sqlite(pools) => Connected::Sqlite(pools.reader.begin_with("BEGIN").await?),
            Pool::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Connected::Postgres(pool.begin_with(begin).await?)
            }
        }))
    }
}

impl Reading {
    /// Reads a column.
    ///
    /// # Errors
    ///
    /// The table or a column is missing or of another type, or the database did not answer. No error repeats what a
    /// row holds.
    pub async fn cells(&mut self, selection: &Selection<'_>) -> Result<Vec<Cell>, Error> {
        match &mut self.0 {
            Connected::Sqlite(transaction) => {
                let mut statement = statement::<Sqlite>(selection)?;
                let rows = statement.build().fetch_all(&mut **transaction).await.map_err(without_data)?;
                rows.iter().map(|row| sqlite_cell(row).map_err(without_data)).collect()
            }
            Connected::Postgres(transaction) => {
                let mut statement = statement::<Postgres>(selection)?;
                let query = statement.build_query_scalar::<Option<String>>();
                let rows = query.fetch_all(&mut **transaction).await.map_err(without_data)?;
                Ok(rows.into_iter().map(|json| json.map_or(Cell::Null, Cell::Json)).collect())
            }
        }
    }

    /// Ends the transaction.
    ///
    /// # Errors
    ///
    /// The database did not answer.
    pub async fn end(self) -> Result<(), Error> {
        match self.0 {
            Connected::Sqlite(transaction) => transaction.commit().await?,
            Connected::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

fn sqlite_cell(row: &SqliteRow) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(0)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let kind = value.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "INTEGER" => Cell::Integer(row.try_get_unchecked(0)?),
        "REAL" => Cell::Real(row.try_get_unchecked(0)?),
        "TEXT" => Cell::Text(row.try_get_unchecked(0)?),
        _ => Cell::Blob(row.try_get_unchecked(0)?),
    })
}

/// What kept a statement from being done, without anything that a row holds.
///
/// PostgreSQL repeats values where it speaks of data; the classes here (its manual, appendix A) speak of the statement,
/// the user and the server.
fn without_data(error: sqlx::Error) -> Error {
    const SAFE: [&str; 9] = ["08", "25", "28", "3D", "3F", "42", "53", "55", "57"];
    let code = error.as_database_error().filter(|one| one.try_downcast_ref::<PgDatabaseError>().is_some());
    let code = code.and_then(|one| one.code().map(std::borrow::Cow::into_owned));
    match code {
        Some(code) if !SAFE.iter().any(|class| code.starts_with(class)) => {
            let message = format!("the database refused a statement: SQLSTATE {code}");
            Error::new(ErrorKind::Database, message)
        }
        _ => Error::from(error),
    }
}
