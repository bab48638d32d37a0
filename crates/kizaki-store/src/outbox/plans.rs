//! What the statements touch: however many rows there are, none goes through the table.
//!
//! The plans are those for `KIZAKI_TEST_ROWS` rows, or for 20,000. Without `KIZAKI_TEST_POSTGRES` the half that needs a
//! server fails in CI.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use super::{change, lease, status};
use crate::statement::Statement;
use crate::{AppDatabase, Clock, StoreUrl};

const STATEMENTS: [(&str, Statement); 4] =
    [("status", status::STATUS), ("due", lease::DUE), ("take", lease::TAKE), ("sweep", change::SWEEP)];

fn rows() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "how much a test does is said by the environment")]
    std::env::var("KIZAKI_TEST_ROWS").map_or(20_000, |rows| rows.parse().unwrap())
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

async fn made(url: &str) -> AppDatabase {
    let app = AppDatabase::open(&StoreUrl::parse(url).unwrap(), Clock::Store).await.unwrap();
    assert!(app.outbox().create().await.unwrap());
    app
}

/// Rows of twelve effects: most were delivered, and of the others there are some in each state.
fn fill(series: &str) -> String {
    format!(
        "INSERT INTO kizaki_outbox (effect, state, due_ms, failed_ms, error, done_ms, payload) \
         SELECT 'effect' || (i % 12), state, \
         CASE WHEN state IN ('pending', 'leased', 'retrying') THEN i END, \
         CASE WHEN state IN ('dead', 'retrying') THEN i END, CASE WHEN state IN ('dead', 'retrying') THEN 'no' END, \
         CASE WHEN state = 'delivered' THEN i END, '\"{}\"' FROM (SELECT i, CASE i % 20 \
         WHEN 0 THEN 'pending' WHEN 1 THEN 'retrying' WHEN 2 THEN 'dead' WHEN 3 THEN 'leased' ELSE 'delivered' END AS state \
         FROM {series}) AS numbered",
        "x".repeat(200)
    )
}

#[test]
fn on_sqlite_every_statement_uses_an_index() {
    block_on(async {
        let directory = TempDir::new().unwrap();
        let url = format!("sqlite:{}", directory.path().join("app.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
        made(&url).await.close().await;
        let series = format!(
            "(WITH RECURSIVE series (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {}) SELECT i FROM series)",
            rows()
        );
        sqlx::query(AssertSqlSafe(fill(&series))).execute(&mut connection).await.unwrap();
        for (name, statement) in STATEMENTS {
            let explain = format!("EXPLAIN QUERY PLAN {}", statement.sqlite);
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
            let lines: Vec<_> = plan.into_iter().map(|line| line.3).collect();
            let of_outbox = |line: &&String| line.contains(" o ") || line.contains(" kizaki_outbox ");
            let uses: Vec<_> = lines.iter().filter(of_outbox).collect();
            assert!(!uses.is_empty(), "{name}: {lines:#?}");
            for line in uses {
                assert!(line.starts_with("SEARCH") && !line.contains("SCAN"), "{name}: {lines:#?}");
            }
        }
    });
}

#[test]
fn on_postgres_every_statement_uses_an_index_and_touches_few_rows() {
    #[expect(clippy::disallowed_methods, reason = "the server of the tests is named by the environment")]
    let server = std::env::var("KIZAKI_TEST_POSTGRES");
    #[expect(clippy::disallowed_methods, reason = "so is continuous integration")]
    let Ok(server) = server else { return assert!(std::env::var("CI").as_deref() != Ok("true")) };
    block_on(async {
        let schema = format!("plans_{}", std::process::id());
        let url = format!("{server}?options=-csearch_path%3D{schema}");
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let run = async |connection: &mut PgConnection, text: String| {
            sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await.unwrap();
        };
        run(&mut connection, format!("CREATE SCHEMA {schema}")).await;
        made(&url).await.close().await;
        run(&mut connection, fill(&format!("generate_series(1, {}) AS series (i)", rows()))).await;
        run(&mut connection, "VACUUM ANALYZE kizaki_outbox".to_owned()).await;
        run(&mut connection, "VACUUM ANALYZE kizaki_outbox_counts".to_owned()).await;
        for (name, statement) in STATEMENTS {
            let arguments = match name {
                "take" => "(NULL, 'effect4', 3, 'x', 1000)",
                "sweep" => "(NULL, 604800000, 1000)",
                _ => "(NULL)",
            };
            let types = match name {
                "take" => "(bigint, text, bigint, text, bigint)",
                "sweep" => "(bigint, bigint, bigint)",
                _ => "(bigint)",
            };
            run(&mut connection, format!("PREPARE {name}{types} AS {}", statement.postgres)).await;
            let explain =
                format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE {name}{arguments}");
            let lines: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
            let plan = lines.join("\n");
            assert!(plan.contains(" using kizaki_outbox_"), "{name}:\n{plan}");
            assert!(!plan.contains("Seq Scan on kizaki_outbox "), "{name}:\n{plan}");
            for line in lines.iter().filter(|line| line.contains(" on kizaki_outbox ")) {
                let rows = line.split("actual rows=").nth(1).and_then(|rest| rest.split(' ').next());
                let rows: f64 = rows.unwrap_or("0").parse().unwrap();
                assert!(rows <= 1000.0, "{name}:\n{plan}");
            }
        }
        run(&mut connection, format!("DROP SCHEMA {schema} CASCADE")).await;
    });
}
