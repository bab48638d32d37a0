//! The store fails at each of its calls: the answer is 503, and never a pass.

use std::time::Duration;

use kizaki_store::{Clock, Key, Kind, Lifetime};
use sqlx::Connection as _;

use crate::support::{Answer, Database, Node, Place, api_key, on_both};

on_both! {
    a_call_that_fails_lets_nothing_pass
    a_store_that_is_closed_lets_nothing_pass
    a_store_that_hangs_lets_nothing_pass
    what_works_again_lets_pass_again
}

const APP: &str = r#"
apiKeys { scopes: { reader: @system("api_reader") { @grant read on Item } } }
entity Item { title: string  @grant read }
routes("/v1", auth: apiKey(reader)) {
  GET /items -> items
  GET /limited -> limited (rateLimit: 1000/hour)
}
routes("/open", auth: none) {
  GET /free -> free
  GET /limited -> openLimited (rateLimit: 1000/hour)
}
"#;

/// The questions: free, limited, with a valid key, with a bad key, with a valid key and limited.
type Statuses = [u16; 5];
const WORKING: Statuses = [200, 200, 200, 401, 200];

async fn statuses(node: &Node, key: &str) -> Statuses {
    let unknown = Key::generate(Kind::Api).unwrap().to_text();
    let status = |answer: Answer| {
        assert!(answer.status != 503 || answer.code() == "unavailable", "{answer:?}");
        answer.status
    };
    [
        status(node.ask("GET", "/open/free", "").await),
        status(node.ask("GET", "/open/limited", "").await),
        status(node.ask_with_key("GET", "/v1/items", key).await),
        status(node.ask_with_key("GET", "/v1/items", unknown.expose()).await),
        status(node.ask_with_key("GET", "/v1/limited", key).await),
    ]
}

async fn a_call_that_fails_lets_nothing_pass(place: Place) {
    place.publish(APP);
    // Each call uses a table of its own; without the table the call fails, and only it.
    let faults: [(&str, &str, Statuses); 3] = [
        ("ALTER TABLE keys RENAME TO gone", "ALTER TABLE gone RENAME TO keys", [200, 200, 503, 503, 503]),
        ("ALTER TABLE audit RENAME TO gone", "ALTER TABLE gone RENAME TO audit", [200, 200, 200, 503, 200]),
        (
            "ALTER TABLE rate_limits RENAME TO gone",
            "ALTER TABLE gone RENAME TO rate_limits",
            [200, 503, 200, 401, 503],
        ),
    ];
    let key = api_key(&place.store(Clock::Store).await, "reader", Lifetime::DEFAULT).await;
    for (fault, repair, expected) in faults {
        let node = place.node().await;
        place.execute(fault).await;
        assert_eq!(statuses(&node, key.key.expose()).await, expected, "{fault}");
        place.execute(repair).await;
        assert_eq!(statuses(&node, key.key.expose()).await, WORKING, "{repair}");
    }
}

async fn a_store_that_is_closed_lets_nothing_pass(place: Place) {
    place.publish(APP);
    let key = api_key(&place.store(Clock::Store).await, "reader", Lifetime::DEFAULT).await;
    let node = place.node().await;
    assert_eq!(statuses(&node, key.key.expose()).await, WORKING);
    assert_eq!(node.get("/__auth/health").await.status, 200);
    node.service.close().await;
    // The first call of a limited route asks for the time; that alone fails already.
    assert_eq!(statuses(&node, key.key.expose()).await, [200, 503, 503, 503, 503]);
    let health = node.get("/__auth/health").await;
    assert_eq!((health.status, health.json()["status"].as_str()), (503, Some("store_unavailable")));
}

async fn a_store_that_hangs_lets_nothing_pass(mut place: Place) {
    place.publish(APP);
    place.settings.limits.store_time = Duration::from_millis(300);
    let key = api_key(&place.store(Clock::Store).await, "reader", Lifetime::DEFAULT).await;
    let node = place.node().await;
    // On SQLite readers go on while another writes; on PostgreSQL the tables are locked for them, too.
    let (held, expected) = match place.database {
        Database::Sqlite => (hold_sqlite(&place).await, [200, 503, 200, 503, 503]),
        Database::Postgres => (hold_postgres(&place).await, [200, 503, 503, 503, 503]),
    };
    assert_eq!(statuses(&node, key.key.expose()).await, expected);
    drop(held);
}

/// Something that keeps a store from going on until it is dropped.
enum Held {
    Sqlite(#[expect(dead_code, reason = "it is held")] sqlx::SqliteConnection),
    Postgres(#[expect(dead_code, reason = "it is held")] sqlx::PgConnection),
}

async fn hold_sqlite(place: &Place) -> Held {
    let mut connection = sqlx::SqliteConnection::connect(&place.store_url).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await.unwrap();
    Held::Sqlite(connection)
}

async fn hold_postgres(place: &Place) -> Held {
    let mut connection = sqlx::PgConnection::connect(&place.store_url).await.unwrap();
    sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
    let lock = "LOCK TABLE kizaki.keys, kizaki.audit, kizaki.rate_limits IN ACCESS EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut connection).await.unwrap();
    Held::Postgres(connection)
}

async fn what_works_again_lets_pass_again(place: Place) {
    place.publish(APP);
    let key = api_key(&place.store(Clock::Store).await, "reader", Lifetime::DEFAULT).await;
    let node = place.node().await;
    assert_eq!(statuses(&node, key.key.expose()).await, WORKING);
    if place.database == Database::Postgres {
        place
            .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kizaki' AND datname = current_database()")
            .await;
        // A connection that broke is noticed by its next use, which fails; a later one has a new connection.
        let mut found = statuses(&node, key.key.expose()).await;
        for (status, working) in found.into_iter().zip(WORKING) {
            assert!(status == working || status == 503, "{status}");
        }
        while found != WORKING {
            found = statuses(&node, key.key.expose()).await;
        }
    }
    assert_eq!(statuses(&node, key.key.expose()).await, WORKING);
}
