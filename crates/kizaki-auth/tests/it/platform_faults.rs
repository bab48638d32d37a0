//! The store fails at each of its calls that the platform's side makes: the answer is 503, and nothing was done.

use kizaki_store::{Clock, Lifetime, NewPlatformKey};
use serde_json::{Value, json};

use crate::operators::{
    Browser, FORM, GRANT_TYPE, OPERATOR, OWN, SECRET, ask_for_codes, bearer, encoded, login, set_up_token,
    text,
};
use crate::states::APP;
use crate::support::{Answer, Node, Place, on_both};

on_both! {
    a_call_that_fails_is_503_and_does_nothing
    a_store_that_is_closed_does_nothing
}

/// Requests, each with the tables whose loss makes it fail.
const REQUESTS: [(&str, &[&str]); 17] = [
    ("codes", &["attempts", "operators", "device_requests"]),
    ("token", &["device_requests"]),
    ("token that is approved", &["device_requests", "logins", "audit"]),
    ("login: who", &["logins", "operators"]),
    ("key: who", &["keys"]),
    ("nobody's login: who", &["logins", "operators", "audit"]),
    ("nobody's key: who", &["keys", "audit"]),
    ("list", &["logins", "operators", "keys"]),
    ("create", &["logins", "operators", "keys", "audit"]),
    ("revoke", &["logins", "operators", "keys", "audit"]),
    ("set-up page", &["attempts", "operator_setups"]),
    ("set-up", &["attempts", "operator_setups", "operators", "audit"]),
    ("sign-in page", &["operator_sessions", "operators"]),
    ("wrong sign-in", &["operator_sessions", "operators", "attempts", "audit"]),
    ("approval page", &["operator_sessions", "operators"]),
    ("approval", &["operator_sessions", "operators", "attempts", "device_requests", "audit"]),
    ("sign-out", &["operator_sessions", "operators"]),
];

const TABLES: [&str; 9] = [
    "attempts",
    "audit",
    "device_requests",
    "keys",
    "logins",
    "operator_sessions",
    "operator_setups",
    "operators",
    "users",
];

/// All that the requests need, made while the store works.
struct Scene<'n> {
    node: &'n Node,
    browser: Browser<'n>,
    set_up: String,
    login: String,
    key: String,
    waiting: (String, String),
    approved: String,
}

impl<'n> Scene<'n> {
    async fn new(place: &Place, node: &'n Node, address: &str) -> Self {
        let store = place.store(Clock::Store).await;
        let mut browser = Browser::new(node, address);
        if store.operators().find(OPERATOR).await.unwrap().is_none() {
            place.set_up(&mut browser, &set_up_token(&store).await).await;
        }
        assert_eq!(browser.sign_in(OPERATOR, SECRET).await.status, 303);
        let asked = ask_for_codes(node, address).await;
        let approved = ask_for_codes(node, address).await;
        browser.answer(&text(&approved, "user_code"), "approve").await;
        let new = NewPlatformKey { name: "ci", lifetime: Lifetime::Never };
        let key = store.platform_keys().create(&new).await.unwrap().key.expose().to_owned();
        Self {
            node,
            browser,
            set_up: set_up_token(&store).await,
            login: login(&store).await,
            key,
            waiting: (text(&asked, "device_code"), text(&asked, "user_code")),
            approved: text(&approved, "device_code"),
        }
    }

    async fn send(&self, what: &str) -> Answer {
        let json = "content-type: application/json\r\n";
        let form = |fields: &[(&str, &str)]| encoded(fields);
        let token = |code: &str| {
            form(&[("grant_type", GRANT_TYPE), ("device_code", code), ("client_id", "kizaki-cli")])
        };
        let page = format!("{FORM}{OWN}{}", self.browser.lines());
        let own = ("form_token", self.browser.form_token.as_str());
        let unknown = kizaki_store::Key::generate(kizaki_store::Kind::Platform).unwrap().to_text();
        let person = || format!("{json}{}", bearer(&self.login));
        let (method, path, lines, body) = match what {
            "codes" => ("POST", "device", FORM.to_owned(), form(&[("client_id", "kizaki-cli")])),
            "token" => ("POST", "token", FORM.to_owned(), token(&self.waiting.0)),
            "token that is approved" => ("POST", "token", FORM.to_owned(), token(&self.approved)),
            "login: who" => ("GET", "whoami", bearer(&self.login), String::new()),
            "key: who" => ("GET", "whoami", bearer(&self.key), String::new()),
            "nobody's login: who" => {
                ("GET", "whoami", bearer(&format!("kzl_{}", "0".repeat(43))), String::new())
            }
            "nobody's key: who" => ("GET", "whoami", bearer(unknown.expose()), String::new()),
            "list" => ("GET", "keys", bearer(&self.login), String::new()),
            "create" => ("POST", "keys", person(), json!({ "name": "x" }).to_string()),
            "revoke" => {
                return self
                    .request("POST", &format!("keys/{}/revoke", &self.key[4..14]), &person(), "")
                    .await;
            }
            "set-up page" => {
                return self.request("GET", &format!("setup?token={}", self.set_up), &page, "").await;
            }
            "set-up" => {
                let fields =
                    [own, ("token", &self.set_up), ("name", "Ada"), ("password", SECRET), ("again", SECRET)];
                ("POST", "setup", page, form(&fields))
            }
            "sign-in page" => ("GET", "signin", page, String::new()),
            "wrong sign-in" => {
                ("POST", "signin", page, form(&[own, ("name", OPERATOR), ("password", "guess")]))
            }
            "approval page" => ("GET", "approve", page, String::new()),
            "approval" => {
                let fields = [own, ("user_code", self.waiting.1.as_str()), ("decision", "approve")];
                ("POST", "approve", page, form(&fields))
            }
            "sign-out" => ("POST", "signout", page, form(&[own])),
            other => panic!("{other}"),
        };
        self.request(method, path, &lines, &body).await
    }

    async fn request(&self, method: &str, path: &str, lines: &str, body: &str) -> Answer {
        let length = body.len();
        let head = format!("{method} /__platform/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        self.node.send(format!("{head}content-length: {length}\r\n{lines}\r\n{body}").as_bytes()).await
    }
}

fn failed(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.header("set-cookie")), (503, None), "{what}: {answer:?}");
    if answer.header("content-type") == Some("application/json") {
        assert_eq!(answer.code(), "unavailable");
    } else {
        assert!(answer.body.contains("Nothing was changed"), "{answer:?}");
    }
}

async fn a_call_that_fails_is_503_and_does_nothing(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let scene = Scene::new(&place, &node, "192.0.2.1").await;
    let store = place.store(Clock::Store).await;
    for table in TABLES {
        place.execute(Box::leak(format!("ALTER TABLE {table} RENAME TO gone").into_boxed_str())).await;
        for (what, needs) in REQUESTS {
            if needs.contains(&table) {
                failed(&scene.send(what).await, &format!("{what} without {table}"));
            }
        }
        place.execute(Box::leak(format!("ALTER TABLE gone RENAME TO {table}").into_boxed_str())).await;
    }
    // All of it is as it was: the same requests do now what they are for.
    assert_eq!(store.operators().count().await.unwrap(), 1);
    for (what, status) in [
        ("token that is approved", 200),
        ("approval", 200),
        ("token", 200),
        ("login: who", 200),
        ("set-up", 200),
        ("revoke", 200),
        ("key: who", 401),
        ("sign-out", 303),
    ] {
        let answer = scene.send(what).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
    }
}

async fn a_store_that_is_closed_does_nothing(mut place: Place) {
    place.prepare(APP);
    let node = place.node().await;
    let scene = Scene::new(&place, &node, "192.0.2.1").await;
    node.service.close().await;
    for (what, _) in REQUESTS {
        failed(&scene.send(what).await, what);
    }
    let me = crate::operators::manage(&node, "GET", "/__platform/whoami", "", &Value::Null).await;
    assert_eq!(me.status, 401);
}
