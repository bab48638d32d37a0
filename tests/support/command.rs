//! The real binaries: the command, for what only it can show, and the programs in `examples/`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
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
    let mut child = Command::new(executable("kizaki"))
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

/// Runs one of the programs in `examples/` and gives what it printed.
pub(crate) fn example(name: &str, arguments: &[&OsStr]) -> String {
    let output = Command::new(executable(name)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn executable(name: &str) -> &'static Path {
    static BUILT: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(build);
    &BUILT[name]
}

/// Builds the command and the programs, and tells where they are.
///
/// The whole workspace is named, as in a test of the whole: then they are built already, with the same features.
fn build() -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--bin", "kizaki", "--example", "compile", "--example", "load"]);
    cargo.args(["--locked", "--message-format", "json-render-diagnostics"]).current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let named = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        let executable = message["executable"].as_str()?;
        Some((message["target"]["name"].as_str()?.to_owned(), PathBuf::from(executable)))
    };
    messages.lines().filter_map(named).collect()
}
