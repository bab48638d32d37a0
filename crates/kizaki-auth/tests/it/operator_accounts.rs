//! How operators are made, sign in and out, and how long they stay signed in.

use kizaki_store::Clock;

use crate::accounts::outdate;
use crate::operators::{Browser, OPERATOR, SECRET, ask_for_codes, set_up_token, text};
use crate::states::APP;
use crate::support::{Place, START_MS, on_both};

on_both! {
    the_password_of_an_operator_is_a_strong_one
    nobody_learns_which_operators_there_are
    ten_guesses_and_the_next_one_waits
    sign_ins_that_renew_a_hash_at_once_all_succeed
    who_signs_out_is_out
    a_session_lasts_an_hour
    a_link_makes_one_operator
}

async fn the_password_of_an_operator_is_a_strong_one(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let token = set_up_token(&store).await;
    let mut browser = Browser::new(&node, "192.0.2.1");
    browser.get(&format!("/__platform/setup?token={token}")).await;
    let before = node.service.password_hashes();
    let long = "x".repeat(257);
    let cases = [
        (OPERATOR, "short of fifte", "Use at least 15 characters."),
        (OPERATOR, &long, "Use at most 256 characters."),
        (OPERATOR, "P@ssw0rd2024!!!!!", "this one is common"),
        ("", SECRET, "Give a name"),
        (" ", SECRET, "Give a name"),
        ("a\u{1}b", SECRET, "Give a name"),
        (&long, SECRET, "Give a name"),
    ];
    for (name, password, told) in cases {
        let fields = [("token", token.as_str()), ("name", name), ("password", password), ("again", password)];
        let answer = browser.post("/__platform/setup", &fields).await;
        assert!(answer.status == 422 && answer.body.contains(told), "{told}: {answer:?}");
        assert!(!answer.body.contains(password), "{answer:?}");
    }
    let fields = [("token", token.as_str()), ("name", OPERATOR), ("password", SECRET), ("again", "other")];
    let answer = browser.post("/__platform/setup", &fields).await;
    assert!(answer.status == 422 && answer.body.contains("the same password twice"), "{answer:?}");
    assert_eq!(node.service.password_hashes(), before);
    // None of this used the link up.
    place.set_up(&mut browser, &token).await;
}

async fn nobody_learns_which_operators_there_are(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    place.operator(&node, "192.0.2.1").await;
    let mut browser = Browser::new(&node, "192.0.2.2");
    browser.get("/__platform/signin").await;
    let mut answers = Vec::new();
    for name in [OPERATOR, "Nobody", "", "a\0b"] {
        let before = node.service.password_hashes();
        let answer = browser.post("/__platform/signin", &[("name", name), ("password", "guess")]).await;
        assert_eq!(node.service.password_hashes(), before + 1, "{name}");
        answers.push((answer.status, answer.body.replace(&format!("value=\"{name}\""), "value=\"\"")));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

async fn ten_guesses_and_the_next_one_waits(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock.clone())).await;
    place.set_up(&mut Browser::new(&node, "192.0.2.1"), &set_up_token(&store).await).await;
    let sign_in = async |number: u8, name: &str, password: &str| {
        Browser::new(&node, &format!("192.0.2.{number}")).sign_in(name, password).await
    };
    for number in 0..10 {
        assert_eq!(sign_in(number, "GRACE", "guess").await.status, 401);
    }
    let before = node.service.password_hashes();
    let waits = sign_in(10, OPERATOR, SECRET).await;
    assert_eq!((waits.status, waits.header("retry-after")), (429, Some("1")));
    assert_eq!(node.service.password_hashes(), before);
    clock.set_ms(START_MS + 1000);
    assert_eq!(sign_in(11, OPERATOR, SECRET).await.status, 303);
    // By address, whoever is guessed at.
    for number in 0..10 {
        assert_eq!(sign_in(66, &format!("n{number}"), "guess").await.status, 401);
    }
    assert_eq!(sign_in(66, OPERATOR, SECRET).await.status, 429);
    assert_eq!(sign_in(67, OPERATOR, SECRET).await.status, 303);
    // A name that looks like an address is a name.
    for number in 70..80 {
        assert_eq!(sign_in(number, "address:192.0.2.80", "guess").await.status, 401);
    }
    assert_eq!(sign_in(80, OPERATOR, SECRET).await.status, 303);
}

async fn sign_ins_that_renew_a_hash_at_once_all_succeed(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    place.operator(&node, "192.0.2.1").await;
    outdate(&place, "operators", SECRET).await;
    let sign_in = async |number: u8| {
        Browser::new(&node, &format!("192.0.2.{number}")).sign_in(OPERATOR, SECRET).await.status
    };
    assert_eq!(tokio::join!(sign_in(2), sign_in(3), sign_in(4), sign_in(5)), (303, 303, 303, 303));
}

async fn who_signs_out_is_out(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let mut grace = place.operator(&node, "192.0.2.1").await;
    let mut copy = grace.clone();
    grace.get("/__platform/approve").await;
    let answer = grace.post("/__platform/signout", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/__platform/signin")));
    assert_eq!(grace.cookie, None);
    let answer = copy.get("/__platform/approve").await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/__platform/signin")));
}

async fn a_session_lasts_an_hour(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock.clone())).await;
    let mut grace = Browser::new(&node, "192.0.2.1");
    place.set_up(&mut grace, &set_up_token(&store).await).await;
    grace.sign_in(OPERATOR, SECRET).await;
    let code = text(&ask_for_codes(&node, "192.0.2.9").await, "user_code");
    grace.get("/__platform/approve").await;
    for (later, status) in [(3_599_999, 200), (3_600_000, 303), (3_600_001, 303)] {
        clock.set_ms(START_MS + later);
        assert_eq!(grace.clone().get("/__platform/approve").await.status, status, "{later}");
    }
    // A form that is sent after the end leads to the sign-in, with its code.
    let answer = grace.post("/__platform/approve", &[("user_code", &code), ("decision", "approve")]).await;
    let sign_in = format!("/__platform/signin?user_code={code}");
    assert_eq!((answer.status, answer.header("location")), (303, Some(sign_in.as_str())), "{answer:?}");
}

async fn a_link_makes_one_operator(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock.clone())).await;
    let mut browser = Browser::new(&node, "192.0.2.1");
    let first = set_up_token(&store).await;
    place.set_up(&mut browser, &first).await;
    assert_eq!(browser.get(&format!("/__platform/setup?token={first}")).await.status, 404);
    let second = set_up_token(&store).await;
    browser.get(&format!("/__platform/setup?token={second}")).await;
    let fields = [("token", second.as_str()), ("name", "gRACE"), ("password", SECRET), ("again", SECRET)];
    let taken = browser.post("/__platform/setup", &fields).await;
    assert!(taken.status == 422 && taken.body.contains("an operator has this one"), "{taken:?}");
    clock.set_ms(START_MS + 30 * 60_000 - 1);
    assert_eq!(browser.get(&format!("/__platform/setup?token={second}")).await.status, 200);
    clock.set_ms(START_MS + 30 * 60_000);
    let fields = [("token", second.as_str()), ("name", "Ada"), ("password", SECRET), ("again", SECRET)];
    assert_eq!(browser.post("/__platform/setup", &fields).await.status, 404);
    assert_eq!(store.operators().count().await.unwrap(), 1);
}
