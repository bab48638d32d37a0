//! The log of `kizaki serve` where nothing takes it: lines are lost, and nothing else.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::serve::{built, send};

/// Whether a service answers, whose log goes to `log`.
fn answers(command: &mut Command, log: Stdio, first: impl FnOnce(&mut Child)) {
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split('/').nth(2).unwrap();
    first(&mut child);
    for _ in 0..2 {
        let answer = send(address, "GET /__auth/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_service_outlives_its_log() {
    let project = built();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for format in ["text", "json"] {
        let serve = [&serve[..], &["--log-format", format]].concat();
        let full = File::options().write(true).open("/dev/full").unwrap();
        answers(&mut project.command(&serve), full.into(), |_| {});
        answers(&mut project.command(&serve), Stdio::piped(), |child| drop(child.stderr.take()));
    }
}
