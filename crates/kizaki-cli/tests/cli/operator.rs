//! An operator of a service, at the service's own pages as a browser would be.

use std::collections::BTreeMap;

use crate::scene::Scene;
use crate::serve::Serving;

pub(crate) const NAME: &str = "ada";
const PASSWORD: &str = "kv7 trombone weather";

/// A browser with one cookie.
pub(crate) struct Operator<'s> {
    serving: &'s Serving,
    cookie: Option<String>,
}

/// A page, or where a form leads.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl<'s> Operator<'s> {
    /// The first operator of a service that was started with `--init-operator`, signed in.
    pub(crate) fn set_up(scene: &'s Scene) -> Self {
        let serving = scene.server();
        let mut operator = Self { serving, cookie: None };
        let path = scene.link.split_once(&serving.address).unwrap().1;
        let token = path.split_once("token=").unwrap().1;
        let page = operator.get(path);
        let fields = [("token", token), ("name", NAME), ("password", PASSWORD), ("again", PASSWORD)];
        assert_eq!(operator.send_form(&page, "/__platform/setup", &fields).status, 200);
        let page = operator.get("/__platform/signin");
        let fields = [("name", NAME), ("password", PASSWORD)];
        assert_eq!(operator.send_form(&page, "/__platform/signin", &fields).status, 303);
        operator
    }

    /// Answers the command that shows this code.
    pub(crate) fn decide(&mut self, user_code: &str, decision: &str) {
        let page = self.get("/__platform/approve");
        let page = self.send_form(&page, "/__platform/approve", &[("user_code", user_code)]);
        assert!(page.text.contains(user_code), "{page:?}");
        let fields = [("user_code", user_code), ("decision", decision)];
        assert_eq!(self.send_form(&page, "/__platform/approve", &fields).status, 200);
    }

    /// The token of a new login, by the device flow and without waiting.
    pub(crate) fn token(&mut self) -> String {
        let post = |path, fields: &[(&str, &str)]| {
            let (_, body) = self.serving.post_form(path, "", fields);
            serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&body).unwrap()
        };
        let asked = post("/__platform/device", &[("client_id", "kizaki-cli"), ("client_name", "tests")]);
        let text = |name: &str| asked[name].as_str().unwrap().to_owned();
        let (user_code, device_code) = (text("user_code"), text("device_code"));
        self.decide(&user_code, "approve");
        let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        let fields = [grant, ("client_id", "kizaki-cli"), ("device_code", device_code.as_str())];
        let (_, body) = self.serving.post_form("/__platform/token", "", &fields);
        let token: serde_json::Value = serde_json::from_str(&body).unwrap();
        token["access_token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    /// Whether the page that answers commands is shown, and not the one to sign in.
    pub(crate) fn is_signed_in(&mut self) -> bool {
        self.get("/__platform/approve").status == 200
    }

    fn get(&mut self, path: &str) -> Page {
        let cookie = self.cookie.as_ref().map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{cookie}\r\n");
        let answer = self.serving.send(&request);
        self.take(&answer)
    }

    /// Sends a form of a page, with what binds it to this browser.
    fn send_form(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let (_, rest) =
            page.text.split_once("name=\"form_token\" value=\"").unwrap_or_else(|| panic!("{page:?}"));
        let form_token = rest.split('"').next().unwrap();
        let fields = [&[("form_token", form_token)], fields].concat();
        let headers = format!(
            "origin: http://{}\r\ncookie: {}\r\n",
            self.serving.address,
            self.cookie.as_deref().unwrap_or_default()
        );
        let (head, body) = self.serving.post_form(path, &headers, &fields);
        self.take(&format!("{head}\r\n\r\n{body}"))
    }

    fn take(&mut self, answer: &str) -> Page {
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        if let Some(cookie) = cookie {
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        Page { status: answer[9..12].parse().unwrap(), text: answer.to_owned() }
    }
}
