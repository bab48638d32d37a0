//! An operator's browser and an operator's command, for the tests of the platform's side.

use std::fmt::Write as _;

use kizaki_store::{Clock, NewOperator, SetUp, Store};
use serde_json::Value;

use crate::description::{described, description};
use crate::support::{Answer, Node, Place};

pub(crate) const OPERATOR: &str = "Grace";
pub(crate) const SECRET: &str = "nine cobalt lanterns hum";
pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A browser at an address of its own, which keeps its cookie and sends the forms that it was shown.
#[derive(Clone)]
pub(crate) struct Browser<'n> {
    node: &'n Node,
    address: String,
    pub(crate) cookie: Option<String>,
    /// What the forms of the last page carry.
    pub(crate) form_token: String,
}

/// Sends a request whose answer must be one that the description has.
async fn send(node: &Node, method: &str, path: &str, lines: &str, body: &str) -> Answer {
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n{body}"
    );
    let answer = node.send(text.as_bytes()).await;
    let document = description(node).await;
    let path = path.split('?').next().unwrap();
    let operation = operation(&document, path, &method.to_lowercase());
    if let Some(operation) = operation {
        described(&document, operation, &answer, true, path);
    }
    answer
}

/// What the description says about a method of a path.
fn operation<'d>(document: &'d Value, path: &str, method: &str) -> Option<&'d Value> {
    let fits = |template: &str| {
        let (own, parts) = (template.split('/').collect::<Vec<_>>(), path.split('/').collect::<Vec<_>>());
        let fit = |(own, part): (&&str, &&str)| own == part || own.starts_with('{');
        own.len() == parts.len() && own.iter().zip(&parts).all(fit)
    };
    let (_, item) = document["paths"].as_object().unwrap().iter().find(|(template, _)| fits(template))?;
    item.get(method)
}

/// The text of a form.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let separator = if text.is_empty() { "" } else { "&" };
        write!(text, "{separator}{name}=").unwrap();
        for byte in value.bytes() {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' => text.push(char::from(byte)),
                _ => write!(text, "%{byte:02X}").unwrap(),
            }
        }
    }
    text
}

pub(crate) const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
pub(crate) const OWN: &str = "origin: http://localhost\r\nsec-fetch-site: same-origin\r\n";

impl<'n> Browser<'n> {
    pub(crate) fn new(node: &'n Node, address: &str) -> Self {
        Self { node, address: address.to_owned(), cookie: None, form_token: String::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let lines = self.lines();
        let answer = send(self.node, "GET", path, &lines, "").await;
        self.keep(&answer);
        answer
    }

    /// Sends a form with what the last page had it carry.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, OWN).await
    }

    /// Sends other header lines in place of those that tell where the form comes from.
    pub(crate) async fn post_with(&mut self, path: &str, fields: &[(&str, &str)], lines: &str) -> Answer {
        let token = self.form_token.clone();
        let fields = [&[("form_token", token.as_str())], fields].concat();
        let lines = format!("{FORM}{lines}{}", self.lines());
        let answer = send(self.node, "POST", path, &lines, &encoded(&fields)).await;
        self.keep(&answer);
        answer
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.get("/__platform/signin").await;
        self.post("/__platform/signin", &[("name", name), ("password", password)]).await
    }

    /// Answers a request for a login, as a person would: by typing the code, looking, and choosing.
    pub(crate) async fn answer(&mut self, user_code: &str, decision: &str) -> Answer {
        self.get("/__platform/approve").await;
        let shown = self.post("/__platform/approve", &[("user_code", user_code)]).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        self.post("/__platform/approve", &[("user_code", user_code), ("decision", decision)]).await
    }

    /// The cookie and the address, as header lines.
    pub(crate) fn lines(&self) -> String {
        let name = if self.node.is_secure { "__Host-kizaki-operator" } else { "kizaki-operator-dev" };
        let cookie = self.cookie.as_ref().map(|value| format!("cookie: {name}={value}\r\n"));
        format!("{}x-forwarded-for: {}\r\n", cookie.unwrap_or_default(), self.address)
    }

    fn keep(&mut self, answer: &Answer) {
        if let Some(cookie) = answer.header("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            assert!(["kizaki-operator-dev", "__Host-kizaki-operator"].contains(&name), "{cookie}");
            self.cookie = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"form_token\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.form_token);
        }
    }
}

/// Asks for codes, as `kizaki login` does.
pub(crate) async fn ask_for_codes(node: &Node, address: &str) -> Answer {
    let fields = [("client_id", "kizaki-cli"), ("client_name", "grace's laptop")];
    let lines = format!("{FORM}x-forwarded-for: {address}\r\n");
    send(node, "POST", "/__platform/device", &lines, &encoded(&fields)).await
}

/// Asks for the token that a device code is for.
pub(crate) async fn poll(node: &Node, device_code: &str) -> Answer {
    let fields = [("grant_type", GRANT_TYPE), ("device_code", device_code), ("client_id", "kizaki-cli")];
    send(node, "POST", "/__platform/token", FORM, &encoded(&fields)).await
}

/// A text field of an answer.
pub(crate) fn text(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap_or_else(|| panic!("{name}: {answer:?}")).to_owned()
}

/// Asks the management for something, with a JSON body unless it is empty.
pub(crate) async fn manage(node: &Node, method: &str, path: &str, lines: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let lines = format!("content-type: application/json\r\n{lines}");
    send(node, method, path, &lines, &body).await
}

pub(crate) fn bearer(credential: &str) -> String {
    format!("authorization: Bearer {credential}\r\n")
}

/// The token of a link that makes an operator.
pub(crate) async fn set_up_token(store: &Store) -> String {
    store.operators().new_set_up().await.unwrap().expose().to_owned()
}

/// A login, made past the pages.
pub(crate) async fn login(store: &Store) -> String {
    let operator = match store.operators().find(OPERATOR).await.unwrap() {
        Some(found) => found.operator,
        None => {
            let token = store.operators().new_set_up().await.unwrap();
            let new = NewOperator { name: OPERATOR, password_hash: "none" };
            let SetUp::Made(operator) = store.operators().set_up(&token, &new).await.unwrap() else {
                panic!()
            };
            operator
        }
    };
    let new = kizaki_store::NewDevice { client: "a test", address: "192.0.2.1" };
    let started = store.devices().start(&new).await.unwrap().unwrap();
    assert!(store.devices().decide(&started.user_code, &operator, true).await.unwrap());
    match store.devices().poll(&started.device_code).await.unwrap() {
        kizaki_store::Poll::Granted(granted) => granted.token.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

impl Place {
    /// A browser whose operator was made by a link and is signed in.
    pub(crate) async fn operator<'n>(&self, node: &'n Node, address: &str) -> Browser<'n> {
        let mut browser = Browser::new(node, address);
        let token = set_up_token(&self.store(Clock::Store).await).await;
        self.set_up(&mut browser, &token).await;
        let answer = browser.sign_in(OPERATOR, SECRET).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some("/__platform/approve")),
            "{answer:?}"
        );
        browser
    }

    pub(crate) async fn set_up(&self, browser: &mut Browser<'_>, token: &str) {
        let shown = browser.get(&format!("/__platform/setup?token={token}")).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        let fields = [("token", token), ("name", OPERATOR), ("password", SECRET), ("again", SECRET)];
        let answer = browser.post("/__platform/setup", &fields).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}
