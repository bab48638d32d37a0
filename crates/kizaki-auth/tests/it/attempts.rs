//! Guessing is slowed down, by account and by address; and a store that fails at any call lets nobody in.

use serde_json::json;

use crate::accounts::writes;
use crate::support::{Place, START_MS, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor};

on_both! {
    ten_guesses_at_an_account_and_the_next_one_waits
    ten_guesses_of_an_address_and_the_next_one_waits
    a_sign_in_that_succeeds_is_no_guess
    who_has_to_wait_for_an_account_need_not_wait_for_others
    requests_for_mails_are_counted_by_address_and_addressee
    a_store_call_that_fails_is_503_and_never_a_session
}

async fn ten_guesses_at_an_account_and_the_next_one_waits(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    place.user(&node, ADA).await;
    let login = async |number: u8, password: &str| {
        Visitor::new(&node, &format!("192.0.2.{number}")).login(ADA, password).await
    };
    for number in 0..10 {
        assert_eq!(login(number, "guess").await.status, 401);
    }
    let before = node.service.password_hashes();
    let waits = login(10, PASSWORD).await;
    assert_eq!((waits.status, waits.code().as_str()), (429, "rate_limited"));
    assert_eq!(waits.header("retry-after"), Some("1"));
    assert_eq!(node.service.password_hashes(), before);
    clock.set_ms(START_MS + 1000);
    assert_eq!(login(11, "guess").await.status, 401);
    assert_eq!(login(12, PASSWORD).await.header("retry-after"), Some("2"));
    // Nobody is locked out: after the wait the right password signs in, and all is forgotten.
    clock.set_ms(START_MS + 3000);
    assert_eq!(login(13, PASSWORD).await.status, 200);
    assert_eq!(login(14, "guess").await.status, 401);
    assert_eq!(login(15, PASSWORD).await.status, 200);
}

async fn ten_guesses_of_an_address_and_the_next_one_waits(mut place: Place) {
    place.prepare(APP);
    let (node, _) = place.node_at_start().await;
    place.user(&node, ADA).await;
    let mut eve = Visitor::new(&node, "2001:db8::66");
    for number in 0..10 {
        assert_eq!(eve.login(&format!("{number}@x.example"), "guess").await.status, 401);
    }
    assert_eq!(eve.login(ADA, PASSWORD).await.status, 429);
    // Her whole network is one address.
    assert_eq!(Visitor::new(&node, "2001:db8::67").login(ADA, PASSWORD).await.status, 429);
    assert_eq!(Visitor::new(&node, "192.0.2.1").login(ADA, PASSWORD).await.status, 200);
}

async fn who_has_to_wait_for_an_account_need_not_wait_for_others(mut place: Place) {
    place.prepare(APP);
    let (node, _) = place.node_at_start().await;
    place.user(&node, ADA).await;
    for number in 0..10 {
        Visitor::new(&node, &format!("192.0.2.{number}")).login(ADA, "guess").await;
    }
    let mut neighbours = Visitor::new(&node, "192.0.2.99");
    for _ in 0..12 {
        assert_eq!(neighbours.login(ADA, PASSWORD).await.status, 429);
    }
    assert_eq!(neighbours.login("bob@x.example", "guess").await.status, 401);
}

async fn a_sign_in_that_succeeds_is_no_guess(mut place: Place) {
    place.prepare(APP);
    let (node, _) = place.node_at_start().await;
    place.user(&node, ADA).await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    for _ in 0..12 {
        assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
    }
    // Own sign-ins do not buy guesses at others.
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(ada.login("bob@x.example", "guess").await.status);
        ada.login(ADA, PASSWORD).await;
    }
    assert_eq!((statuses[9], statuses[10]), (401, 429), "{statuses:?}");
}

async fn requests_for_mails_are_counted_by_address_and_addressee(mut place: Place) {
    place.prepare(APP);
    let (node, _) = place.node_at_start().await;
    place.user(&node, ADA).await;
    for (path, body) in writes() {
        let mut one = Visitor::new(&node, &format!("198.51.100.{}", path.len()));
        let mut statuses = Vec::new();
        for _ in 0..11 {
            statuses.push(one.post(path, &body).await.status);
        }
        let is_limited = statuses.last() == Some(&429);
        // A sign-in succeeds here, and what needs a session was never tried.
        let expected = !["login", "logout", "password/change"].contains(&path);
        assert_eq!(is_limited, expected, "{path} {statuses:?}");
    }
    // However many addresses ask, one mailbox is not flooded.
    let mut statuses = Vec::new();
    for number in 0..11 {
        let mut one = Visitor::new(&node, &format!("203.0.113.{number}"));
        statuses.push(one.post("password/forgot", &json!({ "email": "eve@x.example" })).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (202, 429), "{statuses:?}");
}

async fn a_store_call_that_fails_is_503_and_never_a_session(mut place: Place) {
    let node = place.visited().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    // Without its table a call fails, and only it. Here are those that need each table.
    let faults: [(&str, &[&str]); 4] = [
        ("users", &["signup", "login", "verify", "verify/resend", "password/forgot", "password/change"]),
        ("sessions", &["login", "logout", "password/change"]),
        ("mail_tokens", &["verify", "password/reset", "signup"]),
        (
            "attempts",
            &[
                "signup",
                "login",
                "verify",
                "verify/resend",
                "password/forgot",
                "password/reset",
                "password/change",
            ],
        ),
    ];
    for (number, (table, failing)) in faults.into_iter().enumerate() {
        place.execute(Box::leak(format!("ALTER TABLE {table} RENAME TO gone").into_boxed_str())).await;
        let cookie = ada.cookie.clone();
        for (path, body) in writes() {
            ada.cookie.clone_from(&cookie);
            if path == "logout" && table != "sessions" {
                continue;
            }
            let address = format!("198.51.100.{}", number * 20 + path.len());
            let mut visitor = Visitor::new(&node, &address).with(ada.cookie.clone());
            let answer = visitor.post(path, &body).await;
            let fails = answer.status == 503
                && answer.code() == "unavailable"
                && answer.header("set-cookie").is_none();
            assert!(fails || !failing.contains(&path), "{table}: {path} {answer:?}");
        }
        if ["users", "sessions"].contains(&table) {
            assert_eq!((ada.session().await.status, ada.authorize().await.status), (503, 503), "{table}");
        }
        place.execute(Box::leak(format!("ALTER TABLE gone RENAME TO {table}").into_boxed_str())).await;
        // A sign-in in between may have ended the session.
        assert_eq!(ada.login(ADA, PASSWORD).await.status, 200, "{table}");
        assert!(ada.is_signed_in().await, "{table}");
    }
    node.service.close().await;
    for (path, body) in writes() {
        let answer = ada.post(path, &body).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (503, None), "{path}");
    }
    assert_eq!((ada.session().await.status, ada.authorize().await.status), (503, 503));
}
