//! A server that speaks the range protocol for leaked passwords, or anything else that a test wants.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use kizaki_auth::BreachUrl;
use sha1::{Digest as _, Sha1};
use tokio::io::{AsyncBufReadExt as _, AsyncRead};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// What the server says to whoever asks.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// The range, as the public list does: hundreds of other hashes, padding, and these passwords where they
    /// belong.
    Leaked(Vec<&'static str>),
    /// The range, where these passwords are padding only.
    Padded(Vec<&'static str>),
    /// These very bytes, and then the end of the connection.
    Bytes(Vec<u8>),
    /// These very bytes, and then nothing for as long as someone listens.
    Stalls(Vec<u8>),
    /// Good lines, chunk after chunk, for as long as someone listens.
    Endless,
}

/// The server; it ends with the runtime of its test.
pub(crate) struct RangeServer {
    pub(crate) address: SocketAddr,
    says: Arc<Mutex<Says>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl RangeServer {
    pub(crate) async fn start(says: Says) -> Self {
        Self::start_with(says, None).await
    }

    /// A server behind TLS, if there is a configuration for it.
    pub(crate) async fn start_with(says: Says, tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (says, seen) = (Arc::new(Mutex::new(says)), Arc::new(Mutex::new(Vec::new())));
        let (of_server, by_server) = (Arc::clone(&says), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (says, seen, tls) = (Arc::clone(&of_server), Arc::clone(&by_server), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, &says, &seen).await,
                        // Whoever does not believe the certificate asks nothing.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => answer(stream, &says, &seen).await,
                            Err(_) => seen.lock().unwrap().push("no request".to_owned()),
                        },
                    }
                });
            }
        });
        Self { address, says, seen }
    }

    pub(crate) fn url(&self) -> BreachUrl {
        BreachUrl::parse(&format!("http://{}/range/", self.address)).unwrap()
    }

    pub(crate) fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// The requests since the last look, each with all that came before its empty line.
    pub(crate) fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// Answers the requests of one connection.
async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, says: &Mutex<Says>, seen: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let prefix =
            head.split(' ').nth(1).unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
        seen.lock().unwrap().push(head);
        let says = says.lock().unwrap().clone();
        let (bytes, goes_on) = match says {
            Says::Leaked(passwords) => (range(&prefix, &passwords, 3), true),
            Says::Padded(passwords) => (range(&prefix, &passwords, 0), true),
            Says::Bytes(bytes) => (bytes, false),
            Says::Stalls(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                // Until the other side has had enough.
                let _ = stream.read_to_end(&mut Vec::new()).await;
                return;
            }
            Says::Endless => return endless(&mut stream).await,
        };
        let written = stream.write_all(&bytes).await;
        if written.is_err() || stream.flush().await.is_err() || !goes_on {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

async fn endless(stream: &mut (impl AsyncWrite + Unpin)) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let line = format!("{:035X}:1\r\n", 7);
    while stream.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).await.is_ok() {}
}

/// An answer with this body.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The lines of a range: some that were seen, then some that are padding, as the protocol pads to 800 lines
/// or more.
pub(crate) fn lines(more: &[String]) -> Vec<String> {
    let other = |number: u32| format!("{:035X}:{}", u128::from(number) * 0x1_0000_0001, number % 5);
    (1..=850).map(other).chain(more.iter().cloned()).collect()
}

fn range(prefix: &str, passwords: &[&str], count: u32) -> Vec<u8> {
    let hashes = passwords.iter().map(|password| hash(password));
    let own = hashes.filter(|hash| hash.starts_with(prefix)).map(|hash| format!("{}:{count}", &hash[5..]));
    ok(&lines(&own.collect::<Vec<_>>()).join("\r\n"))
}

/// The SHA-1 of a password, as the protocol writes it.
pub(crate) fn hash(password: &str) -> String {
    Sha1::digest(password.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02X}").unwrap();
        text
    })
}
