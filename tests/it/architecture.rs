//! The crates and their dependencies are what the architecture says: arrows point one way, and each library that does
//! one job has one home.

use std::process::Command;

use serde_json::Value;

use crate::support::corpus::{files, read, root};
use crate::support::none;

/// Which crates of the workspace a crate may use directly.
const ARROWS: &[(&str, &[&str])] = &[
    ("inspire-diagnostics", &[]),
    ("inspire-artifact", &[]),
    ("inspire-syntax", &["inspire-diagnostics"]),
    ("inspire-compiler", &["inspire-artifact", "inspire-diagnostics", "inspire-syntax"]),
    ("inspire", &["inspire-artifact", "inspire-compiler", "inspire-diagnostics", "inspire-syntax"]),
    ("inspire-wasm", &["inspire", "inspire-artifact", "inspire-diagnostics"]),
    ("kizaki-store", &[]),
    ("kizaki-auth", &["inspire-artifact", "inspire-diagnostics", "kizaki-store"]),
    ("kizaki-cli", &["inspire", "inspire-artifact", "inspire-diagnostics", "kizaki-auth", "kizaki-store"]),
    // Nothing is built on these three.
    (
        "inspire-bench",
        &["inspire", "inspire-artifact", "inspire-compiler", "inspire-diagnostics", "inspire-syntax"],
    ),
    ("inspire-fuzz", &["inspire", "inspire-artifact", "inspire-diagnostics", "inspire-syntax"]),
    (
        "inspire-tests",
        &["inspire", "inspire-artifact", "inspire-compiler", "inspire-diagnostics", "inspire-syntax"],
    ),
];

/// Libraries with one home.
const HOMES: &[(&str, &str)] = &[
    ("arbitrary", "inspire-fuzz"),
    ("bincode", "inspire-artifact"),
    ("clap", "kizaki-cli"),
    ("croner", "inspire-artifact"),
    ("humantime", "inspire-syntax"),
    ("lalrpop", "inspire-syntax"),
    ("lalrpop-util", "inspire-syntax"),
    ("libfuzzer-sys", "inspire-fuzz"),
    ("logos", "inspire-syntax"),
    ("wasm-bindgen", "inspire-wasm"),
    ("sqlx", "kizaki-store"),
    ("zerocopy", "inspire-artifact"),
];

/// A dependency of a crate of the workspace.
struct Dependency {
    from: String,
    to: String,
    /// `normal`, `build` or `dev`.
    kind: String,
    features: Vec<String>,
}

fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    let output = cargo
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn dependencies() -> Vec<Dependency> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            all.push(Dependency {
                from: text(&package["name"]),
                to: text(&dependency["name"]),
                kind: dependency["kind"].as_str().unwrap_or("normal").to_owned(),
                features: dependency["features"].as_array().unwrap().iter().map(text).collect(),
            });
        }
    }
    assert!(!all.is_empty());
    all
}

#[test]
fn arrows_between_crates_are_those_of_the_table() {
    let known = |name: &str| ARROWS.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
    let mut failures = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if known(name).is_none() {
            failures.push(format!("`{name}` is not in the table"));
        }
    }
    for dependency in dependencies() {
        let Dependency { from, to, kind, .. } = &dependency;
        let ours = known(to).is_some() || to.starts_with("inspire") || to.starts_with("kizaki");
        // A test may stand on what is above the crate it tests; what is shipped may not.
        let allowed = known(from).is_some_and(|to_all| to_all.contains(&to.as_str())) || kind == "dev";
        if ours && !allowed {
            failures.push(format!("`{from}` uses `{to}`"));
        }
    }
    none(&failures);
}

#[test]
fn a_library_with_one_job_has_one_home() {
    let dependencies = dependencies();
    let mut failures = Vec::new();
    for &(library, home) in HOMES {
        // The tests of the service and the command look into the database past the store, and break it.
        let looks_behind = |one: &&Dependency| {
            library == "sqlx"
                && ["kizaki-auth", "kizaki-cli"].contains(&one.from.as_str())
                && one.kind == "dev"
        };
        let users = dependencies.iter().filter(|one| one.to == library && !looks_behind(one));
        let users: Vec<_> = users.map(|one| one.from.as_str()).collect();
        if users.is_empty() || users.iter().any(|user| *user != home) {
            failures.push(format!("`{library}` belongs to `{home}`, and is used by {users:?}"));
        }
    }
    none(&failures);
}

#[test]
fn only_the_command_draws_on_terminals() {
    let strays: Vec<_> = dependencies()
        .iter()
        .filter(|one| one.to == "miette" && one.kind == "normal" && one.from != "kizaki-cli")
        .filter(|one| one.features.iter().any(|feature| feature.starts_with("fancy")))
        .map(|one| format!("`{}` has the fancy features of miette", one.from))
        .collect();
    none(&strays);
}

#[test]
fn one_source_file_names_bincode() {
    let top = root().join("crates");
    let naming: Vec<_> = files(&top, "rs")
        .into_iter()
        .filter(|path| code_of(&read(path)).any(|line| line.contains("bincode")))
        .map(|path| path.strip_prefix(&top).unwrap().to_str().unwrap().replace('\\', "/"))
        .collect();
    assert_eq!(naming, ["inspire-artifact/src/codec.rs"]);
}

#[test]
fn every_crate_forbids_unsafe_code_through_the_workspace() {
    let mut failures = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let manifest = read(package["manifest_path"].as_str().unwrap().as_ref());
        if !manifest.contains("[lints]\nworkspace = true") {
            failures.push(format!("{} does not take the workspace's lints", package["name"]));
        }
    }
    let workspace = read(&root().join("Cargo.toml"));
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    none(&failures);
}

#[test]
fn files_stay_short() {
    let mut failures = Vec::new();
    for folder in ["crates", "tests", "examples", "src"] {
        for path in files(&root().join(folder), "rs") {
            let lines = read(&path).lines().count();
            if lines > 500 {
                failures.push(format!("{} has {lines} lines", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    none(&failures);
}

#[test]
fn modules_say_what_they_are() {
    let silent: Vec<_> = ["crates", "tests", "examples", "src"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), "rs"))
        .filter(|path| !read(path).starts_with("//!"))
        .map(|path| format!("{} has no `//!`", path.strip_prefix(root()).unwrap().display()))
        .collect();
    none(&silent);
}

/// The lines of a source file that are no comments.
fn code_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}
