//! `kizaki api-keys` and `kizaki keys` on the local store.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Project, Run};

/// A project with scopes `read` and `writer`, built.
fn built() -> Project {
    let project = Project::empty();
    project.run(&["init", "--template", "api-keys"]);
    assert_eq!(project.run(&["build"]).code, 0);
    project
}

fn done(run: Run) -> Run {
    assert_eq!(run.code, 0, "{run:?}");
    run
}

fn create(project: &Project, more: &[&str]) -> Run {
    let mut arguments = vec!["api-keys", "create", "--scope", "read", "--name", "nightly export"];
    arguments.extend(more);
    project.run(&arguments)
}

/// The id and the whole key of a new key.
fn new_key(project: &Project) -> (String, String) {
    let key = done(create(project, &[])).stdout.trim_end().to_owned();
    (key[4..14].to_owned(), key)
}

fn refused(run: &Run, code: i32, message: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
    assert!(run.stderr.contains(message), "{message}: {run:?}");
}

fn listed(project: &Project, more: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["api-keys", "list", "--json"];
    arguments.extend(more);
    done(project.run(&arguments)).json()["keys"].as_array().unwrap().clone()
}

#[test]
fn a_key_is_printed_alone_and_once() {
    let project = built();
    let run = done(create(&project, &[]));
    let key = run.stdout.strip_suffix('\n').unwrap();
    assert_eq!((key.len(), &key[..4], &key[14..15]), (53, "kza_", "_"));
    assert!(key[15..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(run.stderr.starts_with(&format!(
        "API key `nightly export` for the scope `read`: id {}, valid until ",
        &key[4..14]
    )));
    assert!(run.stderr.contains(" UTC (in 90 days)\n"), "{run:?}");
    // It is nowhere else: neither in what else was said nor in what was kept, then or later.
    let quiet = done(create(&project, &["--quiet"]));
    assert_eq!(quiet.stderr, "");
    let list = done(project.run(&["api-keys", "list", "-v"]));
    done(project.run(&["api-keys", "rotate", &key[4..14]]));
    let mut written = run.stderr + &list.stdout + &list.stderr;
    for file in project.list(".kizaki").iter().filter(|name| name.starts_with("kizaki.db")) {
        written += &String::from_utf8_lossy(&project.bytes(&format!(".kizaki/{file}")));
    }
    assert!(written.contains(&key[4..14]));
    for part in [&key[15..34], &key[34..53]] {
        assert!(!written.contains(part));
    }
}

#[test]
fn the_store_is_for_its_owner_only() {
    let project = built();
    new_key(&project);
    let mode = |name| project.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".kizaki/kizaki.db"), 0o600);
    std::fs::set_permissions(project.path(".kizaki/kizaki.db"), Permissions::from_mode(0o644)).unwrap();
    let run = project.run(&["api-keys", "list", "--error-format", "plain"]);
    refused(
        &run,
        3,
        "error[store-failed]: cannot use the store `sqlite:.kizaki/kizaki.db`: it has the mode 0644",
    );
    assert!(run.stderr.contains("help: chmod 600 .kizaki/kizaki.db"));
}

#[test]
fn the_document_has_the_key_and_nothing_else_goes_to_standard_output() {
    let project = built();
    let document = done(create(&project, &["--json", "--expires", "never"])).json();
    assert!(document["key"].as_str().unwrap().starts_with("kza_"));
    for (name, value) in [("scope", "read"), ("name", "nightly export"), ("kind", "api"), ("state", "active")]
    {
        assert_eq!(document[name], value);
    }
    assert_eq!(document["expires_ms"], Value::Null);
    let id = document["id"].as_str().unwrap();
    assert_eq!(&document["key"].as_str().unwrap()[4..14], id);
    let rotated = done(project.run(&["api-keys", "rotate", id, "--json", "--grace-period", "1h30m"])).json();
    assert_eq!((&rotated["id"], &rotated["scope"]), (&document["id"], &document["scope"]));
    assert_ne!(rotated["key"], document["key"]);
    let number = |value: &Value| value.as_i64().unwrap();
    assert_eq!(number(&rotated["previous_ends_ms"]) - number(&rotated["rotated_ms"]), 5_400_000);
    assert_eq!(listed(&project, &[])[0].get("key"), None);
}

#[test]
fn lifetimes_are_durations_of_the_language() {
    let project = built();
    let lifetime = |expires: &str| {
        let document = done(create(&project, &["--json", "--expires", expires])).json();
        document["expires_ms"].as_i64().unwrap() - document["created_ms"].as_i64().unwrap()
    };
    assert_eq!(lifetime("1h30m"), 5_400_000);
    assert_eq!(lifetime("2w"), 14 * 86_400_000);
    refused(&create(&project, &["--expires", "90 days"]), 2, "did you mean `90d`?");
    refused(&create(&project, &["--expires", "forever"]), 2, "write digits and a unit");
    refused(&create(&project, &["--expires", "4000d"]), 2, "a key is valid for at most 3650 days");
    refused(&create(&project, &["--expires", "0s"]), 2, "a key that is valid for no time at all");
}

#[test]
fn only_a_declared_scope_gets_a_key() {
    let project = built();
    let run =
        project.run(&["api-keys", "create", "--scope", "raed", "--name", "x", "--error-format", "plain"]);
    refused(&run, 1, "error[unknown-scope]: no API-key scope of `.kizaki/build/app.kza` is named `raed`");
    assert!(run.stderr.contains("help: did you mean `read`?"));
    let run = project.run(&["api-keys", "create", "--scope", "billing", "--name", "x"]);
    refused(&run, 1, "the scopes are `read`, `writer`");
    assert!(!project.path(".kizaki/kizaki.db").exists());
    let bare = Project::new(&[("app.inspire", "routes(\"/x\", auth: none) {\n  GET / -> x\n}\n")]);
    refused(&create(&bare, &[]), 3, "run `kizaki build`");
    assert_eq!(bare.run(&["build"]).code, 0);
    refused(&create(&bare, &[]), 1, "declare scopes in `apiKeys`");
    project.write("bad.kza", "no artifact");
    refused(&create(&project, &["--artifact", "bad.kza"]), 4, "invalid-artifact");
    // Platform keys have no scope, and need no artifact.
    let empty = Project::empty();
    assert!(done(empty.run(&["keys", "create", "--name", "ci"])).stdout.starts_with("kzp_"));
}

#[test]
fn a_whole_key_is_no_argument_and_is_not_repeated() {
    let project = built();
    let (id, key) = new_key(&project);
    let platform = done(project.run(&["keys", "create", "--name", "ci"])).stdout.trim_end().to_owned();
    let runs = [
        project.run(&["api-keys", "revoke", &key]),
        project.run(&["api-keys", "rotate", &key[..key.len() - 1]]),
        project.run(&["keys", "revoke", &platform, "--error-format", "json"]),
        project.run(&["keys", "create", "--name", &key]),
        project.run(&["api-keys", "create", "--name", "x", "--scope", &platform]),
    ];
    for run in &runs {
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("key-as-argument") && run.stderr.contains("leaked"), "{run:?}");
        assert!(!run.stderr.contains(&key[15..30]) && !run.stderr.contains(&platform[15..30]), "{run:?}");
    }
    assert!(runs[0].stderr.replace(['\n', '│', ' '], "").contains(&format!("rotate{id}")), "{:?}", runs[0]);
    assert_eq!(listed(&project, &[])[0]["state"], "active");
}

#[test]
fn what_is_revoked_is_told_and_cannot_be_rotated() {
    let project = built();
    let (id, _) = new_key(&project);
    let run = done(project.run(&["api-keys", "revoke", &id]));
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, format!("revoked the key {id}, `nightly export`; it is not accepted any more\n"));
    let again = done(project.run(&["api-keys", "revoke", &id]));
    assert!(again.stderr.contains("was revoked already, 20"), "{again:?}");
    let rotate = project.run(&["api-keys", "rotate", &id]);
    refused(&rotate, 1, &format!("the key `{id}` is revoked and cannot be rotated"));
    for command in [["api-keys", "revoke"], ["api-keys", "rotate"], ["keys", "revoke"]] {
        let unknown = project.run(&[command[0], command[1], "0000000000"]);
        refused(&unknown, 1, "no key has the id `0000000000`");
        refused(&project.run(&[command[0], command[1], "nightly"]), 1, "`nightly` is no id of a key");
    }
    // The lists of both kinds are apart.
    refused(&project.run(&["keys", "revoke", &id]), 1, "no key has the id");
}

#[test]
fn lists_line_up_and_narrow_what_they_show() {
    let project = built();
    let (id, _) = new_key(&project);
    done(project.run(&["api-keys", "create", "--scope", "writer", "--name", "import", "--expires", "never"]));
    done(create(&project, &["--expires", "10d"]));
    done(project.run(&["api-keys", "rotate", &id]));
    let run = done(project.run(&["api-keys", "list"]));
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 4);
    let columns = ["SCOPE", "NAME", "STATE", "EXPIRES", "CREATED"].map(|name| lines[0].find(name).unwrap());
    for line in &lines[1..] {
        assert!(columns.iter().all(|at| &line[at - 1..*at] == " " && &line[*at..=*at] != " "), "{run:?}");
    }
    assert!(lines[1].starts_with(&id) && lines[1].contains("active, old secret ends in 1 day  "), "{run:?}");
    assert!(lines[2].contains("  never "), "{run:?}");
    assert!(lines[3].contains(" UTC (in 10 days) "), "{run:?}");
    let scopes = |more: &[&str]| {
        let scope = |key: &Value| key["scope"].as_str().unwrap().to_owned();
        listed(&project, more).iter().map(scope).collect::<Vec<_>>()
    };
    assert_eq!(scopes(&[]), ["read", "writer", "read"]);
    assert_eq!(scopes(&["--scope", "writer"]), ["writer"]);
    assert_eq!(scopes(&["--expiring", "14d"]), ["read"]);
    assert_eq!(scopes(&["--expiring", "1d"]).len(), 0);
    let none = done(project.run(&["api-keys", "list", "--expiring", "1d"]));
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "no API key is like that\n"));
}

#[test]
fn names_reach_the_terminal_without_what_acts_on_it() {
    let project = built();
    for name in ["a\u{1b}[31mb", "two\nlines", "", " x"] {
        let run = project.run(&["keys", "create", "--name", name]);
        refused(&run, 2, "invalid-key-setting");
        assert!(!run.stderr.contains('\u{1b}'));
    }
    // What only reorders text may be in a name, and is shown as what it is.
    let hidden = done(project.run(&["keys", "create", "--name", "a\u{202e}b"]));
    assert!(hidden.stderr.contains("`a\\u{202e}b`"), "{hidden:?}");
    let list = done(project.run(&["keys", "list"]));
    assert!(list.stdout.contains("a\\u{202e}b") && !list.stdout.contains("SCOPE"), "{list:?}");
    refused(&project.run(&["api-keys", "revoke", "\u{1b}[31m"]), 1, "`\\u{1b}[31m` is no id");
}

#[test]
fn the_store_is_the_one_that_is_named() {
    let project = built();
    new_key(&project);
    done(create(&project, &["--store", "sqlite:other/keys.db"]));
    assert_eq!(listed(&project, &[]).len(), 1);
    let in_environment = project
        .command(&["api-keys", "list", "--json"])
        .env("KIZAKI_STORE", "sqlite:other/keys.db")
        .output()
        .unwrap();
    assert_eq!(Run::of(&in_environment).json()["keys"].as_array().unwrap().len(), 1);
    // From a directory below, the project's store is still the one.
    std::fs::create_dir(project.path("deep")).unwrap();
    assert_eq!(
        done(project.run(&["-C", "deep", "api-keys", "list", "--json"])).json()["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    refused(
        &project.run(&["api-keys", "list", "--store", "sqlite:none.db"]),
        3,
        "there is no store `sqlite:none.db`",
    );
    assert!(!project.path("none.db").exists());
    refused(&project.run(&["api-keys", "list", "--store", "keys.db"]), 3, "the store is not named by a URL");
    let server = [
        "api-keys",
        "list",
        "--store",
        "postgres://kizaki:hunter2@127.0.0.1:1/app",
        "--error-format",
        "short",
    ];
    let run = project.run(&server);
    refused(&run, 3, "cannot use the store `postgres://kizaki@127.0.0.1:1/app`: connection refused");
    assert!(!run.stderr.contains("hunter2"));
}

#[test]
fn a_store_that_is_none_is_told_in_every_format() {
    let project = built();
    project.write("notes.db", "these are notes and no database, however long they may be");
    std::fs::set_permissions(project.path("notes.db"), Permissions::from_mode(0o600)).unwrap();
    let list = ["api-keys", "list", "--store", "sqlite:notes.db"];
    refused(&project.run(&list), 3, "its file is damaged or no store");
    for format in ["json", "jsonl", "short", "github", "sarif"] {
        let run = project.run(&[&list[..], &["--error-format", format]].concat());
        refused(&run, 3, "store-failed");
    }
}

#[test]
fn a_full_disk_is_told_and_leaves_no_half_of_a_key() {
    let project = built();
    new_key(&project);
    // SQLite's first write beyond the limit fails as on a full disk.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" keys create --name ci"])
        .arg(env!("CARGO_BIN_EXE_kizaki"))
        .current_dir(project.path(""))
        .env_remove("KIZAKI_STORE")
        .output()
        .unwrap();
    let run = Run::of(&limited);
    refused(&run, 3, "store-failed");
    assert_eq!(done(project.run(&["keys", "list", "--json"])).json()["keys"].as_array().unwrap().len(), 0);
    assert_eq!(listed(&project, &[]).len(), 1);
}

#[test]
fn a_key_that_could_not_be_shown_is_named_so_that_it_can_be_ended() {
    let project = built();
    let mut command = project.command(&["keys", "create", "--name", "ci", "--error-format", "plain"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = Run::of(&command.stdout(full).stderr(Stdio::piped()).output().unwrap());
    refused(&run, 3, "error[output-failed]");
    let id = done(project.run(&["keys", "list"])).stdout.lines().nth(1).unwrap()[..10].to_owned();
    assert!(run.stderr.contains(&format!("`kizaki keys revoke {id}`")), "{run:?}");
}

#[test]
fn the_commands_explain_themselves() {
    let project = Project::empty();
    let help = done(project.run(&["api-keys", "--help"])).stdout;
    for command in ["create", "list", "rotate", "revoke"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    assert_eq!(project.run(&["api-keys"]).code, 2);
    assert_eq!(project.run(&["api-keys", "create", "--scope", "read"]).code, 2);
    done(project.run(&["man", "pages"]));
    assert!(project.read("pages/kizaki-api-keys-create.1").contains("which the artifact must declare"));
}
