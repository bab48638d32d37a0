//! What one connection may send and take, and how requests end when the service does.

use std::time::Duration;

use kizaki_auth::Stop;
use kizaki_store::{Key, Kind};
use sqlx::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::states::APP;
use crate::support::{Answer, Database, Place, asking, on_both};

on_both! {
    what_is_too_large_is_refused
    what_is_too_slow_is_closed
    who_reads_nothing_is_left
    further_connections_wait
    requests_under_way_are_answered_when_the_service_stops
    a_second_word_stops_at_once
}

const HEALTH: &[u8] = b"GET /__auth/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

async fn what_is_too_large_is_refused(mut place: Place) {
    place.publish(APP);
    // What is not even half a request is not waited for any longer.
    place.settings.limits.head_time = Duration::from_millis(500);
    let node = place.node().await;
    let with = |headers: &str| {
        format!("GET /__auth/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").into_bytes()
    };
    let long = format!("x-long: {}\r\n", "x".repeat(40 << 10));
    let many: String = (0..101).map(|number| format!("x-{number}: y\r\n")).collect();
    let endless = format!("x-long: {}", "x".repeat(1 << 20));
    let line =
        format!("GET /__auth/health?{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(40 << 10)).into_bytes();
    assert_eq!(node.send(&with(&long)).await.status, 431);
    assert_eq!(node.send(&with(&many)).await.status, 431);
    assert_eq!(node.send(&with(&format!("x-long: {}\r\n", "x".repeat(30 << 10)))).await.status, 200);
    // It ends long before all of it was read.
    assert_ne!(node.send(&with(&endless)).await.status, 200);
    assert!([414, 431].contains(&node.send(&line).await.status));
    let refused = node.send(&with("content-length: 65537\r\n")).await;
    assert_eq!((refused.status, refused.code().as_str()), (413, "body_too_large"));
    let body = [with("content-length: 65536\r\n"), vec![b'x'; 65536]].concat();
    assert_eq!(node.send(&body).await.status, 200);
    assert_eq!(node.send(&with("x: y\r\n")).await.status, 200);
    for nonsense in [
        b"\r\n\r\n\r\n".as_slice(),
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        assert_ne!(node.send(nonsense).await.status, 200, "{nonsense:?}");
    }
    // Two lengths would let one request be taken for two.
    let smuggling = with("content-length: 5\r\ncontent-length: 6\r\n");
    assert_eq!(node.send(&smuggling).await.status, 400);
}

async fn what_is_too_slow_is_closed(mut place: Place) {
    place.publish(APP);
    place.settings.limits.head_time = Duration::from_millis(300);
    let node = place.node().await;
    for begin in [b"GET /__auth/hea".as_slice(), b"GET /__auth/health HTTP/1.1\r\nhost: x\r\nx-a: ", b""] {
        let mut stream = node.connect().await;
        stream.write_all(begin).await.unwrap();
        // Each byte is sent in time; all of them together are not.
        let (mut from, mut to) = stream.into_split();
        let dripping = tokio::spawn(async move {
            while to.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let mut rest = Vec::new();
        let _ = from.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{rest:?}");
        dripping.abort();
    }
}

async fn who_reads_nothing_is_left(mut place: Place) {
    place.publish(APP);
    place.settings.limits.connections = 1;
    place.settings.limits.write_time = Duration::from_millis(300);
    let node = place.node().await;
    let (mut from, mut to) = node.connect().await.into_split();
    // Answers of megabytes, none of which is read: more than any buffer between the two takes.
    let asking = tokio::spawn(async move {
        let ask = b"GET /__auth/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
        for _ in 0..2000 {
            if to.write_all(ask).await.is_err() {
                break;
            }
        }
        to
    });
    // Without its end there is room for nobody else.
    assert_eq!(node.send(HEALTH).await.status, 200);
    asking.abort();
    let mut rest = Vec::new();
    let _ = from.read_to_end(&mut rest).await;
    assert!(rest.starts_with(b"HTTP/1.1 200"), "{}", rest.len());
}

async fn further_connections_wait(mut place: Place) {
    place.publish(APP);
    place.settings.limits.connections = 2;
    let node = place.node().await;
    let (first, _second) = (node.connect().await, node.connect().await);
    let mut third = node.connect().await;
    third.write_all(HEALTH).await.unwrap();
    let mut byte = [0];
    let waited = tokio::time::timeout(Duration::from_millis(300), third.read(&mut byte)).await;
    assert!(waited.is_err(), "{waited:?}");
    drop(first);
    assert_eq!(Answer::read(&mut third).await.status, 200);
}

/// Locks what a refused key is written to, until it is dropped.
enum Lock {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

impl Lock {
    async fn take(place: &Place) -> Self {
        match place.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&place.store_url).await.unwrap();
                sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
                Self::Sqlite(connection)
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&place.store_url).await.unwrap();
                sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
                let lock = "LOCK TABLE kizaki.audit IN ACCESS EXCLUSIVE MODE";
                sqlx::query(lock).execute(&mut connection).await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}

/// A request that is not answered before the lock is released.
async fn waiting(node: &crate::support::Node) -> TcpStream {
    let unknown = Key::generate(Kind::Api).unwrap().to_text();
    let headers = format!("authorization: Bearer {}\r\n", unknown.expose());
    let mut stream = node.connect().await;
    stream.write_all(&asking(b"GET", b"/v1/items", &headers)).await.unwrap();
    let mut byte = [0];
    let waited = tokio::time::timeout(Duration::from_millis(300), stream.peek(&mut byte)).await;
    assert!(waited.is_err(), "{waited:?}");
    stream
}

async fn requests_under_way_are_answered_when_the_service_stops(mut place: Place) {
    place.publish(APP);
    place.settings.limits.store_time = Duration::from_secs(60);
    place.settings.limits.request_time = Duration::from_secs(60);
    place.settings.limits.stop_time = Duration::from_secs(60);
    let node = place.node().await;
    let lock = Lock::take(&place).await;
    let mut under_way = waiting(&node).await;
    let mut idle = node.connect().await;
    node.tell(Stop::Finish);
    // The idle one is closed, and no new one is taken.
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
    while TcpStream::connect(node.address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!node.serving.is_finished());
    lock.release().await;
    assert_eq!(Answer::read(&mut under_way).await.status, 401);
    node.serving.await.unwrap();
}

async fn a_second_word_stops_at_once(mut place: Place) {
    place.publish(APP);
    place.settings.limits.store_time = Duration::from_secs(600);
    place.settings.limits.request_time = Duration::from_secs(600);
    place.settings.limits.stop_time = Duration::from_secs(600);
    let mut node = place.node().await;
    let lock = Lock::take(&place).await;
    let _under_way = waiting(&node).await;
    node.tell(Stop::Finish);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!node.serving.is_finished());
    node.tell(Stop::Now);
    (&mut node.serving).await.unwrap();
    lock.release().await;
}
