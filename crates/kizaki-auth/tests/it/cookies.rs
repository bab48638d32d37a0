//! The session cookie: its attributes in every flow, and that nobody can choose another's session.

use kizaki_auth::PublicUrl;
use serde_json::json;

use crate::support::{Place, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor};

on_both! {
    the_cookie_has_the_same_attributes_in_every_flow
    a_sign_in_takes_no_session_that_was_there_before
    a_cookie_that_stands_there_twice_is_none
    a_page_of_another_site_changes_nothing_with_the_cookie
    a_session_ends_at_its_time
}

async fn the_cookie_has_the_same_attributes_in_every_flow(mut place: Place) {
    place.prepare(APP);
    for (number, (url, name, secure)) in
        [("http://localhost", "kizaki-dev", ""), ("https://app.example", "__Host-kizaki", "; Secure")]
            .into_iter()
            .enumerate()
    {
        place.settings.public_url = PublicUrl::parse(url).unwrap();
        let node = place.node().await;
        let origin = format!("origin: {url}\r\n");
        let email = format!("a{number}@x.example");
        let mut visitor = Visitor::new(&node, "192.0.2.1");
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
        visitor.post_with("signup", &body, &origin).await;
        let token = place.token(&node).await;
        visitor.post_with("verify", &json!({ "token": token, "password": PASSWORD }), &origin).await;
        for _ in 0..2 {
            let answer =
                visitor.post_with("login", &json!({ "email": email, "password": PASSWORD }), &origin).await;
            let value = visitor.cookie.clone().unwrap();
            assert_eq!(value.len(), 43);
            let expected = format!("{name}={value}; Path=/; Max-Age=7200; HttpOnly; SameSite=Lax{secure}");
            assert_eq!(answer.header("set-cookie"), Some(expected.as_str()));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
        let change = json!({ "current_password": PASSWORD, "password": "another good one" });
        let answer = visitor.post_with("password/change", &change, &origin).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (204, None));
        let answer = visitor.post_with("logout", &json!({}), &origin).await;
        let expected = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}");
        assert_eq!(answer.header("set-cookie"), Some(expected.as_str()));
    }
}

async fn a_sign_in_takes_no_session_that_was_there_before(mut place: Place) {
    let node = place.visited().await;
    let mut eve = place.signed_in(&node, "eve@x.example", "192.0.2.66").await;
    place.user(&node, ADA).await;
    // Eve lays her own session, or one that she made up, down in Ada's browser.
    let planted = [eve.cookie.clone().unwrap(), "0".repeat(43), "x".to_owned()];
    for cookie in planted {
        let mut ada = Visitor::new(&node, "192.0.2.1").with(Some(cookie.clone()));
        assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
        assert_ne!(ada.cookie.as_ref(), Some(&cookie));
        assert_eq!(ada.session().await.json()["user"]["email"], ADA);
        eve.cookie = Some(cookie);
        assert!(!eve.is_signed_in().await);
    }
    // Each sign-in has a token of its own, and a failed one leaves the session as it is.
    let mut ada = Visitor::new(&node, "192.0.2.1");
    ada.login(ADA, PASSWORD).await;
    let first = ada.cookie.clone();
    ada.login(ADA, "something else").await;
    assert_eq!(ada.cookie, first);
    assert!(ada.is_signed_in().await);
    ada.login(ADA, PASSWORD).await;
    assert_ne!(ada.cookie, first);
}

async fn a_cookie_that_stands_there_twice_is_none(mut place: Place) {
    let node = place.visited().await;
    let ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let cookie = ada.cookie.unwrap();
    let status = async |lines: &str| node.ask("GET", "/mine", lines).await.status;
    assert_eq!(status(&format!("cookie: kizaki-dev={cookie}\r\n")).await, 200);
    // Those of others do not hide it, whatever they hold.
    assert_eq!(status(&format!("cookie: a=\u{e9}; kizaki-dev={cookie}\r\ncookie: \u{e9}\r\n")).await, 200);
    for lines in [
        format!("cookie: kizaki-dev={cookie}; kizaki-dev={cookie}\r\n"),
        format!("cookie: kizaki-dev={cookie}\r\ncookie: kizaki-dev=x\r\n"),
        format!("cookie: __Host-kizaki={cookie}\r\n"),
        format!("cookie: kizaki-dev={}\r\n", cookie.to_lowercase() + "0"),
        format!("cookie: kizaki-dev=\"{cookie}\"\r\n"),
    ] {
        assert_eq!(status(&lines).await, 401, "{lines}");
    }
}

async fn a_page_of_another_site_changes_nothing_with_the_cookie(mut place: Place) {
    place.prepare(
        "auth { providers: [email] }\n\
         routes(\"/\", auth: session) { GET /mine -> mine  POST /pay -> pay  DELETE /mine -> remove }\n\
         routes(\"/open\", auth: none) { POST /hook -> hook }",
    );
    let node = place.node().await;
    let cookie = place.signed_in(&node, ADA, "192.0.2.1").await.cookie.unwrap();
    let ask = async |method: &str, path: &str, lines: &str| {
        let answer = node.ask(method, path, &format!("cookie: kizaki-dev={cookie}\r\n{lines}")).await;
        (answer.status, answer.header("x-kizaki-principal").map(str::len))
    };
    let elsewhere = [
        "origin: http://other.localhost\r\n",
        "origin: null\r\n",
        "origin: http://localhost\r\nsec-fetch-site: same-site\r\n",
        "sec-fetch-site: cross-site\r\n",
    ];
    for lines in elsewhere {
        for (method, path) in [("POST", "/pay"), ("DELETE", "/mine")] {
            assert_eq!(ask(method, path, lines).await, (403, Some(0)), "{method} {lines}");
        }
        // What changes nothing may be linked to, and an open route asks for no cookie.
        assert_eq!(ask("GET", "/mine", lines).await.0, 200, "{lines}");
        assert_eq!(ask("POST", "/open/hook", lines).await.0, 200, "{lines}");
    }
    for lines in ["", "origin: http://localhost\r\nsec-fetch-site: same-origin\r\n"] {
        assert_eq!(ask("POST", "/pay", lines).await.0, 200, "{lines}");
    }
}

async fn a_session_ends_at_its_time(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let end = clock.now_ms() + 7_200_000;
    let expires = ada.session().await.json()["expires_at"].as_str().unwrap().to_owned();
    assert!(expires.ends_with("T02:00:00Z"), "{expires}");
    for (time, is_signed_in) in [(end - 1, true), (end, false), (end + 1, false)] {
        clock.set_ms(time);
        assert_eq!(ada.is_signed_in().await, is_signed_in, "{time}");
    }
}
