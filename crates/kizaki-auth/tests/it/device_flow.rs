//! The device flow over real sockets: from no operator at all to a login and its end, and every way not to get there.

use kizaki_store::{Check, Clock};
use serde_json::{Value, json};

use crate::operators::{
    Browser, FORM, GRANT_TYPE, OPERATOR, SECRET, ask_for_codes, bearer, encoded, login, manage, poll,
    set_up_token, text,
};
use crate::states::APP;
use crate::support::{Answer, Node, Place, START_MS, on_both};

on_both! {
    an_operator_is_made_and_lets_a_command_sign_in
    without_an_operator_there_is_nothing_to_ask
    a_request_that_is_denied_gives_no_login
    a_command_that_asks_too_often_is_slowed_down
    codes_are_over_at_their_time
    what_is_no_request_of_the_flow_is_refused_as_the_standard_says
    wrong_codes_are_few
    requests_for_codes_are_counted_by_address
    a_code_is_answered_by_one_operator_once
}

async fn token(node: &Node, fields: &[(&str, &str)], lines: &str) -> Answer {
    let body = encoded(fields);
    let text = format!(
        "POST /__platform/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{lines}\r\n{body}",
        body.len()
    );
    node.send(text.as_bytes()).await
}

fn refused(answer: &Answer, error: &str) {
    assert_eq!((answer.status, text(answer, "error").as_str()), (400, error), "{answer:?}");
    assert!(!text(answer, "error_description").is_empty() && answer.header("set-cookie").is_none());
}

async fn an_operator_is_made_and_lets_a_command_sign_in(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let mut browser = Browser::new(&node, "192.0.2.1");
    place.set_up(&mut browser, &set_up_token(&store).await).await;

    let asked = ask_for_codes(&node, "198.51.100.7").await;
    assert_eq!(asked.status, 200, "{asked:?}");
    let (device_code, user_code) = (text(&asked, "device_code"), text(&asked, "user_code"));
    assert_eq!((user_code.len(), &user_code[4..5]), (9, "-"));
    assert!(!user_code.contains(['A', 'E', 'I', 'O', 'U']), "{user_code}");
    let uri = "http://localhost/__platform/approve";
    assert_eq!(text(&asked, "verification_uri"), uri);
    assert_eq!(text(&asked, "verification_uri_complete"), format!("{uri}?user_code={user_code}"));
    assert_eq!((&asked.json()["expires_in"], &asked.json()["interval"]), (&json!(600), &json!(5)));
    refused(&poll(&node, &device_code).await, "authorization_pending");

    // The link of the command leads by the sign-in to the code.
    let target = format!("/__platform/approve?user_code={user_code}");
    let answer = browser.get(&target).await;
    let sign_in = format!("/__platform/signin?user_code={user_code}");
    assert_eq!((answer.status, answer.header("location")), (303, Some(sign_in.as_str())));
    browser.get(&sign_in).await;
    let fields = [("name", "grace"), ("password", SECRET), ("user_code", user_code.as_str())];
    let answer = browser.post("/__platform/signin", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some(target.as_str())), "{answer:?}");
    let page = browser.get(&target).await;
    assert!(page.body.contains(&format!("value=\"{user_code}\"")), "{page:?}");
    let typed = user_code.replace('-', "").to_lowercase();
    let shown = browser.post("/__platform/approve", &[("user_code", &typed)]).await;
    for told in [&user_code, "grace's laptop", "198.51.100.7", "less than a minute ago"] {
        assert!(shown.body.contains(told), "{told}: {shown:?}");
    }
    // Looking changes nothing.
    assert_ne!(text(&poll(&node, &device_code).await, "error"), "access_denied");
    let decision = [("user_code", typed.as_str()), ("decision", "approve")];
    let done = browser.post("/__platform/approve", &decision).await;
    assert!(done.status == 200 && done.body.contains("<h1>Signed in</h1>"), "{done:?}");

    let given = poll(&node, &device_code).await;
    assert_eq!((given.status, text(&given, "token_type").as_str()), (200, "Bearer"));
    assert_eq!(given.json()["expires_in"], json!(30 * 86_400));
    let login = text(&given, "access_token");
    assert!(login.starts_with("kzl_") && login.len() == 47, "{login}");
    refused(&poll(&node, &device_code).await, "invalid_grant");

    let me = manage(&node, "GET", "/__platform/whoami", &bearer(&login), &Value::Null).await;
    assert_eq!((me.status, text(&me, "kind").as_str(), text(&me, "name").as_str()), (200, "login", OPERATOR));
    assert!(text(&me, "expires_at").ends_with('Z'));
    let out = manage(&node, "POST", "/__platform/logout", &bearer(&login), &Value::Null).await;
    assert_eq!((out.status, out.body.as_str()), (204, ""));
    for (method, path) in [("GET", "/__platform/whoami"), ("POST", "/__platform/logout")] {
        let answer = manage(&node, method, path, &bearer(&login), &Value::Null).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"));
    }
}

async fn without_an_operator_there_is_nothing_to_ask(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    // A link that nobody has used is no operator.
    set_up_token(&store).await;
    let asked = ask_for_codes(&node, "192.0.2.1").await;
    assert_eq!((asked.status, asked.code().as_str()), (404, "no_operator"));
    assert!(asked.body.contains("kizaki serve --init-operator"), "{asked:?}");
    let mut browser = Browser::new(&node, "192.0.2.1");
    for path in ["setup", "setup?token=", "setup?token=x", &format!("setup?token={}", "0".repeat(43))] {
        assert_eq!(browser.get(&format!("/__platform/{path}")).await.status, 404, "{path}");
    }
    browser.get("/__platform/signin").await;
    let fields = [
        ("token", "0".repeat(43)),
        ("name", "eve".into()),
        ("password", SECRET.into()),
        ("again", SECRET.into()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(browser.post("/__platform/setup", &fields).await.status, 404);
    assert_eq!(browser.sign_in("eve", SECRET).await.status, 401);
    assert_eq!(store.operators().count().await.unwrap(), 0);
}

async fn a_request_that_is_denied_gives_no_login(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let mut browser = place.operator(&node, "192.0.2.1").await;
    let asked = ask_for_codes(&node, "198.51.100.7").await;
    let user_code = text(&asked, "user_code");
    let done = browser.answer(&user_code, "deny").await;
    assert!(done.body.contains("<h1>Refused</h1>"), "{done:?}");
    for _ in 0..2 {
        refused(&poll(&node, &text(&asked, "device_code")).await, "access_denied");
    }
    // What was answered is no longer there to be answered.
    let fields = [("user_code", user_code.as_str()), ("decision", "approve")];
    assert_eq!(browser.post("/__platform/approve", &fields).await.status, 404);
    refused(&poll(&node, &text(&asked, "device_code")).await, "access_denied");
}

async fn a_command_that_asks_too_often_is_slowed_down(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    login(&place.store(Clock::Manual(clock.clone())).await).await;
    let asked = text(&ask_for_codes(&node, "192.0.2.1").await, "device_code");
    for (at, error) in [
        (0, "authorization_pending"),
        (4_999, "slow_down"),
        (9_998, "slow_down"),
        (14_998, "authorization_pending"),
        (14_998, "slow_down"),
    ] {
        clock.set_ms(START_MS + at);
        refused(&poll(&node, &asked).await, error);
    }
}

async fn codes_are_over_at_their_time(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let mut browser = Browser::new(&node, "192.0.2.1");
    let store = place.store(Clock::Manual(clock.clone())).await;
    place.set_up(&mut browser, &set_up_token(&store).await).await;
    browser.sign_in(OPERATOR, SECRET).await;
    let asked = ask_for_codes(&node, "192.0.2.1").await;
    let (device_code, user_code) = (text(&asked, "device_code"), text(&asked, "user_code"));
    browser.get("/__platform/approve").await;
    for (at, status) in [(599_999, 200), (600_000, 404), (600_001, 404)] {
        clock.set_ms(START_MS + at);
        let answer = browser.post("/__platform/approve", &[("user_code", &user_code)]).await;
        assert_eq!(answer.status, status, "{at}");
    }
    refused(&poll(&node, &device_code).await, "expired_token");
    // So is the login, a month later.
    let token = login(&store).await;
    let now = clock.now_ms();
    for (later, status) in [(30 * 86_400_000 - 1, 200), (30 * 86_400_000, 401)] {
        clock.set_ms(now + later);
        let me = manage(&node, "GET", "/__platform/whoami", &bearer(&token), &Value::Null).await;
        assert_eq!(me.status, status, "{later}");
    }
}

async fn what_is_no_request_of_the_flow_is_refused_as_the_standard_says(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    login(&place.store(Clock::Store).await).await;
    let asked = text(&ask_for_codes(&node, "192.0.2.1").await, "device_code");
    let (code, client, grant) =
        (("device_code", asked.as_str()), ("client_id", "kizaki-cli"), ("grant_type", GRANT_TYPE));
    let cases: [(&[(&str, &str)], &str); 11] = [
        (&[], "invalid_request"),
        (&[code, client], "invalid_request"),
        (&[grant, client], "invalid_request"),
        (&[grant, code], "invalid_request"),
        (&[grant, code, client, client], "invalid_request"),
        (&[("grant_type", "password"), code, client], "unsupported_grant_type"),
        (&[("grant_type", "refresh_token"), code, client], "unsupported_grant_type"),
        (&[grant, code, ("client_id", "other")], "invalid_grant"),
        (&[grant, ("device_code", "x"), client], "invalid_grant"),
        (&[grant, ("device_code", &"0".repeat(43)), client], "invalid_grant"),
        (&[grant, code, client, ("further", "is not looked at")], "authorization_pending"),
    ];
    for (fields, error) in cases {
        refused(&token(&node, fields, FORM).await, error);
    }
    for lines in ["", "content-type: application/json\r\n", &format!("{FORM}{FORM}")] {
        refused(&token(&node, &[grant, code, client], lines).await, "invalid_request");
    }
    let long = "x".repeat(101);
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[], "invalid_request"),
        (&[("client_name", "x")], "invalid_request"),
        (&[("client_id", "other")], "invalid_client"),
        (&[client, ("client_name", &long)], "invalid_request"),
        (&[client, ("client_name", "a\nb")], "invalid_request"),
    ];
    for (fields, error) in cases {
        let body = encoded(fields);
        let length = body.len();
        let head = format!("POST /__platform/device HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{FORM}");
        let answer = node.send(format!("{head}content-length: {length}\r\n\r\n{body}").as_bytes()).await;
        refused(&answer, error);
    }
}

async fn wrong_codes_are_few(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let mut browser = Browser::new(&node, "192.0.2.1");
    let store = place.store(Clock::Manual(clock.clone())).await;
    place.set_up(&mut browser, &set_up_token(&store).await).await;
    browser.sign_in(OPERATOR, SECRET).await;
    browser.get("/__platform/approve").await;
    let right = text(&ask_for_codes(&node, "192.0.2.9").await, "user_code");
    // What cannot be a code is no guess, and right ones are none either.
    for typed in ["", "WDJB", "AEIO-UAEI"] {
        assert_eq!(browser.post("/__platform/approve", &[("user_code", typed)]).await.status, 422, "{typed}");
    }
    for _ in 0..6 {
        assert_eq!(browser.post("/__platform/approve", &[("user_code", &right)]).await.status, 200);
    }
    for decision in [None, Some("approve"), Some("deny"), None, None] {
        let wrong = [Some(("user_code", "BBBB-BBBB")), decision.map(|decision| ("decision", decision))];
        let wrong: Vec<_> = wrong.into_iter().flatten().collect();
        assert_eq!(browser.post("/__platform/approve", &wrong).await.status, 404);
    }
    // The sixth waits, be it right: by the operator from elsewhere, and by another operator from there.
    let locked = browser.post("/__platform/approve", &[("user_code", &right)]).await;
    assert_eq!((locked.status, locked.header("retry-after")), (429, Some("600")));
    let mut elsewhere = Browser::new(&node, "192.0.2.2");
    elsewhere.sign_in(OPERATOR, SECRET).await;
    elsewhere.get("/__platform/approve").await;
    assert_eq!(elsewhere.post("/__platform/approve", &[("user_code", &right)]).await.status, 429);
    clock.set_ms(START_MS + 600_000);
    let right = text(&ask_for_codes(&node, "192.0.2.9").await, "user_code");
    assert_eq!(browser.post("/__platform/approve", &[("user_code", &right)]).await.status, 200);
}

async fn requests_for_codes_are_counted_by_address(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    login(&place.store(Clock::Store).await).await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(ask_for_codes(&node, "192.0.2.1").await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (200, 429), "{statuses:?}");
    assert_eq!(ask_for_codes(&node, "192.0.2.2").await.status, 200);
}

async fn a_code_is_answered_by_one_operator_once(mut place: Place) {
    place.prepare(APP);
    let nodes = [place.node().await, place.node().await];
    let mut first = place.operator(&nodes[0], "192.0.2.1").await;
    let mut second = Browser::new(&nodes[1], "192.0.2.2");
    second.sign_in(OPERATOR, SECRET).await;
    let asked = ask_for_codes(&nodes[0], "192.0.2.9").await;
    let code = text(&asked, "user_code");
    for browser in [&mut first, &mut second] {
        browser.get("/__platform/approve").await;
        assert_eq!(browser.post("/__platform/approve", &[("user_code", &code)]).await.status, 200);
    }
    let deny = [("user_code", code.as_str()), ("decision", "deny")];
    assert_eq!(second.post("/__platform/approve", &deny).await.status, 200);
    let approve = [("user_code", code.as_str()), ("decision", "approve")];
    assert_eq!(first.post("/__platform/approve", &approve).await.status, 404);
    refused(&poll(&nodes[1], &text(&asked, "device_code")).await, "access_denied");
    // A login is one on all nodes, and so is its end.
    let store = place.store(Clock::Store).await;
    let token = login(&store).await;
    for node in &nodes {
        let me = manage(node, "GET", "/__platform/whoami", &bearer(&token), &Value::Null).await;
        assert_eq!(me.status, 200);
    }
    let Check::Accepted(access) = store.logins().check(&token).await.unwrap() else { panic!() };
    store.logins().end(&access).await.unwrap();
    for node in &nodes {
        let me = manage(node, "GET", "/__platform/whoami", &bearer(&token), &Value::Null).await;
        assert_eq!(me.status, 401);
    }
}
