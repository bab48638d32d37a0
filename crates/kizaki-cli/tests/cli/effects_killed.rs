//! Services that deliver effects are killed at any time, and the app is slow, fails and sees duplicates. The database
//! notes every change of a row, and the recorded history is searched for a row that was lost, or that two had at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::app_database::{AppDatabase, Kind, on_both};
use crate::handler::{Handler, Reply};
use crate::serve::Serving;

on_both! {
    nothing_is_lost_and_nothing_is_held_twice
}

const APP: &str = "entity Task {\n  title: string\n  @grant read\n  \
    @on(insert) effect notify { retries: 20  backoff: fixed(100ms)  timeout: 1s }\n  \
    @on(delete) effect reindex { retries: 20  backoff: exponential(100ms)  timeout: 1s }\n}\n";
const ROWS: usize = 240;
const SERVICES: usize = 3;
const KILLS: usize = 6;

/// Notes each change of a row, in the transaction that makes it.
const HISTORY_OF_SQLITE: &str = "
    CREATE TABLE history (seq INTEGER PRIMARY KEY, id TEXT, change TEXT, old_fence INTEGER, new_fence INTEGER, old_due INTEGER, new_due INTEGER, now INTEGER);
    CREATE TRIGGER history AFTER UPDATE ON kizaki_outbox BEGIN
        INSERT INTO history (id, change, old_fence, new_fence, old_due, new_due, now) VALUES (
            new.id, old.state || '>' || new.state, old.fence, new.fence, coalesce(old.due_ms, 0), coalesce(new.due_ms, 0),
            CAST(round(unixepoch('subsec') * 1000) AS INTEGER));
    END";
const HISTORY_OF_POSTGRES: &str = "
    CREATE TABLE history (seq BIGSERIAL PRIMARY KEY, id TEXT, change TEXT, old_fence BIGINT, new_fence BIGINT, old_due BIGINT, new_due BIGINT, now BIGINT);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO history (id, change, old_fence, new_fence, old_due, new_due, now) VALUES (
            new.id, old.state || '>' || new.state, old.fence, new.fence, coalesce(old.due_ms, 0), coalesce(new.due_ms, 0),
            floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
        RETURN NULL;
    END $$;
    CREATE TRIGGER history AFTER UPDATE ON kizaki_outbox FOR EACH ROW EXECUTE FUNCTION note()";

fn serve(database: &AppDatabase, app: &Handler) -> Serving {
    let mut command =
        database.project.command(&["serve", "--effects-to", &app.url(), "--app-database", &database.url]);
    Serving::of(command.env("KIZAKI_EFFECTS_SECRET", "0123456789abcdef0123456789abcdef"), &database.project)
}

/// How many rows are not delivered yet; none may be dead.
fn open(database: &AppDatabase) -> u64 {
    let status = database.project.run(&["effects", "status", "--json", "--app-database", &database.url]);
    assert_eq!(status.code, 0, "{status:?}");
    let document = status.json();
    let effects = document["effects"].as_array().unwrap();
    let total = |state: &str| effects.iter().map(|effect| effect[state].as_u64().unwrap()).sum::<u64>();
    assert_eq!((total("dead"), total("discarded")), (0, 0), "{document}");
    let states = ["pending", "leased", "retrying", "delivered"];
    assert_eq!(states.iter().map(|state| total(state)).sum::<u64>(), ROWS as u64, "{document}");
    ROWS as u64 - total("delivered")
}

/// Which of the services has a row right now.
fn busy(database: &AppDatabase, services: &[Serving]) -> usize {
    loop {
        let list = ["effects", "list", "--state", "leased", "--json", "--app-database", &database.url];
        let leased = database.project.run(&list).json()["effects"].take();
        let has = |service: &Serving| {
            let holder = format!("{}-", service.id());
            let rows = leased.as_array().unwrap();
            rows.iter().any(|row| row["holder"].as_str().unwrap().starts_with(&holder))
        };
        if let Some(busy) = services.iter().position(has) {
            return busy;
        }
    }
}

fn nothing_is_lost_and_nothing_is_held_twice(database: &AppDatabase) {
    database.project.write("app.inspire", APP);
    assert_eq!(database.project.run(&["build"]).code, 0);
    assert_eq!(database.project.run(&["effects", "init", "--app-database", &database.url]).code, 0);
    database.execute(match database.kind {
        Kind::Sqlite => HISTORY_OF_SQLITE,
        Kind::Postgres => HISTORY_OF_POSTGRES,
    });
    let seen = AtomicUsize::new(0);
    let app = Handler::start(move |_| match seen.fetch_add(1, Ordering::SeqCst) % 40 {
        7 => Reply::Status(500),
        14 => Reply::Close,
        21 | 28 => Reply::Silence,
        number => {
            // Long enough that kills hit what is under way.
            std::thread::sleep(Duration::from_millis(number as u64));
            Reply::Status(200)
        }
    });
    let mut services: Vec<_> = (0..SERVICES).map(|_| serve(database, &app)).collect();
    for kill in 0..KILLS {
        // The app goes on writing, and a service dies after some more deliveries: never at the same point of its work.
        let first = kill * ROWS / KILLS;
        let values: Vec<_> = (first..first + ROWS / KILLS)
            .map(|number| format!("('row-{number}', '{}')", ["notify", "reindex"][number % 2]))
            .collect();
        database.execute(&format!("INSERT INTO kizaki_outbox (id, effect) VALUES {}", values.join(", ")));
        app.wait_for(app.deliveries().len() + 9 + kill);
        let dying = services.remove(busy(database, &services));
        dying.signal("KILL");
        drop(dying);
        services.push(serve(database, &app));
    }
    while open(database) > 0 {
        std::thread::sleep(Duration::from_millis(200));
    }
    for service in services {
        assert_eq!(service.end("TERM").0, Some(0));
    }
    let delivered: BTreeSet<_> =
        app.deliveries().iter().map(|delivery| delivery.header("idempotency-key").to_owned()).collect();
    let expected: BTreeSet<_> = (0..ROWS).map(|number| format!("row-{number}")).collect();
    assert_eq!(delivered, expected);
    judge(database);
}

fn judge(database: &AppDatabase) {
    let history = database
        .rows("SELECT id, change, old_fence, new_fence, old_due, new_due, now FROM history ORDER BY seq");
    let mut rows: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (id, change, old_fence, new_fence, old_due, _, now) in history {
        rows.entry(id).or_default().push((change, old_fence, new_fence, old_due, now));
    }
    assert_eq!(rows.len(), ROWS);
    let mut abandoned = 0;
    for (id, changes) in rows {
        for (change, old_fence, new_fence, old_due, now) in &changes {
            match (change.as_str(), new_fence - old_fence) {
                // A row is taken when it is due, and that of another's lease when that is over.
                ("pending>leased" | "retrying>leased", 1) => assert!(now >= old_due, "{id}: {changes:?}"),
                ("leased>leased", 1) => {
                    assert!(now >= old_due, "{id} had two holders: {changes:?}");
                    abandoned += 1;
                }
                // Its holder keeps it for longer, or ends its try.
                ("leased>leased" | "leased>delivered" | "leased>retrying", 0) => {}
                other => panic!("{id}: {other:?} in {changes:?}"),
            }
        }
        assert_eq!(
            changes.iter().filter(|(change, ..)| change == "leased>delivered").count(),
            1,
            "{id}: {changes:?}"
        );
    }
    // Kills that hit nothing would have shown nothing.
    assert!(abandoned > 0);
}
