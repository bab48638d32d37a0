//! An app that effects are delivered to: an HTTP server that notes every delivery and answers as a test says.
//!
//! It uses nothing but sockets and threads, so that tests of processes can use it, too.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::Value;

/// One request that arrived whole.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What the app does with a delivery.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// It answers.
    Status(u16),
    /// It sends elsewhere.
    Redirect(String),
    /// It closes the connection and says nothing.
    Close,
    /// It says nothing, and waits until the other side closes.
    Silence,
    /// It says something that is not HTTP.
    Garbage,
    /// It answers with a status and a body that never ends.
    Endless(u16),
}

/// A running app.
pub(crate) struct Handler {
    address: SocketAddr,
    deliveries: Arc<(Mutex<Vec<Delivery>>, Condvar)>,
}

impl Handler {
    /// An app that asks `judge` for each reply; `judge` may take its time.
    pub(crate) fn start(judge: impl Fn(&Delivery) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let deliveries: Arc<(Mutex<Vec<Delivery>>, Condvar)> = Arc::default();
        let (noted, judge) = (Arc::clone(&deliveries), Arc::new(judge));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (noted, judge) = (Arc::clone(&noted), Arc::clone(&judge));
                // A connection that breaks off is the other side's business.
                std::thread::spawn(move || serve(stream.ok()?, &noted, judge.as_ref()));
            }
        });
        Self { address, deliveries }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/effects?app=1", self.address)
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.0.lock().unwrap().clone()
    }

    /// Waits until so many deliveries have arrived, and gives them.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Delivery> {
        let noted = self.deliveries.0.lock().unwrap();
        self.deliveries.1.wait_while(noted, |noted| noted.len() < count).unwrap().clone()
    }
}

impl Delivery {
    /// The value of a header that stands there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.iter().filter(|(own, _)| own == name).collect();
        assert_eq!(values.len(), 1, "{name}: {self:?}");
        &values[0].1
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn effect(&self) -> String {
        self.json()["effect"].as_str().unwrap().to_owned()
    }
}

/// Serves one connection; ends it when either side has had enough.
fn serve(
    mut stream: TcpStream,
    noted: &(Mutex<Vec<Delivery>>, Condvar),
    judge: &(impl Fn(&Delivery) -> Reply + ?Sized),
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let delivery = read(&mut reader)?;
        noted.0.lock().unwrap().push(delivery.clone());
        noted.1.notify_all();
        match judge(&delivery) {
            Reply::Status(status) => {
                stream.write_all(head(status, "content-length: 2\r\n").as_bytes()).ok()?;
                stream.write_all(b"ok").ok()?;
            }
            Reply::Redirect(to) => {
                let headers = format!("location: {to}\r\ncontent-length: 0\r\n");
                stream.write_all(head(307, &headers).as_bytes()).ok()?;
            }
            Reply::Close => return None,
            Reply::Silence => {
                let _ = reader.read_to_end(&mut Vec::new());
                return None;
            }
            Reply::Garbage => {
                stream.write_all(b"no HTTP at all\r\n\r\n").ok()?;
                return None;
            }
            Reply::Endless(status) => {
                stream.write_all(head(status, "content-length: 1000000000000\r\n").as_bytes()).ok()?;
                loop {
                    stream.write_all(&[b'x'; 65_536]).ok()?;
                }
            }
        }
    }
}

fn head(status: u16, headers: &str) -> String {
    format!("HTTP/1.1 {status} Whatever\r\n{headers}\r\n")
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Delivery> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let target = line.strip_prefix("POST ").unwrap_or_else(|| panic!("{line}")).split(' ').next()?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Delivery { target, headers, body })
}
