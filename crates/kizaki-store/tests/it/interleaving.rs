//! Two transactions about one user at once, on PostgreSQL; SQLite has them one after the other by itself.
//!
//! One of them is played step by step on a connection of its own, as far as it matters here.

use std::sync::Arc;
use std::time::Duration;

use kizaki_store::{Poll, Store};
use sqlx::PgConnection;
use tokio::task::JoinHandle;

use crate::accounts::{begin, checked, email, mail, reset_token, sign_up, verified};
use crate::devices::start;
use crate::operators::operator;
use crate::support::{Database, Place, START_MS, run};

#[test]
fn a_session_that_begins_while_the_password_changes_is_none() {
    run(Database::Postgres, async |place: Place| {
        let store = Arc::new(place.open().await);
        let user = verified(&store, "a@x.example").await;
        begin(&store, &user).await;
        let mut other = open_transaction(&place).await;
        step(&mut other, "UPDATE users SET password_hash = 'h2'").await;
        step(&mut other, "DELETE FROM sessions").await;
        let begun = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.sessions().begin(&user, "h1", 3600, None).await })
        };
        until_one_waits(&place, &begun).await;
        step(&mut other, "COMMIT").await;
        assert!(begun.await.unwrap().unwrap().is_none());
        assert_eq!(place.number("SELECT count(*) FROM sessions").await, 0);
    });
}

#[test]
fn a_link_that_is_used_while_someone_signs_up_again_waits_and_is_dead() {
    run(Database::Postgres, async |place: Place| {
        for is_reset in [false, true] {
            let store = Arc::new(place.open().await);
            let address = if is_reset { "a@x.example" } else { "b@x.example" };
            sign_up(&store, address, "h1").await;
            let token = mail(&store).await.token.unwrap();
            let token = if is_reset { reset_token(&store, address).await } else { token };
            // As a sign-up does: the user first, and then the tokens. Whoever locks them the other way round would wait
            // for this one here, and this one for them.
            let mut other = open_transaction(&place).await;
            step(&mut other, "UPDATE users SET password_hash = 'h2'").await;
            let used = {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let users = store.users();
                    match is_reset {
                        true => users.reset_password(&token, checked("h3")).await,
                        false => users.verify(&token).await,
                    }
                })
            };
            until_one_waits(&place, &used).await;
            step(&mut other, "DELETE FROM mail_tokens").await;
            step(&mut other, "COMMIT").await;
            assert!(!used.await.unwrap().unwrap(), "{address}");
            assert_is(&store, address, "h2").await;
        }
    });
}

#[test]
fn old_tokens_and_sessions_that_another_transaction_has_are_not_waited_for() {
    run(Database::Postgres, async |place: Place| {
        let (store, clock) = place.open_at_start().await;
        let user = verified(&store, "a@x.example").await;
        let old = begin(&store, &user).await;
        reset_token(&store, "a@x.example").await;
        sign_up(&store, "b@x.example", "h1").await;
        clock.set_ms(START_MS + 86_400_000);
        let mut other = open_transaction(&place).await;
        step(&mut other, "SELECT FROM mail_tokens FOR UPDATE").await;
        step(&mut other, "SELECT FROM sessions FOR UPDATE").await;
        assert!(store.mails().take().await.unwrap().unwrap().token.is_some());
        let begun = store.sessions().begin(&user, "h1", 3600, None).await.unwrap().unwrap();
        step(&mut other, "ROLLBACK").await;
        assert!(store.sessions().find(&begun).await.unwrap().is_some());
        assert!(store.sessions().find(&old).await.unwrap().is_none());
    });
}

#[test]
fn a_mail_that_another_transaction_has_is_not_waited_for() {
    run(Database::Postgres, async |place: Place| {
        let store = place.open().await;
        sign_up(&store, "a@x.example", "h1").await;
        sign_up(&store, "b@x.example", "h1").await;
        let mut other = open_transaction(&place).await;
        step(&mut other, "SELECT FROM mails ORDER BY seq LIMIT 1 FOR UPDATE").await;
        assert_eq!(mail(&store).await.email, "b@x.example");
        assert!(store.mails().take().await.unwrap().is_none());
        step(&mut other, "ROLLBACK").await;
        assert_eq!(mail(&store).await.email, "a@x.example");
    });
}

#[test]
fn a_login_that_is_approved_while_its_operator_is_removed_is_none() {
    run(Database::Postgres, async |place: Place| {
        for is_removed_first in [false, true] {
            let store = Arc::new(place.open().await);
            let grace = operator(&store, "grace").await;
            let asked = start(&store).await;
            let mut other = open_transaction(&place).await;
            let removed = if is_removed_first {
                step(&mut other, "DELETE FROM operators").await;
                let (store, code) = (Arc::clone(&store), asked.user_code.clone());
                tokio::spawn(async move { store.devices().decide(&code, &grace, true).await.is_ok() })
            } else {
                step(
                    &mut other,
                    "UPDATE device_requests SET state = 'approved', answered_ms = 0, \
                     operator_id = (SELECT id FROM operators)",
                )
                .await;
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.operators().remove("grace").await.unwrap().is_some() })
            };
            until_one_waits(&place, &removed).await;
            step(&mut other, "COMMIT").await;
            assert_eq!(removed.await.unwrap(), !is_removed_first);
            let poll = store.devices().poll(&asked.device_code).await.unwrap();
            assert!(matches!(poll, Poll::Unknown | Poll::Waiting), "{poll:?}");
        }
    });
}

async fn assert_is(store: &Store, address: &str, hash: &str) {
    let found = store.users().find(&email(address)).await.unwrap().unwrap();
    assert_eq!((found.password_hash.as_str(), found.is_verified), (hash, false));
}

async fn open_transaction(place: &Place) -> PgConnection {
    let mut connection = place.server().await;
    step(&mut connection, "SET search_path TO kizaki").await;
    step(&mut connection, "BEGIN").await;
    connection
}

async fn step(connection: &mut PgConnection, statement: &'static str) {
    sqlx::query(statement).execute(connection).await.unwrap();
}

/// Returns once another transaction waits for a lock, or the one that should wait is over.
async fn until_one_waits<T>(place: &Place, waiting: &JoinHandle<T>) {
    const WAITING: &str = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while place.number(WAITING).await == 0 && !waiting.is_finished() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
