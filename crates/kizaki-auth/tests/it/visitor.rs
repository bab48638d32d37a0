//! A browser that visits a service: it keeps the session cookie, and says where it comes from.

use kizaki_auth::deliver_due_mails;
use serde_json::{Value, json};

use crate::description::{described, description};
use crate::support::{Answer, Node, Place};

/// An app with accounts.
pub(crate) const APP: &str = r#"
auth {
  providers: [email]
  sessionDuration: 2h
  principal {
    mail: string @from(__User.email)
    since: datetime @from(__User.createdAt)
    rank: string @from(Member.rank)
  }
}
entity Member { userId: __User.id @unique  rank: string  @grant read }
routes("/", auth: session) { GET /mine -> mine }
"#;
pub(crate) const PASSWORD: &str = "kv7 trombone weather";
pub(crate) const ADA: &str = "ada@x.example";

/// A browser at an address of its own.
pub(crate) struct Visitor<'n> {
    node: &'n Node,
    address: String,
    /// The value of the session cookie.
    pub(crate) cookie: Option<String>,
}

impl<'n> Visitor<'n> {
    pub(crate) fn new(node: &'n Node, address: &str) -> Self {
        Self { node, address: address.to_owned(), cookie: None }
    }

    /// The same browser with this session cookie.
    pub(crate) fn with(self, cookie: Option<String>) -> Self {
        Self { cookie, ..self }
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.post_with(path, body, "origin: http://localhost\r\n").await
    }

    /// Sends further header lines in place of the origin.
    pub(crate) async fn post_with(&mut self, path: &str, body: &Value, lines: &str) -> Answer {
        self.write_with("POST", path, body, lines).await
    }

    pub(crate) async fn put(&mut self, path: &str, body: &Value) -> Answer {
        self.write_with("PUT", path, body, "origin: http://localhost\r\n").await
    }

    pub(crate) async fn write_with(&mut self, method: &str, path: &str, body: &Value, lines: &str) -> Answer {
        let lines = format!("content-type: application/json\r\n{lines}");
        let answer = self.send_by(method, path, &body.to_string(), &lines).await;
        let document = description(self.node).await;
        let path = format!("/__auth/{}", path.split('?').next().unwrap());
        if let Some(item) = document["paths"].get(&path) {
            let operation = &item[method.to_lowercase()];
            described(&document, operation, &answer, !answer.body.is_empty(), &path);
        }
        if let Some(cookie) = answer.header("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            assert!(["kizaki-dev", "__Host-kizaki"].contains(&name), "{cookie}");
            self.cookie = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        answer
    }

    pub(crate) async fn send(&self, path: &str, body: &str, lines: &str) -> Answer {
        self.send_by("POST", path, body, lines).await
    }

    async fn send_by(&self, method: &str, path: &str, body: &str, lines: &str) -> Answer {
        let length = body.len();
        let lines = format!("content-length: {length}\r\n{lines}{}", self.lines());
        let head = format!("{method} /__auth/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
        self.node.send((head + body).as_bytes()).await
    }

    pub(crate) async fn session(&self) -> Answer {
        let lines = self.lines();
        let text = format!("GET /__auth/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
        self.node.send(text.as_bytes()).await
    }

    /// Asks whether a request to the app may pass.
    pub(crate) async fn authorize(&self) -> Answer {
        self.ask("GET", "/mine").await
    }

    pub(crate) async fn ask(&self, method: &str, target: &str) -> Answer {
        self.node.ask(method, target, &self.lines()).await
    }

    /// What the app is told of the visitor, for a route that anyone who is signed in may use.
    pub(crate) async fn principal(&self, method: &str, target: &str) -> Value {
        let answer = self.ask(method, target).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        principal(&answer)
    }

    pub(crate) async fn sign_up(&mut self, email: &str) -> Answer {
        self.post("signup", &json!({ "email": email, "password": PASSWORD, "name": "Ada" })).await
    }

    /// Follows the link of the mail about the sign-up.
    pub(crate) async fn verify(&mut self, token: &str) -> Answer {
        self.post("verify", &json!({ "token": token, "password": PASSWORD })).await
    }

    pub(crate) async fn login(&mut self, email: &str, password: &str) -> Answer {
        self.post("login", &json!({ "email": email, "password": password })).await
    }

    pub(crate) async fn is_signed_in(&self) -> bool {
        let (session, passes) = (self.session().await.status, self.authorize().await.status);
        assert_eq!(session, passes);
        session == 200
    }

    /// The session cookie and the address, as header lines.
    fn lines(&self) -> String {
        let cookie = self.cookie.as_ref();
        let name = if self.node.is_secure { "__Host-kizaki" } else { "kizaki-dev" };
        let cookie = cookie.map(|value| format!("cookie: {name}={value}\r\n")).unwrap_or_default();
        format!("{cookie}x-forwarded-for: {}\r\n", self.address)
    }
}

impl Place {
    /// A node of the app for visitors from many addresses.
    pub(crate) async fn visited(&mut self) -> Node {
        self.prepare(APP);
        self.node().await
    }

    pub(crate) fn prepare(&mut self, schema: &str) {
        self.settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        self.publish(schema);
    }

    /// The mails that are due, in the order they were asked for.
    pub(crate) async fn mails(&self, node: &Node) -> Vec<String> {
        let delivered = deliver_due_mails(&node.service).await.unwrap();
        let Ok(entries) = std::fs::read_dir(self.mail_directory()) else { return Vec::new() };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort_by_key(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            name.split('-').nth(1).unwrap().parse::<u64>().unwrap()
        });
        assert_eq!(paths.len(), delivered);
        let texts = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        paths.iter().for_each(|path| std::fs::remove_file(path).unwrap());
        texts
    }

    /// The token of the link in the one mail that is due.
    pub(crate) async fn token(&self, node: &Node) -> String {
        let mails = self.mails(node).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        link(&mails[0]).split_once("#token=").unwrap().1.to_owned()
    }

    /// A user who is verified, and not signed in.
    pub(crate) async fn user(&self, node: &Node, email: &str) {
        let mut visitor = Visitor::new(node, "192.0.2.200");
        assert_eq!(visitor.sign_up(email).await.status, 202);
        let token = self.token(node).await;
        assert_eq!(visitor.verify(&token).await.status, 204);
    }

    /// A visitor who is signed in as a new user.
    pub(crate) async fn signed_in<'n>(&self, node: &'n Node, email: &str, address: &str) -> Visitor<'n> {
        self.user(node, email).await;
        let mut visitor = Visitor::new(node, address);
        assert_eq!(visitor.login(email, PASSWORD).await.status, 200);
        visitor
    }
}

/// The link in a mail.
pub(crate) fn link(mail: &str) -> &str {
    mail.lines().find(|line| line.contains("#token=")).unwrap_or_else(|| panic!("{mail}"))
}

/// What the app is told of who calls.
pub(crate) fn principal(answer: &Answer) -> Value {
    use base64::Engine as _;
    let bytes =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(answer.header("x-kizaki-principal").unwrap());
    serde_json::from_slice(&bytes.unwrap()).unwrap()
}
