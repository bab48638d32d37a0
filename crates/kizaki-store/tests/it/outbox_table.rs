//! The table of the outbox: made once and told from others, what an app may write to it, and its counts.

use kizaki_store::{
    AppDatabase, Clock, Ending, ErrorKind, Lease, OUTBOX_KEPT_MS, OutboxChange, OutboxFilter, OutboxState,
    StoreUrl, outbox_ddl,
};

use crate::outbox::{FAILED, LAST, LEASE_MS, counts, only, take};
use crate::support::{Database, Place, START_MS, on_both, run};

on_both! {
    the_app_writes_what_it_must_and_the_rest_is_given
    what_the_app_may_not_write_is_refused
    a_rolled_back_change_leaves_no_effect
    the_table_is_made_once
    another_table_of_that_name_is_refused
    counts_are_those_of_the_rows
}

async fn the_app_writes_what_it_must_and_the_rest_is_given(place: Place) {
    let app = place.app(Clock::Store).await;
    app.outbox().create().await.unwrap();
    place.app_execute("INSERT INTO kizaki_outbox (effect) VALUES ('notify'), ('notify')").await;
    place
        .app_execute(
            "INSERT INTO kizaki_outbox (effect, entity, event, field, payload) \
             VALUES ('notify', 'Task', 'update', 'status', '{\"title\": \"\u{fc}ber\"}')",
        )
        .await;
    let leases = take(app.outbox(), "notify", 9).await;
    for lease in &leases {
        let lengths: Vec<_> = lease.id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{}", lease.id);
        assert!(
            lease.id[14..].starts_with('4') && lease.id[19..].starts_with(['8', '9', 'a', 'b']),
            "{}",
            lease.id
        );
        // The app's clock and the database's are the same here.
        assert!(
            lease.until_ms - LEASE_MS >= lease.created_ms
                && lease.until_ms - LEASE_MS < lease.created_ms + 600_000
        );
    }
    assert_eq!(leases.len(), 3);
    assert_ne!(leases[0].id, leases[1].id);
    assert_eq!((leases[0].payload.as_str(), leases[0].entity.as_str()), ("null", ""));
    let Lease { entity, event, field, payload, .. } = &leases[2];
    assert_eq!(
        [entity.as_str(), event, field, payload],
        ["Task", "update", "status", "{\"title\": \"\u{fc}ber\"}"]
    );
}

async fn what_the_app_may_not_write_is_refused(place: Place) {
    let (app, _) = place.app_at_start().await;
    place.ask_for("notify", &["taken"]).await;
    let long = "x".repeat(201);
    for row in [
        "(effect) VALUES ('')".to_owned(),
        "(id) VALUES ('a')".to_owned(),
        "(id, effect) VALUES ('taken', 'notify')".to_owned(),
        "(id, effect) VALUES ('', 'notify')".to_owned(),
        "(id, effect) VALUES ('a b', 'notify')".to_owned(),
        "(id, effect) VALUES ('a\r\nx: y', 'notify')".to_owned(),
        "(id, effect) VALUES ('\u{fc}', 'notify')".to_owned(),
        format!("(id, effect) VALUES ('{long}', 'notify')"),
        "(effect, payload) VALUES ('notify', '{')".to_owned(),
        "(effect, payload) VALUES ('notify', NULL)".to_owned(),
        "(effect, due_ms) VALUES ('notify', NULL)".to_owned(),
        "(effect, state) VALUES ('notify', 'new')".to_owned(),
        "(effect, state) VALUES ('notify', 'delivered')".to_owned(),
        "(effect, done_ms) VALUES ('notify', 1)".to_owned(),
    ] {
        let refused = place.app_try(&format!("INSERT INTO kizaki_outbox {row}")).await;
        assert!(refused.is_err(), "{row}");
    }
    if place.database == Database::Sqlite {
        // What PostgreSQL refuses by the types of its columns.
        for (column, value) in [
            ("id", "x'61'"),
            ("effect", "x'61'"),
            ("entity", "x'61'"),
            ("event", "x'61'"),
            ("field", "x'61'"),
            ("payload", "CAST('{}' AS BLOB)"),
            ("created_ms", "'yesterday'"),
            ("created_ms", "1.5"),
            ("due_ms", "'soon'"),
        ] {
            let effect = if column == "effect" { "" } else { ", effect" };
            let named = if column == "effect" { "" } else { ", 'notify'" };
            let row = format!("({column}{effect}) VALUES ({value}{named})");
            let refused = place.app_try(&format!("INSERT INTO kizaki_outbox {row}")).await.unwrap_err();
            assert!(
                refused.to_string().contains(&format!("CHECK constraint failed: typeof({column})")),
                "{refused}"
            );
        }
    }
    assert_eq!(counts(&only(app.outbox()).await), [1, 0, 0, 0, 0, 0]);
}

#[test]
fn a_row_past_the_rules_is_dead_and_stands_in_nobodys_way() {
    run(Database::Sqlite, async |place: Place| {
        let (app, _) = place.app_at_start().await;
        let outbox = app.outbox();
        for (id, column, value) in [
            ("'a'", "payload", "x'7b7d'"),
            ("'b'", "payload", "CAST(x'22ff22' AS TEXT)"),
            ("'c'", "created_ms", "'yesterday'"),
            ("'d'", "entity", "x'ff'"),
            ("x'65ff'", "event", "''"),
        ] {
            let row = format!("(id, effect, due_ms, {column}) VALUES ({id}, 'notify', 1, {value})");
            place
                .app_execute(&format!(
                    "PRAGMA ignore_check_constraints = on; INSERT INTO kizaki_outbox {row}"
                ))
                .await;
        }
        place
            .app_execute(
                "PRAGMA ignore_check_constraints = on; \
                 INSERT INTO kizaki_outbox (effect, due_ms, tries) VALUES (CAST(x'6eff' AS TEXT), 1, -1)",
            )
            .await;
        place.ask_for("notify", &["whole"]).await;
        assert_eq!(outbox.due().await.unwrap(), ["notify", "n\u{fffd}"]);
        let taken = outbox.take("notify", "a worker", 9, LEASE_MS).await.unwrap();
        let ids: Vec<_> = taken.leases.iter().map(|lease| lease.id.as_str()).collect();
        let unreadable: Vec<_> = taken.unreadable.iter().map(|row| (row.id.as_str(), &*row.error)).collect();
        assert_eq!((ids.as_slice(), unreadable.len()), (&["whole"][..], 5));
        assert!(unreadable.contains(&("e\u{fffd}", "its `id` cannot be read")), "{unreadable:?}");
        let status = outbox.status().await.unwrap();
        let stand: Vec<_> = status.effects.iter().map(|one| (one.effect.as_str(), counts(one))).collect();
        assert_eq!(stand, [("notify", [0, 1, 0, 0, 5, 0]), ("n\u{fffd}", [1, 0, 0, 0, 0, 0])]);
        let filter = OutboxFilter { state: Some(OutboxState::Dead), effect: None, most: 9 };
        let dead: Vec<_> = outbox.list(filter).await.unwrap().rows;
        let dead: Vec<_> = dead.iter().map(|row| (row.id.as_str(), row.error.as_deref().unwrap())).collect();
        assert_eq!(
            dead,
            [
                ("e\u{fffd}", "its `id` cannot be read"),
                ("d", "its `entity` cannot be read"),
                ("c", "its `created_ms` cannot be read"),
                ("b", "its `payload` cannot be read"),
                ("a", "its `payload` cannot be read"),
            ]
        );
        let filter = OutboxFilter { state: Some(OutboxState::Pending), ..filter };
        let pending = outbox.list(filter).await.unwrap().rows;
        assert_eq!((pending[0].effect.as_str(), pending[0].tries), ("n\u{fffd}", 0));
        assert_eq!(outbox.discard("a").await.unwrap(), OutboxChange::Changed(OutboxState::Dead));
    });
}

async fn a_rolled_back_change_leaves_no_effect(place: Place) {
    let (app, _) = place.app_at_start().await;
    place.app_execute("BEGIN; INSERT INTO kizaki_outbox (effect) VALUES ('notify'); ROLLBACK").await;
    assert_eq!(app.outbox().status().await.unwrap().effects, []);
    assert_eq!(app.outbox().due().await.unwrap().len(), 0);
}

async fn the_table_is_made_once(place: Place) {
    let app = place.app(Clock::Store).await;
    let missing = app.outbox().ready().await.unwrap_err();
    assert_eq!(
        (missing.kind(), missing.help_text()),
        (ErrorKind::NoOutbox, Some("make it: `kizaki effects init`"))
    );
    let mut making = Vec::new();
    for _ in 0..4 {
        let other = place.app(Clock::Store).await;
        making.push(tokio::spawn(async move { other.outbox().create().await.unwrap() }));
    }
    let mut made = 0;
    for one in making {
        made += usize::from(one.await.unwrap());
    }
    assert_eq!(made, 1);
    app.outbox().ready().await.unwrap();
    place.app_execute("INSERT INTO kizaki_outbox (effect) VALUES ('notify')").await;
    assert!(!app.outbox().create().await.unwrap());
    assert_eq!(take(app.outbox(), "notify", 1).await.len(), 1);
}

#[test]
fn the_book_shows_the_statements_that_make_it() {
    let page = std::fs::read_to_string("../../book/src/service/effects.md").unwrap();
    for url in ["sqlite:app.db", "postgres://app@localhost/app"] {
        let ddl = outbox_ddl(&StoreUrl::parse(url).unwrap());
        assert!(page.contains(&format!("```sql\n{ddl}```\n")), "{url}");
    }
}

async fn another_table_of_that_name_is_refused(place: Place) {
    let app = place.app(Clock::Store).await;
    let refused = async |message: &str| {
        for error in [app.outbox().create().await.unwrap_err(), app.outbox().ready().await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Foreign);
            assert!(error.to_string().contains(message), "{error}");
        }
    };
    place.app_execute("CREATE TABLE kizaki_outbox (id TEXT, body TEXT)").await;
    refused("its table `kizaki_outbox` is another: it lacks `kizaki_outbox.created_ms`").await;
    place.app_execute("DROP TABLE kizaki_outbox").await;
    place.app_execute("CREATE TABLE kizaki_outbox_counts (effect TEXT, state TEXT, count INTEGER)").await;
    refused("it lacks `kizaki_outbox.created_ms`").await;
    place.app_execute("DROP TABLE kizaki_outbox_counts").await;
    assert!(app.outbox().create().await.unwrap());
    place.app_execute("ALTER TABLE kizaki_outbox ADD COLUMN more TEXT").await;
    refused("`kizaki_outbox.more` does not belong to it").await;
    place.app_execute("ALTER TABLE kizaki_outbox DROP COLUMN more").await;
    place
        .app_execute(match place.database {
            Database::Sqlite => "DROP TRIGGER kizaki_outbox_deleted",
            Database::Postgres => "DROP TRIGGER kizaki_outbox_deleted ON kizaki_outbox",
        })
        .await;
    refused("it lacks `kizaki_outbox_deleted`").await;
    // What the help says is the way out.
    place.app_execute("DROP TABLE kizaki_outbox; DROP TABLE kizaki_outbox_counts").await;
    assert!(app.outbox().create().await.unwrap());
}

#[test]
fn who_may_only_read_sees_how_effects_stand() {
    run(Database::Postgres, async |place: Place| {
        place.app_at_start().await;
        for number in 0..300 {
            place.ask_for("notify", &[&format!("n{number}")]).await;
        }
        let user = format!("reader_{}", std::process::id());
        place
            .app_execute(&format!(
                "CREATE ROLE {user} LOGIN; GRANT SELECT ON kizaki_outbox, kizaki_outbox_counts TO {user}"
            ))
            .await;
        let url = StoreUrl::parse(&place.as_user(&user)).unwrap();
        let app = AppDatabase::open(&url, Clock::Store).await.unwrap();
        assert_eq!(counts(&only(app.outbox()).await), [300, 0, 0, 0, 0, 0]);
        place.app_execute("CREATE TABLE many (n INTEGER CHECK (n = 300)); INSERT INTO many SELECT count(*) FROM kizaki_outbox_counts").await;
        app.close().await;
        place.app_execute(&format!("DROP OWNED BY {user}; DROP ROLE {user}")).await;
    });
}

/// As many as there are effects in each state stay: there is nothing to add.
#[test]
fn sums_are_left_as_they_are() {
    run(Database::Postgres, async |place: Place| {
        let (app, _) = place.app_at_start().await;
        place
            .app_execute(
                "INSERT INTO kizaki_outbox (effect) SELECT 'e' || n FROM generate_series(1, 300) AS n; \
                 CREATE TABLE sums AS SELECT ctid::text AS place FROM kizaki_outbox_counts; \
                 CREATE TABLE kept (n INTEGER CHECK (n = 300)); CREATE TABLE left_over (n INTEGER CHECK (n = 300))",
            )
            .await;
        assert_eq!(app.outbox().status().await.unwrap().effects.len(), 300);
        place
            .app_execute(
                "INSERT INTO kept SELECT count(*) FROM sums WHERE place IN (SELECT ctid::text FROM kizaki_outbox_counts)",
            )
            .await;
        for number in 0..300 {
            place.ask_for("e1", &[&format!("n{number}")]).await;
        }
        app.outbox().status().await.unwrap();
        place.app_execute("INSERT INTO left_over SELECT count(*) FROM kizaki_outbox_counts").await;
    });
}

#[test]
fn emptying_the_table_waits_for_counts_that_are_added_up() {
    run(Database::Postgres, async |place: Place| {
        let (app, _) = place.app_at_start().await;
        place.ask_for("notify", &["a", "b"]).await;
        let mut adding = place.server().await;
        let add = "BEGIN; WITH gone AS (DELETE FROM kizaki_outbox_counts RETURNING effect, state, count) \
                   INSERT INTO kizaki_outbox_counts SELECT effect, state, sum(count) FROM gone GROUP BY effect, state";
        sqlx::raw_sql(add).execute(&mut adding).await.unwrap();
        let holder: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut adding).await.unwrap();
        let commit = async {
            let mut watching = place.server().await;
            let waits =
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))";
            while !sqlx::query_scalar::<_, bool>(waits).bind(holder).fetch_one(&mut watching).await.unwrap() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            sqlx::raw_sql("COMMIT").execute(&mut adding).await.unwrap();
        };
        tokio::join!(place.app_execute("TRUNCATE kizaki_outbox"), commit);
        assert_eq!(app.outbox().status().await.unwrap().effects, []);
    });
}

async fn counts_are_those_of_the_rows(place: Place) {
    let (app, clock) = place.app_at_start().await;
    let outbox = app.outbox();
    let many = "INSERT INTO kizaki_outbox (effect, due_ms) SELECT 'notify', 1 FROM ";
    place
        .app_execute(
            "CREATE TABLE numbers (n INTEGER); INSERT INTO numbers VALUES (1), (2), (3), (4), (5), (6), (7), (8)",
        )
        .await;
    place.app_execute(&format!("{many} numbers a, numbers b, numbers c")).await;
    for number in 0..300 {
        place.ask_for("notify", &[&format!("n{number}")]).await;
    }
    assert_eq!(counts(&only(outbox).await), [812, 0, 0, 0, 0, 0]);
    // A row for each effect and state is left, where on PostgreSQL every statement had left one.
    place
        .app_execute("CREATE TABLE few (n INTEGER CHECK (n = 1)); INSERT INTO few SELECT count(*) FROM kizaki_outbox_counts")
        .await;
    for (number, lease) in take(outbox, "notify", 200).await.iter().enumerate() {
        let ending = [Ending::Delivered, FAILED, LAST][number % 3];
        assert!(outbox.finish(lease, ending).await.unwrap());
    }
    place.app_execute("DELETE FROM kizaki_outbox WHERE id IN ('n1', 'n2')").await;
    place.app_execute("UPDATE kizaki_outbox SET effect = 'other' WHERE id IN ('n3', 'n4')").await;
    clock.set_ms(START_MS + OUTBOX_KEPT_MS);
    outbox.sweep().await.unwrap();
    for effect in outbox.status().await.unwrap().effects {
        let filter = |state| OutboxFilter { state: Some(state), effect: Some(&effect.effect), most: 10_000 };
        let mut found = Vec::new();
        for state in OutboxState::ALL {
            found.push(outbox.list(filter(state)).await.unwrap().rows.len() as u64);
        }
        assert_eq!(found, counts(&effect), "{effect:?}");
    }
    place
        .app_execute(if place.database == Database::Sqlite {
            "DELETE FROM kizaki_outbox"
        } else {
            "TRUNCATE kizaki_outbox"
        })
        .await;
    assert_eq!(outbox.status().await.unwrap().effects, []);
}
