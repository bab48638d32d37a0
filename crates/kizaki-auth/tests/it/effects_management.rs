//! The management of effects: what is answered to whoever may ask.

use std::sync::Arc;

use kizaki_auth::effects_document::{ListDocument, StatusDocument};
use kizaki_auth::follow_artifact;
use kizaki_store::{Clock, Lifetime, OutboxState};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::effects::APP;
use crate::management::{dead_effect, ok, platform_key};
use crate::operators::{bearer, login, manage};
use crate::support::{Answer, Database, Node, Place, START_MS, on_both};

on_both! {
    the_documents_are_those_of_the_commands
    a_list_is_narrowed_by_its_query
    a_change_is_made_where_it_makes_sense
    any_id_of_a_row_can_be_named
    without_an_outbox_there_are_no_effects
    a_database_that_fails_is_503_and_changes_nothing
}

const STATUS: &str = "/__platform/effects/status";
const LIST: &str = "/__platform/effects";
/// What is asked of an effect `a`.
const REQUESTS: [(&str, &str); 4] = [
    ("GET", STATUS),
    ("GET", LIST),
    ("POST", "/__platform/effects/a/retry"),
    ("POST", "/__platform/effects/a/discard"),
];

fn refused(answer: &Answer, status: u16, code: &str, told: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{answer:?}");
    assert!(answer.body.contains(told), "{told}: {answer:?}");
}

/// Asks as a person who is logged in.
async fn ask(place: &Place, node: &Node, method: &str, path: &str) -> Answer {
    let person = bearer(&login(&place.store(Clock::Store).await).await);
    manage(node, method, path, &person, &Value::Null).await
}

async fn the_documents_are_those_of_the_commands(mut place: Place) {
    place.publish(APP);
    place.make_outbox().await;
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let (person, program) = (login(&store).await, platform_key(&store, Lifetime::Never).await);
    place.ask_for("a", "notify").await;
    place.ask_for("b", "sendDigest").await;
    place.as_app(&dead_effect("c")).await;
    for credential in [person.as_str(), program.key.expose()] {
        let status = ok(&node, "GET", STATUS, credential, Value::Null).await;
        let status: StatusDocument = serde_json::from_value(status).unwrap();
        let app = place.app_database(Clock::Store).await;
        let own = StatusDocument::new(app.outbox().status().await.unwrap(), None);
        assert_eq!((status.oldest_ms, status.effects.len()), (Some(START_MS), 2));
        assert!((status.now_ms..status.now_ms + 600_000).contains(&own.now_ms), "{status:?}");
        // But for the artifact it is what the database says.
        let declared: Vec<_> = status.effects.iter().map(|effect| effect.declared).collect();
        assert_eq!(declared, [Some(true), Some(false)]);
        let mut effects = status.effects;
        effects.iter_mut().for_each(|effect| effect.declared = None);
        assert_eq!(effects, own.effects);
        let list = ok(&node, "GET", LIST, credential, Value::Null).await;
        let list: ListDocument = serde_json::from_value(list).unwrap();
        let ids: Vec<_> = list.effects.iter().map(|row| (row.id.as_str(), row.state.as_str())).collect();
        assert_eq!(ids, [("c", "dead"), ("b", "pending"), ("a", "pending")]);
        assert_eq!(list.effects[0].error.as_deref(), Some("it answered 500"));
    }
    // What the app wrote for the effect alone is in none of them.
    let list = ok(&node, "GET", LIST, &person, Value::Null).await;
    assert!(!list.to_string().contains("payload"), "{list}");
    // What is declared is what the artifact says that is served now.
    let following =
        tokio::spawn(follow_artifact(Arc::clone(&node.service), signal(SignalKind::hangup()).unwrap()));
    place.publish(&APP.replace("effect reindex", "effect sendDigest"));
    loop {
        let status = ok(&node, "GET", STATUS, &person, Value::Null).await;
        if status["effects"][1]["declared"] == true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    following.abort();
}

async fn a_list_is_narrowed_by_its_query(mut place: Place) {
    place.publish(APP);
    place.make_outbox().await;
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let person = login(&store).await;
    for number in 0..60 {
        place.ask_for(&format!("n{number}"), "notify").await;
    }
    place.ask_for("r", "re index&").await;
    place.as_app(&dead_effect("d")).await;
    for (query, expected) in [
        ("", 50),
        ("?", 50),
        ("?limit=10000", 62),
        ("?limit=0", 0),
        ("?limit=7", 7),
        ("?state=dead", 1),
        ("?state=pending&limit=100", 61),
        ("?effect=re%20index%26", 1),
        ("?effect=re+index%26&state=pending", 1),
        ("?effect=re+index%26&state=dead", 0),
        ("?effect=none", 0),
    ] {
        let list = ok(&node, "GET", &format!("{LIST}{query}"), &person, Value::Null).await;
        assert_eq!(list["effects"].as_array().unwrap().len(), expected, "{query}");
    }
    for (query, told) in [
        ("state=daed", "the states are pending, leased, retrying, delivered, dead, discarded"),
        ("state=", "the states are"),
        ("limit=all", "invalid digit"),
        ("limit=-1", "invalid digit"),
        ("limit=", ""),
        ("limit=1&limit=2", "duplicate field"),
        ("order=asc", "unknown field"),
        ("effect=%00", "no effect has such a name"),
    ] {
        let answer = ask(&place, &node, "GET", &format!("{LIST}?{query}")).await;
        refused(&answer, 400, "malformed_request", told);
    }
    let answer = ask(&place, &node, "GET", &format!("{LIST}?limit=10001")).await;
    refused(&answer, 422, "invalid_setting", "at most 10000 effects");
}

async fn a_change_is_made_where_it_makes_sense(mut place: Place) {
    place.publish(APP);
    place.make_outbox().await;
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock)).await;
    let person = login(&store).await;
    let change = async |id: &str, what: &str| {
        let path = format!("/__platform/effects/{id}/{what}");
        manage(&node, "POST", &path, &bearer(&person), &Value::Null).await
    };
    let changed = |answer: &Answer, id: &str, was: &str| {
        assert_eq!((answer.status, answer.json()), (200, json!({ "id": id, "was": was })));
    };
    place.ask_for("a", "notify").await;
    refused(&change("a", "retry").await, 409, "settled_effect", "it waits to be tried already");
    changed(&change("a", "discard").await, "a", "pending");
    assert_eq!(place.row("a").await.state, OutboxState::Discarded);
    refused(&change("a", "discard").await, 409, "settled_effect", "it was discarded before");
    changed(&change("a", "retry").await, "a", "discarded");
    let row = place.row("a").await;
    assert_eq!((row.state, row.tries, row.due_ms), (OutboxState::Pending, 0, Some(START_MS)));
    place.as_app("UPDATE kizaki_outbox SET state = 'leased', holder = 'x', fence = 1").await;
    refused(&change("a", "retry").await, 409, "settled_effect", "it is tried right now");
    changed(&change("a", "discard").await, "a", "leased");
    place.as_app("UPDATE kizaki_outbox SET state = 'delivered'").await;
    refused(&change("a", "retry").await, 409, "settled_effect", "it was delivered");
    refused(&change("a", "discard").await, 409, "settled_effect", "it was delivered");
    place.as_app(&dead_effect("d")).await;
    changed(&change("d", "retry").await, "d", "dead");
    let long = "x".repeat(201);
    for id in ["none", "%FF", "a%20b", "%00", "%1b", long.as_str()] {
        for what in ["retry", "discard"] {
            refused(&change(id, what).await, 404, "unknown_effect", "no effect in the outbox has the id");
        }
    }
}

async fn any_id_of_a_row_can_be_named(mut place: Place) {
    place.publish(APP);
    place.make_outbox().await;
    let node = place.node().await;
    let longest = "y".repeat(200);
    for (id, in_path) in [
        ("status", "status"),
        ("a/retry", "a%2Fretry"),
        ("50%", "50%25"),
        ("what?#", "what%3F%23"),
        ("a+b", "a+b"),
        ("{id}", "%7Bid%7D"),
        (longest.as_str(), longest.as_str()),
    ] {
        place.ask_for(id, "notify").await;
        let answer = ask(&place, &node, "POST", &format!("/__platform/effects/{in_path}/discard")).await;
        assert_eq!((answer.status, answer.json()["id"].as_str()), (200, Some(id)), "{answer:?}");
        assert_eq!(place.row(id).await.state, OutboxState::Discarded);
    }
}

async fn without_an_outbox_there_are_no_effects(mut place: Place) {
    place.publish(APP);
    let node = place.node().await;
    for (method, path) in REQUESTS {
        refused(&ask(&place, &node, method, path).await, 404, "no_app_database", "`--app-database`");
    }
    place.make_app_database();
    let node = place.node().await;
    for (method, path) in REQUESTS {
        let answer = ask(&place, &node, method, path).await;
        refused(&answer, 404, "no_outbox", "it has no table `kizaki_outbox`; make it: `kizaki effects init`");
    }
    place.as_app("CREATE TABLE kizaki_outbox (id text)").await;
    let answer = ask(&place, &node, "GET", "/__platform/effects/status").await;
    refused(&answer, 404, "no_outbox", "is another: it lacks");
    refused(&answer, 404, "no_outbox", "; save what is in it, drop the tables");
    // Nobody learns of it without a credential.
    for (method, path) in REQUESTS {
        assert_eq!(manage(&node, method, path, "", &Value::Null).await.code(), "unauthorized");
    }
    assert!(node.service.metrics().contains("kizaki_app_database_failures_total 0\n"));
}

async fn a_database_that_fails_is_503_and_changes_nothing(mut place: Place) {
    place.publish(APP);
    place.make_outbox().await;
    let node = place.node().await;
    place.as_app(&dead_effect("a")).await;
    let no_rules = match place.database {
        Database::Sqlite => "PRAGMA ignore_check_constraints = on",
        Database::Postgres => "ALTER TABLE kizaki_outbox DROP CONSTRAINT kizaki_outbox_state_check",
    };
    let change = match place.database {
        Database::Sqlite => {
            "CREATE TRIGGER no_change BEFORE UPDATE ON kizaki_outbox WHEN new.state <> old.state \
             BEGIN SELECT RAISE(ABORT, 'no change'); END"
        }
        Database::Postgres => {
            "CREATE FUNCTION no_change() RETURNS trigger LANGUAGE plpgsql \
             AS $$ BEGIN RAISE EXCEPTION 'no change'; END $$; \
             CREATE TRIGGER no_change BEFORE UPDATE ON kizaki_outbox \
             FOR EACH ROW WHEN (new.state <> old.state) EXECUTE FUNCTION no_change()"
        }
    };
    // No row can be in this state, and no effect stand so.
    place.as_app(&dead_effect("b")).await;
    place.as_app(&format!("{no_rules}; UPDATE kizaki_outbox SET state = 'lost' WHERE id = 'b'")).await;
    place.as_app("UPDATE kizaki_outbox_counts SET count = -1").await;
    place.as_app(change).await;
    for (method, path) in REQUESTS {
        refused(&ask(&place, &node, method, path).await, 503, "unavailable", "");
    }
    assert!(node.service.metrics().contains("kizaki_app_database_failures_total 4\n"));
    place.as_app("DELETE FROM kizaki_outbox WHERE id = 'b'").await;
    let row = place.row("a").await;
    assert_eq!((row.state, row.tries), (OutboxState::Dead, 4));
}
