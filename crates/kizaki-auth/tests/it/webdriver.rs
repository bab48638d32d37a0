//! As much of the WebDriver protocol (W3C, <https://www.w3.org/TR/webdriver2/>) as drives one window of Chromium.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// Keys that are no characters (17.4.2).
pub(crate) const TAB: &str = "\u{E004}";
pub(crate) const ENTER: &str = "\u{E007}";
/// What names an element in a document (12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The driver, until it is dropped.
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

/// A window of a browser with a profile of its own.
pub(crate) struct Window {
    port: u16,
    session: String,
}

impl Driver {
    /// None where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        let mut child = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        Some(Self { child, port: port.unwrap() })
    }

    pub(crate) async fn window(&self, profile: &Path) -> Window {
        let arguments = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=900,800",
            format!("--user-data-dir={}", profile.display()),
        ]);
        let options = json!({ "goog:chromeOptions": { "args": arguments } });
        let body = json!({ "capabilities": { "alwaysMatch": options } });
        let session = call(self.port, "POST", "/session", &body).await;
        Window { port: self.port, session: session["sessionId"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It ends its browsers by that, which would go on if it were killed at once.
        let _ = std::net::TcpStream::connect(("127.0.0.1", self.port))
            .and_then(|mut stream| stream.write_all(b"GET /shutdown HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"));
        let _ = self.child.wait();
    }
}

impl Window {
    pub(crate) async fn go_to(&self, url: &str) {
        self.post("url", &json!({ "url": url })).await;
    }

    /// The element that has the focus.
    pub(crate) async fn focused(&self) -> String {
        self.get("element/active").await[ELEMENT].as_str().unwrap().to_owned()
    }

    /// The name by which an element is announced to who cannot see it (12.4.10).
    pub(crate) async fn label(&self, element: &str) -> String {
        self.get(&format!("element/{element}/computedlabel")).await.as_str().unwrap().to_owned()
    }

    pub(crate) async fn send_keys(&self, element: &str, keys: &str) {
        self.post(&format!("element/{element}/value"), &json!({ "text": keys })).await;
    }

    /// What a script returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({ "script": script, "args": [] })).await
    }

    /// What a script gives to the function that it finds in its arguments.
    pub(crate) async fn run_until_done(&self, script: &str) -> Value {
        self.post("execute/async", &json!({ "script": script, "args": [] })).await
    }

    pub(crate) async fn source(&self) -> String {
        self.get("source").await.as_str().unwrap().to_owned()
    }

    /// A picture, as a PNG file.
    pub(crate) async fn screenshot(&self) -> Vec<u8> {
        STANDARD.decode(self.get("screenshot").await.as_str().unwrap()).unwrap()
    }

    /// Closes what a script has opened: a window behind another is not drawn, and so gets no focus.
    pub(crate) async fn close_others(&self) {
        let own = self.get("window").await;
        for other in self.get("window/handles").await.as_array().unwrap() {
            if *other != own {
                self.post("window", &json!({ "handle": other })).await;
                let path = format!("/session/{}/window", self.session);
                call(self.port, "DELETE", &path, &Value::Null).await;
            }
        }
        self.post("window", &json!({ "handle": own })).await;
    }

    pub(crate) async fn close(&self) {
        call(self.port, "DELETE", &format!("/session/{}", self.session), &Value::Null).await;
    }

    async fn get(&self, path: &str) -> Value {
        call(self.port, "GET", &format!("/session/{}/{path}", self.session), &Value::Null).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        call(self.port, "POST", &format!("/session/{}/{path}", self.session), body).await
    }
}

async fn call(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    let request = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.unwrap();
    let (head, body) = read(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{method} {path}: {head} {body}");
    serde_json::from_str::<Value>(&body).unwrap()["value"].take()
}

/// Reads an answer by its length: the driver keeps its connections.
async fn read(stream: &mut TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the driver ended the connection");
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.next().unwrap().1.trim().parse().unwrap();
        if body.len() >= length {
            return (head.to_owned(), body.to_owned());
        }
    }
}
