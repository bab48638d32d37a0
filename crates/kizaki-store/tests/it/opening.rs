//! Opening a store: tables are made once, however many open it, and what is not ours is left alone.

use std::sync::Arc;

use kizaki_store::{Clock, ErrorKind, Filter, Lifetime, ManualClock, Store, StoreUrl};

use crate::support::{Database, Place, START_MS, api_key, block_on, on_both, run};

on_both! {
    tables_are_made_once
    many_may_open_a_new_store_at_once
    a_newer_store_is_refused
    a_changed_step_is_refused
    the_clock_that_is_given_is_the_one_that_counts
    what_one_connection_did_another_sees
}

async fn tables_are_made_once(place: Place) {
    for _ in 0..2 {
        place.open().await.close().await;
    }
    assert_eq!(place.number("SELECT count(*) FROM _sqlx_migrations").await, 7);
}

async fn many_may_open_a_new_store_at_once(place: Place) {
    let url = Arc::new(place.url.clone());
    let open = |_| {
        let url = url.clone();
        tokio::spawn(async move { Store::open(&url, Clock::Store).await.map(drop) })
    };
    for task in (0..8).map(open).collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert_eq!(place.number("SELECT count(*) FROM _sqlx_migrations").await, 7);
}

async fn a_newer_store_is_refused(place: Place) {
    place.open().await.close().await;
    place
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9999, 'later', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    let error = Store::open(&place.url, Clock::Store).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Newer);
    assert_eq!(error.to_string(), "it was made by a newer kizaki (migration 9999 is unknown here)");
}

async fn a_changed_step_is_refused(place: Place) {
    place.open().await.close().await;
    place.execute("UPDATE _sqlx_migrations SET checksum = substr(checksum, 2)").await;
    let error = Store::open(&place.url, Clock::Store).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Foreign);
}

async fn the_clock_that_is_given_is_the_one_that_counts(place: Place) {
    let (store, clock) = place.open_at_start().await;
    assert_eq!(store.now_ms().await.unwrap(), START_MS);
    clock.set_ms(5);
    assert_eq!(store.now_ms().await.unwrap(), 5);
    let own = place.open().await;
    let (first, second) = (own.now_ms().await.unwrap(), own.now_ms().await.unwrap());
    assert!(START_MS - 200_000_000_000 < first && first <= second);
}

async fn what_one_connection_did_another_sees(place: Place) {
    let clock = ManualClock::new(START_MS);
    let one = Store::open(&place.url, Clock::Manual(clock.clone())).await.unwrap();
    let other = Store::open(&place.url, Clock::Manual(clock)).await.unwrap();
    let made = api_key(one.api_keys(), Lifetime::Never).await;
    assert_eq!(other.api_keys().list(Filter::default()).await.unwrap().keys, [made.record]);
}

#[test]
fn a_server_that_refuses_is_told() {
    run(Database::Postgres, async |place| {
        place.open().await.close().await;
        for url in [place.elsewhere("no_such_database"), place.as_user("nobody")] {
            let error = Store::open(&StoreUrl::parse(&url).unwrap(), Clock::Store).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
        }
    });
}

#[test]
fn a_schema_that_was_made_for_the_user_is_enough() {
    run(Database::Postgres, async |place| {
        let mut server = place.server().await;
        let user = format!("service_{}", std::process::id());
        for statement in
            [format!("CREATE ROLE {user} LOGIN"), format!("CREATE SCHEMA kizaki AUTHORIZATION {user}")]
        {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut server).await.unwrap();
        }
        let url = StoreUrl::parse(&place.as_user(&user)).unwrap();
        let store = Store::open(&url, Clock::Store).await.unwrap();
        api_key(store.api_keys(), Lifetime::Never).await;
    });
}

#[test]
fn what_names_no_store_is_refused() {
    for text in [
        "",
        "kizaki.db",
        "mysql://u:hunter2@h/d",
        "sqlite:",
        "sqlite://",
        "sqlite::memory:",
        "sqlite:file:kizaki.db",
        "sqlite://file:/tmp/kizaki.db",
        "sqlite:a?mode=ro",
        "postgres://kizaki:1#hunter2@h/app",
        "postgres://kizaki:1?hunter2@h/app",
        "postgres://h/app?sslmod=verify-full&password=hunter2",
        "postgres://h/app?options[x=hunter2",
        "postgres:kizaki:hunter2@h/app",
        "postgres:/kizaki:hunter2@h/app",
        "postgres:///kizaki:hunter2@h/app",
        "postgres:\\\\kizaki:hunter2@h/app",
        "postgres://kizaki:1/hunter2@h/app",
        "postgres://kizaki:1?user=hunter2@h/app",
        "postgres://h/app?sslmode=require;password=hunter2",
        "postgres://h/app?sslmode=hunter2",
        "postgres://h/app?application_name=x;password=hunter2",
        "postgres://h/app?port=hunter2",
        "postgres://h/app?hostaddr=hunter2",
    ] {
        let error = StoreUrl::parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Url, "{text}");
        assert!(!error.to_string().contains("hunter2"));
        assert!(error.help_text().is_some());
    }
    let misspelt = StoreUrl::parse("postgres://h/app?sslmod=verify-full").unwrap_err();
    assert!(misspelt.to_string().ends_with("the parameter `sslmod` means nothing here"), "{misspelt}");
    let cut = StoreUrl::parse("postgres://kizaki:1?hunter2@h/app").unwrap_err();
    assert!(cut.to_string().contains("a `?` in a password is written as `%3F`"), "{cut}");
    let malformed = StoreUrl::parse("postgres://u:hunter2@h:port/d").unwrap_err();
    assert!(!malformed.to_string().contains("hunter2"), "{malformed}");
}

#[test]
fn a_url_is_shown_without_its_password() {
    let shown = [
        (
            "postgres://kizaki:hunter2@db.example:5433/app?sslmode=require",
            "postgres://kizaki@db.example:5433/app?sslmode=require",
        ),
        ("postgresql://kizaki@localhost/app", "postgresql://kizaki@localhost/app"),
        (
            "postgres:///app?user=kizaki&password=hunter2&host=/run/postgresql&options[search_path]=app",
            "postgres:///app?user=kizaki&host=%2Frun%2Fpostgresql&options%5Bsearch_path%5D=app",
        ),
        ("postgres:///app?host=/run/postgresql", "postgres:///app?host=/run/postgresql"),
        ("postgres://h/app?password=hunter2", "postgres://h/app"),
        ("sqlite:a/b.db", "sqlite:a/b.db"),
        ("sqlite:///var/lib/kizaki.db", "sqlite:/var/lib/kizaki.db"),
    ];
    for (text, expected) in shown {
        let url = StoreUrl::parse(text).unwrap();
        assert_eq!(url.to_string(), expected);
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    // Port 1 belongs to no service that anybody runs.
    let url = StoreUrl::parse("postgres://kizaki:hunter2@127.0.0.1:1/app").unwrap();
    let error = block_on(Store::open(&url, Clock::Store)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(error.to_string(), "connection refused");
}
