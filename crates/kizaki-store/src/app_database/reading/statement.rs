//! The statement that reads a column, in the words of each database.
//!
//! The names of tables and columns come from the app's artifact and stand in the text as quoted identifiers; values are
//! bound and never stand in it.

use sqlx::{Database, Encode, Postgres, QueryBuilder, Sqlite, Type};

use super::{Comparand, Form, Selection};
use crate::error::{Error, ErrorKind};

/// The statement for a selection.
pub(super) fn statement<D: Dialect>(selection: &Selection<'_>) -> Result<QueryBuilder<D>, Error>
where
    D::Arguments: Default,
    String: for<'q> Encode<'q, D> + Type<D>,
    i64: for<'q> Encode<'q, D> + Type<D>,
    f64: for<'q> Encode<'q, D> + Type<D>,
    bool: for<'q> Encode<'q, D> + Type<D>,
    Vec<u8>: for<'q> Encode<'q, D> + Type<D>,
{
    let column = D::read(&quoted(selection.column)?, selection.form);
    let distinct = if selection.is_distinct { "DISTINCT " } else { "" };
    let rows = D::rows(&quoted(selection.table)?);
    let mut query = QueryBuilder::new(format!("SELECT {distinct}{column} FROM {rows}"));
    for (at, equality) in selection.equalities.iter().enumerate() {
        let name = D::column(&quoted(equality.column)?);
        let ([before, after], [open, close]) = D::around(&equality.value);
        let and = if at == 0 { "WHERE" } else { "AND" };
        query.push(format_args!(" {and} {before}{name}{after} = {open}"));
        match equality.value.clone() {
            Comparand::Integer(value) => query.push_bind(value),
            Comparand::Double(value) => query.push_bind(value),
            Comparand::Boolean(value) => query.push_bind(value),
            Comparand::Bytes(value) => query.push_bind(value),
            Comparand::Text(value)
            | Comparand::Member(value)
            | Comparand::Decimal(value)
            | Comparand::Datetime(value)
            | Comparand::Date(value)
            | Comparand::Uuid(value) => query.push_bind(value),
        };
        query.push(close);
    }
    let order = if selection.is_distinct { " ORDER BY 1" } else { "" };
    query.push(format_args!("{order} LIMIT {}", selection.most));
    Ok(query)
}

/// How a database is asked.
///
/// Where nothing has the name that a statement says, databases look further. SQLite takes a quoted name for a string
/// unless the table stands before it, and has a hidden `rowid` in every table though not in a query; PostgreSQL takes a
/// name behind a table for a function of the row. `__row` is no name that a schema can have.
pub(super) trait Dialect: Database {
    /// Begins a statement that reads a column.
    fn read(column: &str, form: Form) -> String;
    /// Where rows come from.
    fn rows(table: &str) -> String;
    /// A column in a condition.
    fn column(column: &str) -> String;
    /// What stands around a column that is compared with a value, and around the value.
    fn around(value: &Comparand) -> ([&'static str; 2], [&'static str; 2]);
}

const PLAIN: [&str; 2] = ["", ""];

impl Dialect for Sqlite {
    fn read(column: &str, _: Form) -> String {
        Self::column(column)
    }

    fn rows(table: &str) -> String {
        format!("(SELECT * FROM {table}) AS \"__row\"")
    }

    fn column(column: &str) -> String {
        format!("\"__row\".{column}")
    }

    fn around(value: &Comparand) -> ([&'static str; 2], [&'static str; 2]) {
        /// The same moment has many texts.
        const UTC: [&str; 2] = ["strftime('%Y-%m-%dT%H:%M:%f', ", ")"];
        match value {
            Comparand::Datetime(_) => (UTC, UTC),
            _ => (PLAIN, PLAIN),
        }
    }
}

impl Dialect for Postgres {
    fn read(column: &str, form: Form) -> String {
        match form {
            Form::Any => format!("CAST(to_jsonb({column}) AS text)"),
            Form::Digits => format!("CAST(to_jsonb(CAST({column} AS text)) AS text)"),
            Form::ListOfDigits => format!("CAST(to_jsonb(CAST({column} AS text[])) AS text)"),
        }
    }

    fn rows(table: &str) -> String {
        format!("{table} AS \"__row\"")
    }

    fn column(column: &str) -> String {
        column.to_owned()
    }

    fn around(value: &Comparand) -> ([&'static str; 2], [&'static str; 2]) {
        let cast = |end| (PLAIN, ["CAST(", end]);
        match value {
            // The column is text, or of an enum type that has a name of its own.
            Comparand::Member(_) => (["CAST(", " AS text)"], PLAIN),
            Comparand::Decimal(_) => cast(" AS numeric)"),
            Comparand::Datetime(_) => cast(" AS timestamptz)"),
            Comparand::Date(_) => cast(" AS date)"),
            Comparand::Uuid(_) => cast(" AS uuid)"),
            _ => (PLAIN, PLAIN),
        }
    }
}

/// A name as an identifier of SQL, whatever is in it.
fn quoted(name: &str) -> Result<String, Error> {
    if name.is_empty() || name.contains('\0') {
        return Err(Error::new(ErrorKind::Database, "the artifact names what is no table or column"));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}
