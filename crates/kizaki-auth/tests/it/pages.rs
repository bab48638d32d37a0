//! The operators' pages: what protects them from other sites and other people, and what they tell.

use kizaki_auth::PublicUrl;
use kizaki_store::Clock;

use crate::operators::{
    Browser, FORM, OPERATOR, OWN, SECRET, ask_for_codes, encoded, poll, set_up_token, text,
};
use crate::states::APP;
use crate::support::{Answer, Node, Place, on_both};
use crate::visitor::ADA;

on_both! {
    every_page_is_closed_to_other_pages
    the_cookie_has_the_same_attributes_in_every_flow
    a_sign_in_takes_no_token_that_was_there_before
    a_form_of_another_browser_or_site_does_nothing
    a_script_gets_no_page
    a_link_of_another_site_leaves_the_cookie_as_it_is
    what_a_command_calls_itself_is_text_and_nothing_else
    the_cookie_of_the_app_opens_no_page
}

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn is_closed(answer: &Answer) {
    assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{answer:?}");
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    assert_eq!(answer.header("cross-origin-opener-policy"), Some("noopener-allow-popups"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    for inline in ["<script", "style=", " onclick", "<style", "http://", "https://"] {
        assert!(!answer.body.contains(inline), "{inline}: {answer:?}");
    }
    if answer.status != 303 {
        assert!(answer.body.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{answer:?}");
        assert_eq!(answer.body.matches("<h1>").count(), 1, "{answer:?}");
        let alerts = answer.body.matches("role=\"alert\"").count();
        assert_eq!(alerts, usize::from(answer.status >= 400), "{answer:?}");
    }
}

async fn every_page_is_closed_to_other_pages(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let mut browser = Browser::new(&node, "192.0.2.1");
    let token = set_up_token(&store).await;
    let link = format!("/__platform/setup?token={token}");
    is_closed(&browser.get(&link).await);
    is_closed(&browser.get("/__platform/setup").await);
    let weak = [("token", token.as_str()), ("name", OPERATOR), ("password", "x"), ("again", "y")];
    is_closed(&browser.post("/__platform/setup", &weak).await);
    place.set_up(&mut browser, &token).await;
    is_closed(&browser.get("/__platform/approve").await);
    is_closed(&browser.get("/__platform/signin").await);
    is_closed(&browser.post("/__platform/signin", &[("name", "x"), ("password", "x")]).await);
    is_closed(&browser.post("/__platform/signin", &[("name", OPERATOR), ("password", SECRET)]).await);
    is_closed(&browser.get("/__platform/signin").await);
    is_closed(&browser.get("/__platform/approve").await);
    is_closed(&browser.post_with("/__platform/approve", &[("user_code", "x")], "origin: null\r\n").await);
    is_closed(&browser.post("/__platform/approve", &[]).await);
    is_closed(&browser.post("/__platform/approve", &[("user_code", "x")]).await);
    is_closed(&browser.post("/__platform/approve", &[("user_code", "BBBBBBBB")]).await);
    let code = text(&ask_for_codes(&node, "192.0.2.9").await, "user_code");
    is_closed(&browser.post("/__platform/approve", &[("user_code", &code)]).await);
    is_closed(&browser.post("/__platform/approve", &[("user_code", &code), ("decision", "approve")]).await);
    is_closed(&browser.post("/__platform/signout", &[]).await);
    let style = node.get("/__platform/style.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css")));
    assert!(!style.body.contains("url(") && !style.body.contains("@import"));
}

async fn the_cookie_has_the_same_attributes_in_every_flow(mut place: Place) {
    place.prepare(APP);
    for (url, name, secure) in [
        ("http://localhost", "kizaki-operator-dev", ""),
        ("https://app.example", "__Host-kizaki-operator", "; Secure"),
    ] {
        place.settings.public_url = PublicUrl::parse(url).unwrap();
        let node = place.node().await;
        let store = place.store(Clock::Store).await;
        let own = format!("origin: {url}\r\nsec-fetch-site: same-origin\r\n");
        let mut browser = Browser::new(&node, "192.0.2.1");
        let check = |answer: &Answer, browser: &Browser<'_>| {
            let value = browser.cookie.clone().unwrap();
            assert_eq!(value.len(), 43);
            let attributes = format!("Path=/; Max-Age=3600; HttpOnly; SameSite=Strict{secure}");
            assert_eq!(answer.header("set-cookie"), Some(format!("{name}={value}; {attributes}").as_str()));
        };
        let operator = format!("Grace {}", name.len());
        let token = set_up_token(&store).await;
        let answer = browser.get(&format!("/__platform/setup?token={token}")).await;
        check(&answer, &browser);
        let fields =
            [("token", token.as_str()), ("name", &operator), ("password", SECRET), ("again", SECRET)];
        let answer = browser.post_with("/__platform/setup", &fields, &own).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = browser.get("/__platform/signin").await;
        check(&answer, &browser);
        let fields = [("name", operator.as_str()), ("password", SECRET)];
        let answer = browser.post_with("/__platform/signin", &fields, &own).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        check(&answer, &browser);
        let answer = browser.get("/__platform/approve").await;
        assert_eq!((answer.status, answer.header("set-cookie")), (200, None));
        let answer = browser.post_with("/__platform/signout", &[], &own).await;
        let expected = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
        assert_eq!(answer.header("set-cookie"), Some(expected.as_str()));
    }
}

async fn a_sign_in_takes_no_token_that_was_there_before(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let eve = place.operator(&node, "192.0.2.66").await;
    let planted = [eve.cookie.clone().unwrap(), "0".repeat(43)];
    for cookie in planted {
        let mut grace = Browser::new(&node, "192.0.2.1");
        grace.cookie = Some(cookie.clone());
        // Eve's own session, if it is one, shows itself; nobody signs in over it.
        grace.get("/__platform/approve").await;
        let before = grace.form_token.clone();
        grace.post("/__platform/signout", &[]).await;
        grace.cookie = Some(cookie.clone());
        grace.get("/__platform/signin").await;
        let answer = grace.post("/__platform/signin", &[("name", OPERATOR), ("password", SECRET)]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_ne!(grace.cookie.as_ref(), Some(&cookie));
        assert_eq!(grace.get("/__platform/approve").await.status, 200);
        assert_ne!(grace.form_token, before);
        // Whoever knows the token from before is nobody.
        let mut eve = Browser::new(&node, "192.0.2.66");
        eve.cookie = Some(cookie);
        assert_eq!(eve.get("/__platform/approve").await.status, 303);
    }
    // Each sign-in has a token of its own, and one that fails leaves the session as it is.
    let mut grace = Browser::new(&node, "192.0.2.1");
    grace.sign_in(OPERATOR, SECRET).await;
    let first = grace.cookie.clone();
    grace.get("/__platform/approve").await;
    let failed = grace.post("/__platform/signin", &[("name", OPERATOR), ("password", "x")]).await;
    assert_eq!((failed.status, failed.header("set-cookie")), (401, None));
    assert_eq!(grace.get("/__platform/approve").await.status, 200);
    grace.post("/__platform/signin", &[("name", OPERATOR), ("password", SECRET)]).await;
    assert_ne!(grace.cookie, first);
    // A cookie that stands there twice is none.
    let lines = format!("{}cookie: kizaki-operator-dev=x\r\n", grace.lines());
    let text = format!("GET /__platform/approve HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
    assert_eq!(node.send(text.as_bytes()).await.status, 303);
}

async fn a_form_of_another_browser_or_site_does_nothing(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let mut grace = place.operator(&node, "192.0.2.1").await;
    let mut eve = Browser::new(&node, "192.0.2.66");
    eve.get("/__platform/signin").await;
    grace.get("/__platform/approve").await;
    let asked = ask_for_codes(&node, "192.0.2.66").await;
    let code = text(&asked, "user_code");
    let own = grace.form_token.clone();
    let fields = [("user_code", code.as_str()), ("decision", "approve")];
    let refused = async |browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)], lines: &str| {
        let answer = browser.post_with(path, fields, lines).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None), "{path} {lines} {answer:?}");
        assert!(answer.body.contains("Nothing was done"), "{answer:?}");
    };
    let other = eve.form_token.clone();
    for wrong in ["", "x", &other, &own[1..], &own.to_uppercase(), &format!("{own}0")] {
        grace.form_token = wrong.to_owned();
        for (path, fields) in [
            ("/__platform/approve", fields.as_slice()),
            ("/__platform/signout", &[]),
            ("/__platform/signin", &[("name", OPERATOR), ("password", SECRET)]),
        ] {
            refused(&mut grace, path, fields, OWN).await;
        }
    }
    grace.form_token = own.clone();
    for lines in [
        "origin: https://evil.example\r\n",
        "origin: null\r\n",
        "origin: http://localhost:8080\r\n",
        "sec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\norigin: http://localhost\r\n",
    ] {
        for (path, fields) in [
            ("/__platform/approve", fields.as_slice()),
            ("/__platform/signout", &[]),
            ("/__platform/signin", &[("name", OPERATOR), ("password", SECRET)]),
            ("/__platform/setup", &[("token", "x"), ("name", "x"), ("password", "x"), ("again", "x")]),
        ] {
            refused(&mut grace, path, fields, lines).await;
        }
    }
    // A form without the cookie is nobody's.
    let cookie = grace.cookie.take();
    refused(&mut grace, "/__platform/approve", &fields, OWN).await;
    grace.cookie = cookie;
    grace.form_token = own;
    assert_eq!(text(&poll(&node, &text(&asked, "device_code")).await, "error"), "authorization_pending");
    assert_eq!(grace.post("/__platform/approve", &fields).await.status, 200);
    assert_eq!(poll(&node, &text(&asked, "device_code")).await.status, 200);
}

async fn a_link_of_another_site_leaves_the_cookie_as_it_is(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let grace = place.operator(&node, "192.0.2.1").await;
    let get = async |path: &str, lines: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
        node.send(head.as_bytes()).await
    };
    for path in ["/__platform/signin", "/__platform/approve?user_code=BBBBBBBB&x=%22%3E"] {
        for site in ["cross-site", "same-site"] {
            let answer = get(path, &format!("sec-fetch-site: {site}\r\nsec-fetch-mode: navigate\r\n")).await;
            is_closed(&answer);
            assert_eq!((answer.status, answer.header("set-cookie")), (200, None), "{answer:?}");
            assert_eq!(answer.header("refresh"), Some(format!("0; url={path}").as_str()));
            assert!(answer.body.contains(&format!("href=\"{}\"", path.replace('&', "&amp;"))), "{answer:?}");
        }
        // From there, and for whoever has a cookie all the same, it is the page.
        let answer = get(path, "sec-fetch-site: same-origin\r\nsec-fetch-mode: navigate\r\n").await;
        assert_eq!(answer.header("refresh"), None);
        let answer = get(path, &format!("sec-fetch-site: cross-site\r\n{}", grace.lines())).await;
        assert_eq!((answer.header("refresh"), answer.header("set-cookie")), (None, None), "{answer:?}");
    }
}

async fn a_script_gets_no_page(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let mut grace = place.operator(&node, "192.0.2.1").await;
    grace.get("/__platform/approve").await;
    let token = set_up_token(&place.store(Clock::Store).await).await;
    for mode in ["cors", "same-origin", "no-cors", "websocket", ""] {
        let script = format!("sec-fetch-mode: {mode}\r\nsec-fetch-site: same-origin\r\n");
        for path in ["approve", "signin", &format!("setup?token={token}")] {
            let lines = format!("{script}{}", grace.lines());
            let head =
                format!("GET /__platform/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
            let answer = node.send(head.as_bytes()).await;
            assert!(answer.status == 403 && !answer.body.contains("form_token"), "{mode} {path}: {answer:?}");
        }
        let answer = grace.post_with("/__platform/approve", &[("user_code", "BBBBBBBB")], &script).await;
        assert_eq!(answer.status, 403, "{mode}");
    }
    let navigate = "sec-fetch-mode: navigate\r\nsec-fetch-site: same-origin\r\norigin: http://localhost\r\n";
    let answer = grace.post_with("/__platform/approve", &[("user_code", "BBBBBBBB")], navigate).await;
    assert_eq!(answer.status, 404);
}

/// The page about the request of a command that calls itself this.
async fn shown(browser: &mut Browser<'_>, node: &Node, client: &str) -> Answer {
    let fields = [("client_id", "kizaki-cli"), ("client_name", client)];
    let body = encoded(&fields);
    let length = body.len();
    let lines = format!("{FORM}content-length: {length}\r\n");
    let head = format!("POST /__platform/device HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
    let asked = node.send((head + &body).as_bytes()).await;
    let code = text(&asked, "user_code");
    browser.post("/__platform/approve", &[("user_code", &code)]).await
}

async fn what_a_command_calls_itself_is_text_and_nothing_else(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let mut browser = place.operator(&node, "192.0.2.1").await;
    browser.get("/__platform/approve").await;
    let page = shown(&mut browser, &node, "<script>alert(1)</script>\"'&").await;
    assert!(page.body.contains("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;</bdi>"), "{page:?}");
    let page = shown(&mut browser, &node, "laptop \u{202e}evil").await;
    assert!(page.body.contains("<bdi>laptop \u{202e}evil</bdi>"), "{page:?}");
    let page = shown(&mut browser, &node, "  ").await;
    assert!(page.body.contains("it gave no name"), "{page:?}");
    // So is what a browser brings along.
    for query in ["user_code=%22%3E%3Cscript%3E", "user_code=BBBBBBBB&user_code=CCCCCCCC", "x=y", "user_code"]
    {
        let page = browser.get(&format!("/__platform/approve?{query}")).await;
        assert!(page.status == 200 && page.body.contains("name=\"user_code\" value=\"\""), "{page:?}");
    }
    let page = browser.post("/__platform/approve", &[("user_code", "\"><script>")]).await;
    assert!(page.status == 422 && !page.body.contains("<script"), "{page:?}");
}

async fn the_cookie_of_the_app_opens_no_page(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let grace = place.operator(&node, "192.0.2.1").await;
    let user = place.signed_in(&node, ADA, "192.0.2.2").await;
    let (operator, user) = (grace.cookie.unwrap(), user.cookie.unwrap());
    for cookie in [
        format!("kizaki-operator-dev={user}"),
        format!("kizaki-dev={operator}"),
        format!("__Host-kizaki-operator={operator}"),
        format!("kizaki-dev={user}"),
    ] {
        let text = format!(
            "GET /__platform/approve HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n"
        );
        assert_eq!(node.send(text.as_bytes()).await.status, 303, "{cookie}");
    }
    // Nor the operator's a route of the app.
    for cookie in [format!("kizaki-dev={operator}"), format!("kizaki-operator-dev={operator}")] {
        assert_eq!(
            node.ask("GET", "/app/me", &format!("cookie: {cookie}\r\n")).await.status,
            401,
            "{cookie}"
        );
    }
    assert_eq!(node.ask("GET", "/app/me", &format!("cookie: kizaki-dev={user}\r\n")).await.status, 200);
}
