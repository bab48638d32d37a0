//! The management: who may do what with which credential; and of keys, what is answered.

use kizaki_auth::platform::documents::{IssuedKey, KeyList, RevokedKey};
use kizaki_store::{
    AuditEvent, Check, Clock, Issued, Key, KeyRecord, Kind, Lifetime, Listing, NewPlatformKey, OutboxState,
    Revocation, Store,
};
use serde_json::{Value, json};

use crate::operators::{bearer, login, manage, text};
use crate::states::APP;
use crate::support::{Answer, Node, Place, START_MS, api_key, on_both};
use crate::visitor::ADA;

on_both! {
    each_credential_does_what_it_may_and_nothing_else
    an_api_key_is_made_listed_rotated_and_revoked
    a_platform_key_is_made_and_ended_by_a_person
    what_cannot_be_done_is_told
    documents_are_read_back_as_what_they_were_made_of
    no_cookie_and_no_other_site_matters
}

/// Statuses of those that a credential without an end comes to: who it is, the lists and changes of API keys, the list
/// and changes of platform keys, how effects stand, their list and changes, the end of the login.
type Row = [u16; 13];
const PERSON: Row = [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 204];
const PROGRAM: Row = [200, 200, 200, 200, 200, 200, 403, 403, 200, 200, 200, 200, 403];
const NOBODY: Row = [401; 13];

pub(crate) async fn platform_key(store: &Store, lifetime: Lifetime) -> Issued {
    store.platform_keys().create(&NewPlatformKey { name: "ci", lifetime }).await.unwrap()
}

async fn statuses(place: &Place, node: &Node, store: &Store, lines: &str) -> Row {
    let (first, second) = (
        api_key(store, "reader", Lifetime::DEFAULT).await.record.id,
        api_key(store, "reader", Lifetime::DEFAULT).await.record.id,
    );
    let third = platform_key(store, Lifetime::DEFAULT).await.record.id;
    let (dead, waiting) = (format!("{first}-dead"), format!("{first}-waiting"));
    place.ask_for(&waiting, "notify").await;
    place.as_app(&dead_effect(&dead)).await;
    let create = json!({ "scope": "reader", "name": "x" });
    let requests = [
        ("GET", "whoami".to_owned(), Value::Null),
        ("GET", "api-keys".to_owned(), Value::Null),
        ("POST", "api-keys".to_owned(), create),
        ("POST", format!("api-keys/{first}/rotate"), json!({ "grace_ms": 0 })),
        ("POST", format!("api-keys/{second}/revoke"), Value::Null),
        ("GET", "keys".to_owned(), Value::Null),
        ("POST", "keys".to_owned(), json!({ "name": "x" })),
        ("POST", format!("keys/{third}/revoke"), Value::Null),
        ("GET", "effects/status".to_owned(), Value::Null),
        ("GET", "effects".to_owned(), Value::Null),
        ("POST", format!("effects/{dead}/retry"), Value::Null),
        ("POST", format!("effects/{waiting}/discard"), Value::Null),
        ("POST", "logout".to_owned(), Value::Null),
    ];
    let before = store.audit(1000).await.unwrap().iter().filter(|one| is_change(one.event)).count();
    let mut found: Row = [0; 13];
    for (status, (method, path, body)) in found.iter_mut().zip(requests) {
        let answer = manage(node, method, &format!("/__platform/{path}"), lines, &body).await;
        if answer.status == 401 {
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{answer:?}");
            assert_eq!(answer.code(), "unauthorized");
        }
        *status = answer.status;
    }
    // What is refused has changed nothing.
    let after = store.audit(1000).await.unwrap().iter().filter(|one| is_change(one.event)).count();
    let changes =
        found.iter().enumerate().filter(|(at, status)| **status < 300 && [2, 3, 4, 6, 7, 12].contains(at));
    assert_eq!(after - before, changes.count(), "{found:?}");
    let states = (place.row(&dead).await.state, place.row(&waiting).await.state);
    assert_eq!(states.0, if found[10] == 200 { OutboxState::Pending } else { OutboxState::Dead });
    assert_eq!(states.1, if found[11] == 200 { OutboxState::Discarded } else { OutboxState::Pending });
    found
}

/// What writes an effect whose last try failed.
pub(crate) fn dead_effect(id: &str) -> String {
    format!(
        "INSERT INTO kizaki_outbox (id, effect, state, due_ms, tries, failed_ms, error) \
         VALUES ('{id}', 'notify', 'dead', NULL, 4, {START_MS}, 'it answered 500')"
    )
}

fn is_change(event: AuditEvent) -> bool {
    !matches!(event, AuditEvent::Refused(_))
}

async fn each_credential_does_what_it_may_and_nothing_else(mut place: Place) {
    place.prepare(APP);
    place.make_outbox().await;
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock.clone())).await;
    let user = place.signed_in(&node, ADA, "192.0.2.2").await.cookie.unwrap();
    let person = login(&store).await;
    let ended = login(&store).await;
    let Check::Accepted(access) = store.logins().check(&ended).await.unwrap() else { panic!() };
    store.logins().end(&access).await.unwrap();
    let program = platform_key(&store, Lifetime::Never).await;
    let revoked = platform_key(&store, Lifetime::Never).await;
    store.platform_keys().revoke(&revoked.record.id).await.unwrap();
    let expired = platform_key(&store, Lifetime::For(1)).await;
    let app = api_key(&store, "reader", Lifetime::Never).await;
    let operator = store.operators().find("grace").await.unwrap().unwrap();
    let session = store.operators().begin(&operator.operator.id, "none", None).await.unwrap().unwrap();
    clock.set_ms(START_MS + 1);
    let (program, app) = (program.key.expose(), app.key.expose());
    let unknown = Key::generate(Kind::Platform).unwrap().to_text();
    let cookies = format!("cookie: kizaki-dev={user}; kizaki-operator-dev={}\r\n", session.expose());
    let rows = [
        ("nothing", String::new(), NOBODY),
        ("a platform key", bearer(program), PROGRAM),
        ("a platform key that is revoked", bearer(revoked.key.expose()), NOBODY),
        ("a platform key that has expired", bearer(expired.key.expose()), NOBODY),
        ("a platform key that nobody has", bearer(unknown.expose()), NOBODY),
        ("an API key", bearer(app), NOBODY),
        ("a login that is ended", bearer(&ended), NOBODY),
        ("a login that nobody has", bearer(&format!("kzl_{}", "0".repeat(43))), NOBODY),
        ("half a login", bearer(&person[..30]), NOBODY),
        ("a login without its front", bearer(&person[4..]), NOBODY),
        ("a session of the app as a login", bearer(&format!("kzl_{user}")), NOBODY),
        ("an operator's session as a login", bearer(&format!("kzl_{}", session.expose())), NOBODY),
        ("an operator's session", bearer(session.expose()), NOBODY),
        ("the cookies of user and operator", cookies.clone(), NOBODY),
        ("a login in a cookie", format!("cookie: kizaki-operator-dev={person}\r\n"), NOBODY),
        ("a login without a scheme", format!("authorization: {person}\r\n"), NOBODY),
        ("a login by another scheme", format!("authorization: Basic {person}\r\n"), NOBODY),
        ("a login and a key", format!("{}{}", bearer(&person), bearer(program)), NOBODY),
        ("a login in another header", format!("x-api-key: {person}\r\n"), NOBODY),
        ("a platform key beside cookies", format!("{cookies}{}", bearer(program)), PROGRAM),
        // The last, because it ends itself.
        ("a login", bearer(&person), PERSON),
        ("a login that has ended itself", bearer(&person), NOBODY),
    ];
    for (what, lines, expected) in rows {
        assert_eq!(statuses(&place, &node, &store, &lines).await, expected, "{what}");
    }
    let in_query = format!("/__platform/whoami?access_token={program}");
    assert_eq!(manage(&node, "GET", &in_query, "", &Value::Null).await.status, 401);
}

pub(crate) async fn ok(node: &Node, method: &str, path: &str, credential: &str, body: Value) -> Value {
    let answer = manage(node, method, path, &bearer(credential), &body).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

async fn an_api_key_is_made_listed_rotated_and_revoked(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock.clone())).await;
    let person = login(&store).await;
    let program = platform_key(&store, Lifetime::Never).await;
    let program = program.key.expose();
    for credential in [person.as_str(), program] {
        let body = json!({ "scope": "reader", "name": "nightly export" });
        let made = ok(&node, "POST", "/__platform/api-keys", credential, body).await;
        let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
        let (created, expires) = (made["created_ms"].as_i64().unwrap(), made["expires_ms"].as_i64().unwrap());
        assert_eq!((made["kind"].as_str(), made["scope"].as_str()), (Some("api"), Some("reader")));
        assert_eq!((made["name"].as_str(), made["state"].as_str()), (Some("nightly export"), Some("active")));
        assert_eq!((created, expires - created), (clock.now_ms(), 90 * 86_400_000));
        assert_eq!(node.ask_with_key("GET", "/v1/items", key).await.status, 200);

        let rotate = format!("/__platform/api-keys/{id}/rotate");
        let rotated = ok(&node, "POST", &rotate, credential, json!({ "grace_ms": 1000 })).await;
        assert_eq!(rotated["previous_ends_ms"].as_i64(), Some(clock.now_ms() + 1000));
        for key in [key, rotated["key"].as_str().unwrap()] {
            assert_eq!(node.ask_with_key("GET", "/v1/items", key).await.status, 200);
        }
        let list = ok(&node, "GET", "/__platform/api-keys", credential, Value::Null).await;
        let own = list["keys"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
        let mut about = rotated.clone();
        about.as_object_mut().unwrap().remove("key");
        assert_eq!((own, &list["now_ms"]), (&about, &json!(clock.now_ms())));

        let revoke = format!("/__platform/api-keys/{id}/revoke");
        let revoked = ok(&node, "POST", &revoke, credential, Value::Null).await;
        assert_eq!((&revoked["already"], &revoked["state"]), (&json!(false), &json!("revoked")));
        assert_eq!(node.ask_with_key("GET", "/v1/items", rotated["key"].as_str().unwrap()).await.status, 401);
        clock.set_ms(clock.now_ms() + 5);
        let again = ok(&node, "POST", &revoke, credential, Value::Null).await;
        assert_eq!((&again["already"], &again["revoked_ms"]), (&json!(true), &revoked["revoked_ms"]));
        clock.set_ms(clock.now_ms() + 5);
    }
    let never = json!({ "scope": "writer", "name": "import", "lifetime_ms": null });
    let never = ok(&node, "POST", "/__platform/api-keys", program, never).await;
    let soon = json!({ "scope": "reader", "name": "soon", "lifetime_ms": 5000 });
    let soon = ok(&node, "POST", "/__platform/api-keys", program, soon).await;
    assert_eq!((&never["expires_ms"], &never["rotated_ms"]), (&Value::Null, &Value::Null));
    for (query, expected) in [
        ("scope=writer", vec![&never["id"]]),
        ("expiring_ms=5000", vec![&soon["id"]]),
        ("expiring_ms=4999", vec![]),
        ("scope=writer&expiring_ms=5000", vec![]),
    ] {
        let path = format!("/__platform/api-keys?{query}");
        let list = ok(&node, "GET", &path, program, Value::Null).await;
        let ids: Vec<_> = list["keys"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, expected, "{query}");
    }
    // Each change is put down to who made it.
    let Check::Accepted(access) = store.logins().check(&person).await.unwrap() else { panic!() };
    let by = [format!("login:{}", access.id), format!("key:{}", &program[4..14])];
    let mut actors: Vec<_> =
        store.audit(100).await.unwrap().into_iter().filter_map(|one| one.actor).collect();
    actors.reverse();
    let actors: Vec<_> = actors.into_iter().filter(|actor| !actor.starts_with("operator:")).collect();
    let expected = [vec![by[0].clone(); 3], vec![by[1].clone(); 5]].concat();
    assert_eq!(actors, expected);
}

async fn a_platform_key_is_made_and_ended_by_a_person(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let person = login(&store).await;
    let made = ok(&node, "POST", "/__platform/keys", &person, json!({ "name": "ci" })).await;
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("kzp_") && made.get("scope").is_none(), "{made}");
    let me = ok(&node, "GET", "/__platform/whoami", &key, Value::Null).await;
    assert_eq!((&me["kind"], &me["name"]), (&json!("key"), &json!("ci")));
    assert!(me["expires_at"].as_str().unwrap().ends_with('Z'), "{me}");
    let never = json!({ "name": "never", "lifetime_ms": null });
    let never = ok(&node, "POST", "/__platform/keys", &person, never).await;
    let me = ok(&node, "GET", "/__platform/whoami", never["key"].as_str().unwrap(), Value::Null).await;
    assert_eq!(me["expires_at"], Value::Null);
    // It sees itself and the others, and cannot make another or end one.
    let list = ok(&node, "GET", "/__platform/keys", &key, Value::Null).await;
    assert_eq!(list["keys"].as_array().unwrap().len(), 2);
    let path = format!("/__platform/keys/{}/revoke", &key[4..14]);
    for (path, body) in [("/__platform/keys", json!({ "name": "x" })), (path.as_str(), Value::Null)] {
        let answer = manage(&node, "POST", path, &bearer(&key), &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "login_required"));
    }
    assert_eq!(ok(&node, "POST", &path, &person, Value::Null).await["already"], false);
    assert_eq!(manage(&node, "GET", "/__platform/whoami", &bearer(&key), &Value::Null).await.status, 401);
}

async fn what_cannot_be_done_is_told(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    let store = place.store(Clock::Manual(clock.clone())).await;
    let person = bearer(&login(&store).await);
    let expired = api_key(&store, "reader", Lifetime::For(1)).await.record.id;
    let revoked = api_key(&store, "reader", Lifetime::Never).await.record.id;
    store.api_keys().revoke(&revoked).await.unwrap();
    let key = api_key(&store, "reader", Lifetime::Never).await.record.id;
    clock.set_ms(START_MS + 1);
    let refused = |answer: &Answer, status: u16, code: &str, told: &str| {
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{answer:?}");
        assert!(answer.body.contains(told), "{told}: {answer:?}");
    };
    let create = async |body: Value| manage(&node, "POST", "/__platform/api-keys", &person, &body).await;
    let new = |scope: &str, name: &str, lifetime: Value| json!({ "scope": scope, "name": name, "lifetime_ms": lifetime });
    refused(&create(new("raeder", "x", json!(1))).await, 422, "unknown_scope", "did you mean `reader`?");
    refused(
        &create(new("billing", "x", json!(1))).await,
        422,
        "unknown_scope",
        "the scopes are `reader`, `writer`",
    );
    refused(&create(new("reader", "", json!(1))).await, 422, "invalid_setting", "the name of a key is empty");
    refused(&create(new("reader", "x", json!(0))).await, 422, "invalid_setting", "no time at all");
    refused(&create(new("reader", "x", json!(u64::MAX))).await, 422, "invalid_setting", "at most 3650 days");
    for body in [
        json!({ "scope": "reader" }),
        json!({ "scope": "reader", "name": "x", "lifetime_ms": -1 }),
        json!({ "scope": "reader", "name": "x", "lifetime_ms": "90d" }),
        json!({ "scope": "reader", "name": "x", "other": 1 }),
        json!([]),
        json!(["reader", "x", 1]),
    ] {
        refused(&create(body).await, 400, "malformed_request", "");
    }
    let list = async |query: &str| {
        manage(&node, "GET", &format!("/__platform/api-keys?{query}"), &person, &Value::Null).await
    };
    for query in ["expiring_ms=x", "expiring_ms=-1", "other=1", "scope=a&scope=b"] {
        refused(&list(query).await, 400, "malformed_request", "");
    }
    refused(&list("scope=%00").await, 422, "invalid_setting", "a scope is a name of the schema");
    refused(&list(&format!("expiring_ms={}", u64::MAX)).await, 422, "invalid_setting", "3650 days");
    let rotate = async |id: &str, grace: Value| {
        let path = format!("/__platform/api-keys/{id}/rotate");
        manage(&node, "POST", &path, &person, &json!({ "grace_ms": grace })).await
    };
    refused(&rotate(revoked.as_str(), json!(0)).await, 409, "key_revoked", revoked.as_str());
    refused(&rotate(expired.as_str(), json!(0)).await, 409, "key_expired", expired.as_str());
    refused(&rotate("0000000000", json!(0)).await, 404, "unknown_key", "0000000000");
    refused(&rotate(key.as_str(), json!(u64::MAX)).await, 422, "invalid_setting", "at most 365 days");
    refused(&rotate(key.as_str(), Value::Null).await, 400, "malformed_request", "");
    let whole = Key::generate(Kind::Api).unwrap().to_text();
    for path in [
        "api-keys/0000000000",
        "api-keys/nightly",
        "api-keys/%FF",
        "keys/%FF",
        "keys/0000000000",
        &format!("keys/{key}"),
    ] {
        let path = format!("/__platform/{path}/revoke");
        refused(&manage(&node, "POST", &path, &person, &Value::Null).await, 404, "unknown_key", "");
    }
    // A whole key in the place of its id is not repeated.
    let path = format!("/__platform/api-keys/{}/revoke", whole.expose());
    let answer = manage(&node, "POST", &path, &person, &Value::Null).await;
    assert!(answer.status == 404 && !answer.body.contains(whole.expose()), "{answer:?}");
    let text = format!(
        "POST /__platform/keys HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 14\r\n{person}\r\n{{\"name\":\"x\"   }}"
    );
    refused(&node.send(text.as_bytes()).await, 415, "unsupported_media_type", "JSON");
}

async fn documents_are_read_back_as_what_they_were_made_of(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let store = place.store(Clock::Store).await;
    let person = login(&store).await;
    let create = json!({ "scope": "reader", "name": "x" });
    let made = ok(&node, "POST", "/__platform/api-keys", &person, create).await;
    let issued: IssuedKey = serde_json::from_value(made.clone()).unwrap();
    let issued = Issued::try_from(issued).unwrap();
    assert_eq!(store.api_keys().find(&issued.record.id).await.unwrap().as_ref(), Some(&issued.record));
    assert_eq!(
        (issued.now_ms, issued.key.expose()),
        (issued.record.created_ms, made["key"].as_str().unwrap())
    );
    let list = ok(&node, "GET", "/__platform/api-keys", &person, Value::Null).await;
    let list: KeyList = serde_json::from_value(list).unwrap();
    assert_eq!(Listing::try_from(list).unwrap().keys, std::slice::from_ref(&issued.record));
    let path = format!("/__platform/api-keys/{}/revoke", issued.record.id);
    let mut revoked: [Option<KeyRecord>; 2] = [None, None];
    for (number, record) in revoked.iter_mut().enumerate() {
        let document: RevokedKey =
            serde_json::from_value(ok(&node, "POST", &path, &person, Value::Null).await).unwrap();
        *record = match (number, Revocation::try_from(document).unwrap()) {
            (0, Revocation::Revoked(record)) | (1, Revocation::Already(record)) => Some(record),
            (_, other) => panic!("{other:?}"),
        };
    }
    assert_eq!(revoked[0], revoked[1]);
    // What no store gives is not believed.
    for (name, value) in
        [("id", json!("x")), ("kind", json!("other")), ("scope", Value::Null), ("key", json!("kza_x"))]
    {
        let mut other = made.clone();
        other[name] = value;
        let issued: IssuedKey = serde_json::from_value(other).unwrap();
        assert!(Issued::try_from(issued).is_err(), "{name}");
    }
}

async fn no_cookie_and_no_other_site_matters(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let browser = place.operator(&node, "192.0.2.1").await;
    let body = json!({ "name": "x" });
    // A page of another site has the browser's cookies at most, and those open nothing.
    let lines = format!("{}origin: https://evil.example\r\nsec-fetch-site: cross-site\r\n", browser.lines());
    assert_eq!(manage(&node, "POST", "/__platform/keys", &lines, &body).await.status, 401);
    let answer = manage(&node, "GET", "/__platform/keys", &lines, &Value::Null).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, None));
    let person = login(&place.store(Clock::Store).await).await;
    let me = manage(&node, "GET", "/__platform/whoami", &bearer(&person), &Value::Null).await;
    assert_eq!((text(&me, "kind").as_str(), me.header("set-cookie")), ("login", None));
}
