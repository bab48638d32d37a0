//! A service on a socket, and a client that sends whatever bytes a test wants.

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Once};

use inspire_diagnostics::SourceMap;
use kizaki_auth::{
    Authorities, BreachUrl, ForwardHeaders, Limits, MailTo, PublicUrl, Service, Settings, Snapshot, Stop,
    serve,
};
use kizaki_store::{AppDatabase, Clock, Issued, Lifetime, ManualClock, NewApiKey, Store, StoreUrl};
use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where the manual clock of a test starts: the start of a day, and so of every window.
pub(crate) const START_MS: i64 = 1_800_000_000_000 / 86_400_000 * 86_400_000;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// Makes two tests of each function, one a database.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { crate::support::run(crate::support::Database::Sqlite, super::$test); })*
        }
        mod postgres {
            $(#[test] fn $test() { crate::support::run(crate::support::Database::Postgres, super::$test); })*
        }
    };
}
pub(crate) use on_both;

/// An empty place for a store and an artifact.
pub(crate) struct Place {
    directory: TempDir,
    pub(crate) database: Database,
    pub(crate) store_url: String,
    /// The app's own database, once it is made.
    pub(crate) app_url: Option<String>,
    pub(crate) settings: Settings,
}

/// A service that answers on a socket until it is dropped.
pub(crate) struct Node {
    pub(crate) service: Arc<Service>,
    pub(crate) address: std::net::SocketAddr,
    /// Whether browsers see it over `https`.
    pub(crate) is_secure: bool,
    stop: watch::Sender<Stop>,
    pub(crate) serving: JoinHandle<()>,
}

/// An answer, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Runs a test at a place of its own.
pub(crate) fn run<F: Future<Output = ()>>(database: Database, test: impl FnOnce(Place) -> F) {
    let server = std::env::var("KIZAKI_TEST_POSTGRES").ok();
    if database == Database::Postgres && server.is_none() {
        return left_out();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { test(Place::new(database, server.as_deref()).await).await });
}

fn left_out() {
    const HOW: &str =
        "the tests on PostgreSQL need a server: `scripts/test`, or `scripts/postgres cargo test …`";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{HOW}");
    static ONCE: Once = Once::new();
    // Written to the stream itself, because the test runner hides what passing tests print.
    ONCE.call_once(|| std::io::stderr().write_all(format!("\nLEFT OUT: {HOW}\n").as_bytes()).unwrap());
}

impl Place {
    async fn new(database: Database, server: Option<&str>) -> Self {
        let directory = TempDir::new().unwrap();
        let store_url = match server {
            Some(server) if database == Database::Postgres => new_database(server).await,
            _ => format!("sqlite:{}", directory.path().join("kizaki.db").display()),
        };
        let settings = Settings {
            artifact: directory.path().join("app.kza"),
            signers: None,
            public_url: PublicUrl::parse("http://localhost").unwrap(),
            forward_headers: ForwardHeaders::default(),
            trusted_proxies: Vec::new(),
            mail_to: MailTo::Directory(directory.path().join("mail")),
            breach_url: BreachUrl::parse("http://127.0.0.1:1/").unwrap(),
            authorities: Authorities::default(),
            effects_to: None,
            limits: Limits::default(),
        };
        Self { directory, database, store_url, app_url: None, settings }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where mails are written to.
    pub(crate) fn mail_directory(&self) -> PathBuf {
        self.path("mail")
    }

    /// Puts the artifact of a schema where the service reads it, whole at once.
    pub(crate) fn publish(&self, schema: &str) {
        self.publish_bytes(&compile(schema));
    }

    pub(crate) fn publish_bytes(&self, bytes: &[u8]) {
        let new = self.path("new.kza");
        std::fs::write(&new, bytes).unwrap();
        std::fs::rename(new, &self.settings.artifact).unwrap();
    }

    pub(crate) async fn store(&self, clock: Clock) -> Store {
        Store::open(&StoreUrl::parse(&self.store_url).unwrap(), clock).await.unwrap()
    }

    /// A node with the database's own clock.
    pub(crate) async fn node(&self) -> Node {
        self.node_by(Clock::Store).await
    }

    /// A node whose clock stands at [`START_MS`].
    pub(crate) async fn node_at_start(&self) -> (Node, ManualClock) {
        let clock = ManualClock::new(START_MS);
        (self.node_by(Clock::Manual(clock.clone())).await, clock)
    }

    pub(crate) async fn node_by(&self, clock: Clock) -> Node {
        self.node_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), clock).await
    }

    pub(crate) async fn node_on(&self, listener: TcpListener, clock: Clock) -> Node {
        let store = self.store(clock.clone()).await;
        let app = match &self.app_url {
            Some(url) => Some(AppDatabase::open(&StoreUrl::parse(url).unwrap(), clock).await.unwrap()),
            None => None,
        };
        let snapshot = Snapshot::open(&self.settings.artifact, self.settings.signers.as_ref()).unwrap();
        let service = Service::new(self.settings.clone(), store, app, snapshot).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told) = watch::channel(Stop::No);
        let serving = tokio::spawn(serve(listener, service.router(), self.settings.limits, told));
        let is_secure = self.settings.public_url.to_string().starts_with("https");
        Node { service, address, is_secure, stop, serving }
    }

    /// Runs a statement past the store.
    pub(crate) async fn execute(&self, statement: &'static str) {
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.store_url).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.store_url).await.unwrap();
                sqlx::query("SET search_path TO kizaki").execute(&mut connection).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
        }
    }
}

impl Place {
    /// The number that a statement gives, past the store.
    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.store_url).await.unwrap();
                sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap()
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.store_url).await.unwrap();
                sqlx::query("SET search_path TO kizaki").execute(&mut connection).await.unwrap();
                sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap()
            }
        }
    }
}

impl Node {
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes on a connection of its own, and reads until the service closes it.
    pub(crate) async fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        // The service may close before it has read everything.
        let _ = stream.write_all(bytes).await;
        Answer::read(&mut stream).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await
    }

    /// Asks as Traefik does whether a request may pass; `headers` are further lines.
    pub(crate) async fn ask(&self, method: &str, target: &str, headers: &str) -> Answer {
        self.send(&asking(method.as_bytes(), target.as_bytes(), headers)).await
    }

    pub(crate) async fn ask_with_key(&self, method: &str, target: &str, key: &str) -> Answer {
        self.ask(method, target, &format!("authorization: Bearer {key}\r\n")).await
    }

    pub(crate) fn tell(&self, stop: Stop) {
        self.stop.send_replace(stop);
    }
}

/// The bytes of a question about a request.
pub(crate) fn asking(method: &[u8], target: &[u8], headers: &str) -> Vec<u8> {
    [
        b"GET /__auth/authorize HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-method: ".as_slice(),
        method,
        b"\r\nx-forwarded-uri: ",
        target,
        b"\r\n",
        headers.as_bytes(),
        b"\r\n",
    ]
    .concat()
}

impl Answer {
    pub(crate) async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A connection that is reset has said what it had to say.
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The value of a header that stands there once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut values =
            lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        let value = values.next();
        assert_eq!(values.next(), None, "{name}: {self:?}");
        value
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// The artifact of a schema.
pub(crate) fn compile(schema: &str) -> Vec<u8> {
    compile_files([("app.inspire", schema)])
}

/// The artifact of a schema in several files.
pub(crate) fn compile_files<'s>(files: impl IntoIterator<Item = (&'s str, &'s str)>) -> Vec<u8> {
    let sources = SourceMap::new(files).unwrap();
    let build = inspire::build(&sources);
    build.artifact.unwrap_or_else(|| panic!("{:?}", build.diagnostics))
}

/// A key of a scope.
pub(crate) async fn api_key(store: &Store, scope: &str, lifetime: Lifetime) -> Issued {
    store.api_keys().create(&NewApiKey { scope, name: "a key", lifetime }).await.unwrap()
}

pub(crate) async fn new_database(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("auth_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    let (front, _) = server.rsplit_once('/').unwrap();
    format!("{front}/{name}")
}
