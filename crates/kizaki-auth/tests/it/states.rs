//! Every state of a credential against every kind of route, and what the proxy is told.

use base64::Engine as _;
use kizaki_store::{Issued, Key, Kind, Lifetime, NewPlatformKey, Rotation, Store};

use crate::operators::login;
use crate::support::{Answer, Place, START_MS, api_key, on_both};

on_both! {
    each_state_opens_what_it_should_and_nothing_else
    the_proxy_is_told_who_calls
    refusals_say_what_http_wants_said
    revoked_on_one_node_is_refused_on_all
}

/// A route for every way to be guarded.
pub(crate) const APP: &str = r#"
auth { providers: [email] }
apiKeys {
  scopes: {
    reader: @system("api_reader") { @grant read on Item }
    writer: @system("api_writer") { @grant read, write on Item }
  }
}
entity Item { title: string  @grant read }
routes("/app", auth: session) { GET /me -> me }
routes("/v1", auth: apiKey(reader)) {
  GET /items -> listItems
  POST /items -> addItem (auth: apiKey(writer))
}
routes("/hooks", auth: none) { POST /billing -> billed }
"#;

/// Statuses for the routes that ask for nothing, a session, the scope `reader`, and the scope `writer`.
type Row = [u16; 4];
const READER: Row = [200, 401, 200, 403];
const WRITER: Row = [200, 401, 403, 200];
const NOBODY: Row = [200, 401, 401, 401];

async fn rotate(store: &Store, key: &Issued, grace_ms: u64) -> Issued {
    match store.api_keys().rotate(&key.record.id, grace_ms).await.unwrap() {
        Rotation::Rotated(issued) => issued,
        other => panic!("{other:?}"),
    }
}

fn bearer(key: &Issued) -> String {
    format!("authorization: Bearer {}\r\n", key.key.expose())
}

async fn each_state_opens_what_it_should_and_nothing_else(place: Place) {
    place.publish(APP);
    let (node, clock) = place.node_at_start().await;
    let store = place.store(kizaki_store::Clock::Manual(clock.clone())).await;
    let active = api_key(&store, "reader", Lifetime::Never).await;
    let writer = api_key(&store, "writer", Lifetime::Never).await;
    let other = api_key(&store, "retired", Lifetime::Never).await;
    let expiring = api_key(&store, "reader", Lifetime::For(1000)).await;
    let revoked = api_key(&store, "reader", Lifetime::Never).await;
    store.api_keys().revoke(&revoked.record.id).await.unwrap();
    let before = api_key(&store, "reader", Lifetime::Never).await;
    let after = rotate(&store, &before, 1000).await;
    let lost = api_key(&store, "reader", Lifetime::Never).await;
    rotate(&store, &lost, 0).await;
    let new = NewPlatformKey { name: "ci", lifetime: Lifetime::Never };
    let platform = store.platform_keys().create(&new).await.unwrap();
    let login = login(&store).await;
    let unknown = Key::generate(Kind::Api).unwrap().to_text();
    let forged = Key::generate_for(Kind::Api, active.record.id.clone()).unwrap().to_text();
    let text = active.key.expose();
    let (a, w) = (bearer(&active), bearer(&writer));
    let mistyped = format!("{}{}", &text[..52], if text.ends_with('0') { '1' } else { '0' });

    // What is presented, and the statuses a millisecond before the end of what ends, at it, and after it.
    let rows: Vec<(&str, String, [Row; 3])> = vec![
        ("nothing", String::new(), [NOBODY; 3]),
        ("active", a.clone(), [READER; 3]),
        ("active, of the other scope", w.clone(), [WRITER; 3]),
        ("active, of a scope that is not declared", bearer(&other), [[200, 401, 403, 403]; 3]),
        ("expiring", bearer(&expiring), [READER, NOBODY, NOBODY]),
        ("revoked", bearer(&revoked), [NOBODY; 3]),
        ("rotated, current", bearer(&after), [READER; 3]),
        ("rotated, before", bearer(&before), [READER, NOBODY, NOBODY]),
        ("rotated without grace", bearer(&lost), [NOBODY; 3]),
        ("platform key", bearer(&platform), [NOBODY; 3]),
        ("platform login", format!("authorization: Bearer {login}\r\n"), [NOBODY; 3]),
        ("platform login in a cookie", format!("cookie: kizaki-dev={login}\r\n"), [NOBODY; 3]),
        ("platform login as a session", format!("cookie: kizaki-dev={}\r\n", &login[4..]), [NOBODY; 3]),
        ("unknown", format!("authorization: Bearer {}\r\n", unknown.expose()), [NOBODY; 3]),
        ("another secret", format!("authorization: Bearer {}\r\n", forged.expose()), [NOBODY; 3]),
        ("mistyped", format!("authorization: Bearer {mistyped}\r\n"), [NOBODY; 3]),
        ("cut off", format!("authorization: Bearer {}\r\n", &text[..40]), [NOBODY; 3]),
        ("empty", "authorization: Bearer \r\n".to_owned(), [NOBODY; 3]),
        ("without a scheme", format!("authorization: {text}\r\n"), [NOBODY; 3]),
        ("another scheme", format!("authorization: Basic {text}\r\n"), [NOBODY; 3]),
        ("scheme in capitals", a.replace("Bearer", "BEARER"), [READER; 3]),
        ("twice", format!("{a}{a}"), [NOBODY; 3]),
        ("two kinds", format!("{a}{w}"), [NOBODY; 3]),
        ("two in one", format!("authorization: Bearer {text}, Bearer {text}\r\n"), [NOBODY; 3]),
        ("not ASCII", format!("authorization: Bearer {text}é\r\n"), [NOBODY; 3]),
        ("in a cookie", format!("cookie: kizaki-dev={text}\r\n"), [NOBODY; 3]),
        ("in another header", format!("x-api-key: {text}\r\n"), [NOBODY; 3]),
        ("a session that nobody began", "cookie: kizaki-dev=abc\r\n".to_owned(), [NOBODY; 3]),
        ("a key beside a cookie", format!("{a}cookie: kizaki-dev=abc\r\n"), [READER; 3]),
    ];
    let routes =
        [("POST", "/hooks/billing"), ("GET", "/app/me"), ("GET", "/v1/items"), ("POST", "/v1/items")];
    for (time, at) in [999, 1000, 1001].into_iter().enumerate() {
        clock.set_ms(START_MS + at);
        for (what, headers, expected) in &rows {
            let mut found: Row = [0; 4];
            for (status, (method, target)) in found.iter_mut().zip(routes) {
                *status = node.ask(method, target, headers).await.status;
            }
            assert_eq!(found, expected[time], "{what} at {at}");
        }
    }
    // In the query a key is in every log on the way; it opens nothing.
    let in_query = format!("/v1/items?authorization=Bearer%20{text}");
    assert_eq!(node.ask("GET", &in_query, "").await.status, 401);
}

fn decoded(answer: &Answer) -> serde_json::Value {
    let text = answer.header("x-kizaki-principal").unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

async fn the_proxy_is_told_who_calls(place: Place) {
    place.publish(APP);
    let node = place.node().await;
    let store = place.store(kizaki_store::Clock::Store).await;
    let key = api_key(&store, "reader", Lifetime::DEFAULT).await;
    // What the caller says about itself never comes back.
    let forged =
        format!("{}x-kizaki-handler: x\r\nx-kizaki-principal: x\r\nx-kizaki-scope: writer\r\n", bearer(&key));
    let answer = node.ask("GET", "/v1/items?page=2", &forged).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("x-kizaki-handler"), Some("listItems"));
    assert_eq!(answer.header("x-kizaki-scope"), Some("reader"));
    let expected = serde_json::json!({
        "kind": "api_key", "id": key.record.id.as_str(), "name": "a key", "system": "api_reader",
    });
    assert_eq!(decoded(&answer), expected);
    let answer = node.ask("POST", "/hooks/billing", &forged).await;
    let told = ["x-kizaki-handler", "x-kizaki-principal", "x-kizaki-scope"].map(|name| answer.header(name));
    assert_eq!((answer.status, told), (200, [Some("billed"), Some(""), Some("")]));
    for (method, target) in [("GET", "/app/me"), ("POST", "/v1/items"), ("GET", "/nope"), ("GET", "//")] {
        let answer = node.ask(method, target, &forged).await;
        let told =
            ["x-kizaki-handler", "x-kizaki-principal", "x-kizaki-scope"].map(|name| answer.header(name));
        assert!(answer.status >= 400 && told == [Some(""); 3], "{answer:?}");
    }
}

async fn refusals_say_what_http_wants_said(place: Place) {
    place.publish(APP);
    let node = place.node().await;
    let store = place.store(kizaki_store::Clock::Store).await;
    let key = bearer(&api_key(&store, "reader", Lifetime::DEFAULT).await);
    let cases = [
        ("GET", "/v1/items", "", 401, "unauthorized", ("www-authenticate", Some("Bearer"))),
        ("GET", "/app/me", "", 401, "unauthorized", ("www-authenticate", None)),
        ("POST", "/v1/items", key.as_str(), 403, "insufficient_scope", ("allow", None)),
        ("GET", "/nope", "", 404, "not_found", ("allow", None)),
        ("GET", "/__auth/health", "", 404, "not_found", ("allow", None)),
        ("PUT", "/v1/items", "", 405, "method_not_allowed", ("allow", Some("GET, POST"))),
        ("get", "/v1/items", "", 405, "method_not_allowed", ("allow", Some("GET, POST"))),
        ("GET", "/v1//items", "", 400, "malformed_request", ("allow", None)),
        ("G T", "/v1/items", "", 400, "malformed_request", ("allow", None)),
        ("", "/v1/items", "", 400, "malformed_request", ("allow", None)),
        ("GET", "", "", 400, "malformed_request", ("allow", None)),
        (
            "GET",
            "/v1/items",
            "x-forwarded-uri: /hooks/billing\r\n",
            400,
            "malformed_request",
            ("allow", None),
        ),
        ("GET", "/v1/items", "x-forwarded-method: GET\r\n", 400, "malformed_request", ("allow", None)),
    ];
    for (method, target, headers, status, code, (name, value)) in cases {
        let answer = node.ask(method, target, headers).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method} {target}");
        assert_eq!(answer.header(name), value, "{method} {target}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let missing = node.get("/__auth/authorize").await;
    assert_eq!((missing.status, missing.code().as_str()), (400, "malformed_request"));
    let deny = |query: &str, target: &str, headers: &str| {
        format!(
            "GET /__auth/authorize{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             x-forwarded-method: GET\r\nx-forwarded-uri: {target}\r\n{headers}\r\n"
        )
    };
    for (query, target, status) in [
        ("?deny=403", "/nope", 403),
        ("?deny=403", "/a//b", 403),
        ("?deny=403", "/hooks/billing", 403),
        ("?deny=403", "/v1/items", 401),
        ("?deny=404", "/nope", 404),
        ("?page=2", "/hooks/billing", 405),
        ("?page=2&deny=403", "/nope", 404),
    ] {
        assert_eq!(node.send(deny(query, target, "").as_bytes()).await.status, status, "{query} {target}");
    }
    assert_eq!(node.send(deny("?deny=403", "/v1/items", &key).as_bytes()).await.status, 200);
}

async fn revoked_on_one_node_is_refused_on_all(place: Place) {
    place.publish(APP);
    let nodes = [place.node().await, place.node().await, place.node().await];
    let store = place.store(kizaki_store::Clock::Store).await;
    let key = api_key(&store, "reader", Lifetime::DEFAULT).await;
    for node in &nodes {
        assert_eq!(node.ask_with_key("GET", "/v1/items", key.key.expose()).await.status, 200);
    }
    store.api_keys().revoke(&key.record.id).await.unwrap();
    for node in &nodes {
        assert_eq!(node.ask_with_key("GET", "/v1/items", key.key.expose()).await.status, 401);
    }
}
