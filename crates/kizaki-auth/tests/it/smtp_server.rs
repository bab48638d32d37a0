//! A mail server in a process of its own, which tells what it saw. It is written in Python, with aiosmtpd.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use base64::Engine as _;
use serde_json::Value;

/// The server; it is killed when a test forgets it.
pub(crate) struct SmtpServer {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    pub(crate) port: u16,
}

/// What a server saw.
#[derive(Debug)]
pub(crate) struct Seen(Vec<Value>);

impl SmtpServer {
    /// A server with these settings; none where there is no Python for it, which is a failure in continuous
    /// integration.
    pub(crate) fn start(settings: &Value) -> Option<Self> {
        let Some(python) = python() else {
            left_out();
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/smtp_server.py");
        let mut command = Command::new(python);
        command.arg("-W").arg("ignore").arg(script).arg(settings.to_string());
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Ok(port) = line.trim_end().parse() else {
            let mut reason = String::new();
            child.stderr.take().unwrap().read_to_string(&mut reason).unwrap();
            panic!("the mail server did not start: {reason}");
        };
        Some(Self { child, stdout, port })
    }

    /// Ends it, and tells what it saw.
    pub(crate) fn end(mut self) -> Seen {
        drop(self.child.stdin.take());
        let lines = self.stdout.by_ref().lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        Seen(lines.collect())
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Seen {
    pub(crate) fn of(&self, what: &str) -> Vec<&Value> {
        self.0.iter().filter(|one| one["what"] == what).collect()
    }

    /// To whom mails were handed over, in order.
    pub(crate) fn addressees(&self) -> Vec<&str> {
        self.of("mail").into_iter().map(|mail| mail["addressees"][0].as_str().unwrap()).collect()
    }

    /// The mails as they were received.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |mail: &Value| {
            let bytes = base64::engine::general_purpose::STANDARD.decode(mail["text"].as_str().unwrap());
            String::from_utf8(bytes.unwrap()).unwrap()
        };
        self.of("mail").into_iter().map(text).collect()
    }
}

/// The interpreter that `scripts/python` prepares.
fn python() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let home = target.join("tools/python");
    let has_server =
        std::fs::read_to_string(home.join("packages")).is_ok_and(|packages| packages.contains("aiosmtpd"));
    has_server.then(|| home.join("bin/python3"))
}

fn left_out() {
    const HOW: &str = "the tests with a mail server need one: `scripts/python` prepares it";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{HOW}");
    static ONCE: Once = Once::new();
    // Written to the stream itself, because the test runner hides what passing tests print.
    ONCE.call_once(|| std::io::stderr().write_all(format!("\nLEFT OUT: {HOW}\n").as_bytes()).unwrap());
}
