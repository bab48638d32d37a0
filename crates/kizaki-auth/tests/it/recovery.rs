//! Passwords that were forgotten, and passwords that are changed.

use serde_json::json;

use crate::support::{Place, START_MS, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor};

on_both! {
    a_forgotten_password_is_replaced_by_a_link_and_all_sessions_end
    a_link_works_for_half_an_hour
    a_change_needs_the_password_and_ends_all_other_sessions
}

const NEW: &str = "another good one";

async fn a_forgotten_password_is_replaced_by_a_link_and_all_sessions_end(mut place: Place) {
    let node = place.visited().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let other = place.signed_in(&node, "bob@x.example", "192.0.2.7").await;
    let mut forgetful = Visitor::new(&node, "192.0.2.2");
    assert_eq!(forgetful.post("password/forgot", &json!({ "email": "ADA@X.example" })).await.status, 202);
    let token = place.token(&node).await;
    let mut reset = async |token: &str, password: &str| {
        forgetful.post("password/reset", &json!({ "token": token, "password": password })).await
    };
    // A password that is refused does not use the link up, and a wrong token costs no hash.
    assert_eq!(reset(&token, "short").await.status, 422);
    let before = node.service.password_hashes();
    for wrong in ["", "x", &"0".repeat(43), &token.to_lowercase(), &format!("{token}0")] {
        let answer = reset(wrong, NEW).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_token"), "{wrong}");
    }
    assert_eq!(node.service.password_hashes(), before);
    let answer = reset(&token, NEW).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (204, None));
    assert_eq!(reset(&token, PASSWORD).await.status, 401);
    assert!(!ada.is_signed_in().await);
    assert!(other.is_signed_in().await);
    assert_eq!(ada.login(ADA, PASSWORD).await.status, 401);
    assert_eq!(ada.login(ADA, NEW).await.status, 200);
}

async fn a_link_works_for_half_an_hour(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    place.user(&node, ADA).await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    for (time, status) in [(30 * 60_000 - 1, 204), (30 * 60_000, 401)] {
        clock.set_ms(START_MS);
        ada.post("password/forgot", &json!({ "email": ADA })).await;
        let token = place.token(&node).await;
        clock.set_ms(START_MS + time);
        let answer = ada.post("password/reset", &json!({ "token": token, "password": NEW })).await;
        assert_eq!(answer.status, status, "{time}");
    }
}

async fn a_change_needs_the_password_and_ends_all_other_sessions(mut place: Place) {
    let node = place.visited().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let mut elsewhere = Visitor::new(&node, "192.0.2.2");
    elsewhere.login(ADA, PASSWORD).await;
    let change = |current: &str, new: &str| json!({ "current_password": current, "password": new });
    let answer = Visitor::new(&node, "192.0.2.3").post("password/change", &change(PASSWORD, NEW)).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"));
    let answer = ada.post("password/change", &change("something else", NEW)).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "wrong_credentials"));
    assert_eq!(ada.post("password/change", &change(PASSWORD, "short")).await.status, 422);
    assert!(elsewhere.is_signed_in().await);
    assert_eq!(ada.post("password/change", &change(PASSWORD, NEW)).await.status, 204);
    assert!(ada.is_signed_in().await);
    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(elsewhere.login(ADA, PASSWORD).await.status, 401);
    assert_eq!(elsewhere.login(ADA, NEW).await.status, 200);
    // Whoever sits at an open session cannot guess the password at will.
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(ada.post("password/change", &change("guess", PASSWORD)).await.status);
    }
    assert_eq!((statuses[0], statuses[10]), (401, 429), "{statuses:?}");
}
