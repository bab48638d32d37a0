//! The way of the README from an empty directory to a guarded request, as it is written there.

use std::path::Path;
use std::process::Command;

use regex::Regex;

use crate::serve::{Serving, first_mail};
use crate::support::Project;

/// The commands of the section and what each is shown to print; continued lines are one command.
fn shown() -> Vec<(String, String)> {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let section = readme.split("## From a clone to a guarded request\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap().replace("\\\n", "");
    let fences = section.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in fences.flat_map(str::lines) {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command.to_owned(), String::new())),
            None => commands.last_mut().unwrap().1 += &format!("{}\n", line.trim_end()),
        }
    }
    commands
}

/// A text without what differs from run to run.
fn steady(text: &str) -> String {
    let patterns = [
        "blake3 [0-9a-f]+…[0-9a-f]*",
        "[0-9.]+ KiB",
        r"in [0-9]+(\.[0-9]+)? m?s",
        "127.0.0.1:[0-9]+",
        "id [0-9A-Za-z]{10}",
        "[0-9-]{10} [0-9:]{5} UTC",
        "date: [^\n]*",
        "x-kizaki-principal: [0-9A-Za-z_-]+",
    ];
    let steady = patterns.iter().fold(text.replace('\r', ""), |text, pattern| {
        Regex::new(pattern).unwrap().replace_all(&text, "…").into_owned()
    });
    steady.trim_end().to_owned()
}

#[test]
fn every_command_says_what_the_readme_shows() {
    let commands = shown();
    assert!(commands.len() < 10, "the README promises less than ten commands");
    let (install, rest) = commands.split_first().unwrap();
    assert_eq!(install.0, "cargo install --path crates/kizaki-cli");
    let project = Project::empty();
    let binaries = Path::new(env!("CARGO_BIN_EXE_kizaki")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut serving: Option<Serving> = None;
    for (command, expected) in rest {
        let said = if command == "kizaki serve -C app &" {
            serving.insert(Serving::start(&project, &["-C", "app"])).line.clone()
        } else {
            let address = serving.as_ref().map_or("127.0.0.1:8787", |serving| &serving.address);
            let script = format!("{{ {}; }} 2>&1", command.replace("127.0.0.1:8787", address));
            if command.contains("/verify") {
                assert!(first_mail(&project.path("app/.kizaki/mail")).is_some(), "no mail");
            }
            let mut bash = Command::new("bash");
            bash.args(["-c", &script])
                .current_dir(project.path(""))
                .env("PATH", &path)
                .env_remove("KIZAKI_STORE");
            String::from_utf8(bash.output().unwrap().stdout).unwrap()
        };
        assert_eq!(steady(&said), steady(expected), "{command}");
    }
    assert!(serving.is_some());
}
