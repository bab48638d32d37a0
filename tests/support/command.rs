//! The real binary, for what only the command can show: bytes that are no text never reach the libraries.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::corpus::root;

/// What one run of the command gave.
pub(crate) struct Outcome {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

/// Runs `kizaki` with `arguments` and `input` on standard input.
pub(crate) fn kizaki(arguments: &[&str], input: &[u8]) -> Outcome {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(build);
    let mut child = Command::new(&*BINARY)
        .args(arguments)
        .env_remove("KIZAKI_ERROR_FORMAT")
        .current_dir(root().join("examples"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Builds the binary, which is done already when the whole workspace is tested, and tells where it is.
fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--package", "kizaki-cli", "--bin", "kizaki", "--locked"]);
    cargo.args(["--message-format", "json-render-diagnostics"]).current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let executable = messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        message["executable"].as_str().map(PathBuf::from)
    });
    executable.expect("cargo names the executable")
}
