//! How `kizaki serve` ends when its store does not answer any more.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::serve::{Serving, built, new_key};

/// What hands bytes on between a service and its database until it is told to hang.
struct Proxy {
    address: String,
    hangs: Arc<AtomicBool>,
}

impl Proxy {
    fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (server, hangs) = (server.to_owned(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&hangs);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let server = TcpStream::connect(&server).unwrap();
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let told = Arc::clone(&told);
                    std::thread::spawn(move || hand_on(from, to, &told));
                }
            }
        });
        Self { address, hangs }
    }
}

/// Hands bytes on until one side hangs up, or keeps them for good once it is told to.
fn hand_on(mut from: TcpStream, mut to: TcpStream, hangs: &AtomicBool) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if hangs.load(Ordering::SeqCst) {
            loop {
                std::thread::park();
            }
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_store_that_hangs_does_not_keep_it_from_ending() {
    let Ok(url) = std::env::var("KIZAKI_TEST_POSTGRES") else {
        return assert!(std::env::var("CI").as_deref() != Ok("true"), "PostgreSQL is needed");
    };
    let (front, rest) = url.split_once('@').unwrap();
    let (server, behind) = rest.split_once('/').unwrap();
    let proxy = Proxy::to(server);
    let through = format!("{front}@{}/{behind}", proxy.address);
    let project = built();
    let key = new_key(&project, &["--store", &url]);
    for (is_told_twice, last_words) in [(true, "told to stop"), (false, "their time is over")] {
        proxy.hangs.store(false, Ordering::SeqCst);
        let serving = Serving::start(&project, &["--store", &through]);
        assert_eq!(serving.ask(&key), 200);
        proxy.hangs.store(true, Ordering::SeqCst);
        // A connection is taken for this, and is given back to nobody.
        assert_eq!(serving.ask(&key), 503);
        let said = || project.read("log").matches("told to stop").count();
        let before = said();
        if is_told_twice {
            serving.signal("TERM");
            // Two signals of one kind can become one before they are received.
            while said() == before {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        assert_eq!(serving.end("TERM").0, Some(0));
        let log = project.read("log");
        assert!(log.lines().last().is_some_and(|line| line.contains(last_words)), "{log}");
        assert_eq!(said(), before + 1 + usize::from(is_told_twice));
    }
}
