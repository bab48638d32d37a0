//! Reading the app's tables: names are names and nothing else, and no error repeats what a row holds.

use kizaki_store::{
    AppDatabase, Cell, Clock, Comparand, Equality, Error, ErrorKind, Form, Selection, StoreUrl,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::support::{Database, Place, on_both};

on_both! {
    names_are_quoted_whatever_is_in_them
    a_missing_name_is_never_something_else
    an_error_repeats_no_value
    a_database_that_is_not_there_is_refused
}

const ANY: [&str; 7] = ["we\"ird", "a'b", "x; DROP TABLE victim; --", "Ünïcode", "UPPER", "select", "\\"];

/// The app's database with these tables, made past the service.
async fn app(place: &Place, statements: &str) -> AppDatabase {
    let statements = sqlx::AssertSqlSafe(statements.to_owned());
    let url = match place.database {
        Database::Sqlite => {
            let file = place.directory().join("app.db");
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
            let mut connection = options.connect().await.unwrap();
            sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            StoreUrl::of_file(&file)
        }
        Database::Postgres => {
            sqlx::raw_sql(statements).execute(&mut place.server().await).await.unwrap();
            place.url.clone()
        }
    };
    AppDatabase::open(&url, Clock::Store).await.unwrap()
}

fn selection<'s>(table: &'s str, column: &'s str, equal: &[(&'s str, &str)]) -> Selection<'s> {
    let equality =
        |(column, value): &(&'s str, &str)| Equality { column, value: Comparand::Text((*value).to_owned()) };
    let equalities = equal.iter().map(equality).collect();
    Selection { table, column, form: Form::Any, equalities, is_distinct: false, most: 10 }
}

async fn read(app: &AppDatabase, selection: &Selection<'_>) -> Result<Vec<Cell>, Error> {
    let mut reading = app.read().await.unwrap();
    let cells = reading.cells(selection).await?;
    reading.end().await.unwrap();
    Ok(cells)
}

fn texts(cells: &[Cell]) -> Vec<&str> {
    fn text(cell: &Cell) -> &str {
        match cell {
            Cell::Text(text) => text,
            Cell::Json(json) => json.trim_matches('"'),
            other => panic!("{other:?}"),
        }
    }
    cells.iter().map(text).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn names_are_quoted_whatever_is_in_them(place: Place) {
    let mut statements = "CREATE TABLE victim (x TEXT);".to_owned();
    for (at, name) in ANY.iter().enumerate() {
        let name = quoted(name);
        statements +=
            &format!("CREATE TABLE {name} ({name} TEXT, k TEXT); INSERT INTO {name} VALUES ('v{at}', 'k');");
    }
    let app = app(&place, &statements).await;
    for (at, name) in ANY.iter().enumerate() {
        let value = format!("v{at}");
        let cells = read(&app, &selection(name, name, &[(name, &value), ("k", "k")])).await.unwrap();
        assert_eq!(texts(&cells), [value.as_str()], "{name}");
        let cells =
            read(&app, &selection(name, name, &[(name, "' OR true OR '"), ("k", "k")])).await.unwrap();
        assert_eq!(texts(&cells), [""; 0], "{name}");
    }
    for name in ["", "a\0b"] {
        assert!(read(&app, &selection(name, "x", &[])).await.is_err());
        assert!(read(&app, &selection("victim", name, &[])).await.is_err());
        assert!(read(&app, &selection("victim", "x", &[(name, "x")])).await.is_err());
    }
    assert_eq!(read(&app, &selection("victim", "x", &[])).await.unwrap(), []);
}

async fn a_missing_name_is_never_something_else(place: Place) {
    let app =
        app(&place, "CREATE TABLE member (name TEXT); INSERT INTO member VALUES ('Ada'), ('Bob')").await;
    assert_eq!(read(&app, &selection("member", "name", &[])).await.unwrap().len(), 2);
    // A string; the table; a hidden column; functions of a row.
    for name in
        ["rank", "member", "rowid", "oid", "_rowid_", "count", "to_json", "row_to_json", "text", "xmin "]
    {
        assert!(read(&app, &selection("member", name, &[])).await.is_err(), "{name}");
        assert!(read(&app, &selection("member", "name", &[(name, name)])).await.is_err(), "{name}");
        assert!(read(&app, &selection(name, "name", &[])).await.is_err() || name == "member", "{name}");
    }
}

async fn an_error_repeats_no_value(place: Place) {
    let app = app(&place, "CREATE TABLE member (name TEXT); INSERT INTO member VALUES ('secret')").await;
    let told = |error: Error| error.to_string();
    let missing = told(read(&app, &selection("member", "rank", &[])).await.unwrap_err());
    assert!(missing.contains("rank"), "{missing}");
    let missing = told(read(&app, &selection("members", "rank", &[])).await.unwrap_err());
    assert!(missing.contains("members"), "{missing}");
    if place.database == Database::Postgres {
        let list = Selection { form: Form::ListOfDigits, ..selection("member", "name", &[]) };
        let error = told(read(&app, &list).await.unwrap_err());
        assert_eq!(error, "the database refused a statement: SQLSTATE 22P02");
        let mut by_number = selection("member", "name", &[("name", "x")]);
        by_number.equalities[0].value = Comparand::Integer(7);
        assert!(told(read(&app, &by_number).await.unwrap_err()).contains("operator does not exist"));
    }
}

async fn a_database_that_is_not_there_is_refused(place: Place) {
    let url = match place.database {
        Database::Sqlite => format!("sqlite:{}", place.directory().join("none.db").display()),
        Database::Postgres => place.elsewhere("no_such_database"),
    };
    assert!(AppDatabase::open(&StoreUrl::parse(&url).unwrap(), Clock::Store).await.is_err());
    assert!(!place.directory().join("none.db").exists());
    if place.database == Database::Sqlite {
        let open = async |file: &std::path::Path| {
            AppDatabase::open(&StoreUrl::of_file(file), Clock::Store).await.unwrap_err()
        };
        let other = place.directory().join("app.toml");
        std::fs::write(&other, "[app]\nname = \"x\"\n".repeat(100)).unwrap();
        assert_eq!(open(&other).await.kind(), ErrorKind::Corrupt);
        place.open().await.close().await;
        assert_eq!(open(&place.file()).await.kind(), ErrorKind::Foreign);
    }
}
