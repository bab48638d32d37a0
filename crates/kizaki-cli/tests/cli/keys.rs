//! `kizaki api-keys` and `kizaki keys`: the same tests on the local store and on a server.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;

use crate::scene::{Scene, create, done, listed, new_key, on_both, refused};
use crate::support::Run;

on_both! {
    a_key_is_printed_alone_and_once
    the_document_has_the_key_and_nothing_else_goes_to_standard_output
    lifetimes_are_durations_of_the_language
    a_whole_key_is_no_argument_and_is_not_repeated
    what_is_revoked_is_told_and_cannot_be_rotated
    lists_line_up_and_narrow_what_they_show
    names_reach_the_terminal_without_what_acts_on_it
    a_key_that_could_not_be_shown_is_named_so_that_it_can_be_ended
    only_a_scope_of_the_artifact_gets_a_key
}

fn a_key_is_printed_alone_and_once(scene: &Scene) {
    let run = done(create(scene, &[]));
    let key = run.stdout.strip_suffix('\n').unwrap();
    assert_eq!((key.len(), &key[..4], &key[14..15]), (53, "kza_", "_"));
    assert!(key[15..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(run.stderr.contains(&format!(
        "API key `nightly export` for the scope `read`: id {}, valid until ",
        &key[4..14]
    )));
    assert!(run.stderr.contains(" UTC (in 90 days)\n"), "{run:?}");
    // It is nowhere else: neither in what else was said nor in what was kept, then or later.
    let quiet = done(create(scene, &["--quiet"]));
    assert_eq!(quiet.stderr, "");
    let list = done(scene.run(&["api-keys", "list", "-v"]));
    done(scene.run(&["api-keys", "rotate", &key[4..14]]));
    let mut written = run.stderr + &list.stdout + &list.stderr;
    for file in scene.list(".kizaki").iter().filter(|name| name.starts_with("kizaki.db")) {
        written += &String::from_utf8_lossy(&scene.bytes(&format!(".kizaki/{file}")));
    }
    if scene.path("log").exists() {
        written += &scene.read("log");
    }
    assert!(written.contains(&key[4..14]));
    for part in [&key[15..34], &key[34..53]] {
        assert!(!written.contains(part));
    }
}

fn the_document_has_the_key_and_nothing_else_goes_to_standard_output(scene: &Scene) {
    let document = done(create(scene, &["--json", "--expires", "never"])).json();
    assert!(document["key"].as_str().unwrap().starts_with("kza_"));
    for (name, value) in [("scope", "read"), ("name", "nightly export"), ("kind", "api"), ("state", "active")]
    {
        assert_eq!(document[name], value);
    }
    assert_eq!(document["expires_ms"], Value::Null);
    let id = document["id"].as_str().unwrap();
    assert_eq!(&document["key"].as_str().unwrap()[4..14], id);
    let rotated = done(scene.run(&["api-keys", "rotate", id, "--json", "--grace-period", "1h30m"])).json();
    assert_eq!((&rotated["id"], &rotated["scope"]), (&document["id"], &document["scope"]));
    assert_ne!(rotated["key"], document["key"]);
    let number = |value: &Value| value.as_i64().unwrap();
    assert_eq!(number(&rotated["previous_ends_ms"]) - number(&rotated["rotated_ms"]), 5_400_000);
    assert_eq!(listed(scene, &[])[0].get("key"), None);
}

fn lifetimes_are_durations_of_the_language(scene: &Scene) {
    let lifetime = |expires: &str| {
        let document = done(create(scene, &["--json", "--expires", expires])).json();
        document["expires_ms"].as_i64().unwrap() - document["created_ms"].as_i64().unwrap()
    };
    assert_eq!(lifetime("1h30m"), 5_400_000);
    assert_eq!(lifetime("2w"), 14 * 86_400_000);
    refused(&create(scene, &["--expires", "90 days"]), 2, "did you mean `90d`?");
    refused(&create(scene, &["--expires", "forever"]), 2, "write digits and a unit");
    refused(&create(scene, &["--expires", "4000d"]), 2, "a key is valid for at most 3650 days");
    refused(&create(scene, &["--expires", "0s"]), 2, "a key that is valid for no time at all");
}

fn a_whole_key_is_no_argument_and_is_not_repeated(scene: &Scene) {
    let (id, key) = new_key(scene);
    let platform = done(scene.run(&["keys", "create", "--name", "ci"])).stdout.trim_end().to_owned();
    let runs = [
        scene.run(&["api-keys", "revoke", &key]),
        scene.run(&["api-keys", "rotate", &key[..key.len() - 1]]),
        scene.run(&["keys", "revoke", &platform, "--error-format", "json"]),
        scene.run(&["keys", "create", "--name", &key]),
        scene.run(&["api-keys", "create", "--name", "x", "--scope", &platform]),
        scene.run(&["api-keys", "list", "--scope", &platform]),
        scene.run(&["effects", "list", "--effect", &platform]),
        scene.run(&["effects", "retry", &platform]),
        scene.run(&["effects", "discard", &key]),
    ];
    for run in &runs {
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("key-as-argument") && run.stderr.contains("leaked"), "{run:?}");
        assert!(!run.stderr.contains(&key[15..30]) && !run.stderr.contains(&platform[15..30]), "{run:?}");
    }
    assert!(runs[0].stderr.replace(['\n', '│', ' '], "").contains(&format!("rotate{id}")), "{:?}", runs[0]);
    assert_eq!(listed(scene, &[])[0]["state"], "active");
}

fn what_is_revoked_is_told_and_cannot_be_rotated(scene: &Scene) {
    let (id, _) = new_key(scene);
    let run = done(scene.run(&["api-keys", "revoke", &id]));
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, format!("revoked the key {id}, `nightly export`; it is not accepted any more\n"));
    let again = done(scene.run(&["api-keys", "revoke", &id]));
    assert!(again.stderr.contains("was revoked already, 20"), "{again:?}");
    let rotate = scene.run(&["api-keys", "rotate", &id]);
    refused(&rotate, 1, &format!("the key `{id}` is revoked and cannot be rotated"));
    for command in [["api-keys", "revoke"], ["api-keys", "rotate"], ["keys", "revoke"]] {
        let unknown = scene.run(&[command[0], command[1], "0000000000"]);
        refused(&unknown, 1, "no key has the id `0000000000`");
        refused(&scene.run(&[command[0], command[1], "nightly"]), 1, "`nightly` is no id of a key");
    }
    // The lists of both kinds are apart.
    refused(&scene.run(&["keys", "revoke", &id]), 1, "no key has the id");
}

fn lists_line_up_and_narrow_what_they_show(scene: &Scene) {
    let (id, _) = new_key(scene);
    done(scene.run(&["api-keys", "create", "--scope", "writer", "--name", "import", "--expires", "never"]));
    done(create(scene, &["--expires", "10d"]));
    done(scene.run(&["api-keys", "rotate", &id]));
    let run = done(scene.run(&["api-keys", "list"]));
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
        listed(scene, more).iter().map(scope).collect::<Vec<_>>()
    };
    assert_eq!(scopes(&[]), ["read", "writer", "read"]);
    assert_eq!(scopes(&["--scope", "writer"]), ["writer"]);
    assert_eq!(scopes(&["--expiring", "14d"]), ["read"]);
    assert_eq!(scopes(&["--expiring", "1d"]).len(), 0);
    let none = done(scene.run(&["api-keys", "list", "--expiring", "1d"]));
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "no API key is like that\n"));
}

fn names_reach_the_terminal_without_what_acts_on_it(scene: &Scene) {
    for name in ["a\u{1b}[31mb", "two\nlines", "", " x"] {
        let run = scene.run(&["keys", "create", "--name", name]);
        refused(&run, 2, "invalid-key-setting");
        assert!(!run.stderr.contains('\u{1b}'));
    }
    // What only reorders text may be in a name, and is shown as what it is.
    let hidden = done(scene.run(&["keys", "create", "--name", "a\u{202e}b"]));
    assert!(hidden.stderr.contains("`a\\u{202e}b`"), "{hidden:?}");
    let list = done(scene.run(&["keys", "list"]));
    assert!(list.stdout.contains("a\\u{202e}b") && !list.stdout.contains("SCOPE"), "{list:?}");
    refused(&scene.run(&["api-keys", "revoke", "\u{1b}[31m"]), 1, "`\\u{1b}[31m` is no id");
}

fn a_key_that_could_not_be_shown_is_named_so_that_it_can_be_ended(scene: &Scene) {
    let mut command = scene.command(&["keys", "create", "--name", "ci", "--error-format", "plain"]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = Run::of(&command.stdout(full).stderr(Stdio::piped()).output().unwrap());
    refused(&run, 3, "error[output-failed]");
    let id = done(scene.run(&["keys", "list"])).stdout.lines().nth(1).unwrap()[..10].to_owned();
    assert!(run.stderr.contains(&format!("`kizaki keys revoke {id}")), "{run:?}");

    // Nobody reads it.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = scene.command(&["keys", "create", "--name", "cd", "--error-format", "plain"]);
    let run = Run::of(&command.stdout(writer).stderr(Stdio::piped()).output().unwrap());
    refused(&run, 3, "error[output-failed]: cannot write to standard output: nobody reads it");
    let id = done(scene.run(&["keys", "list"])).stdout.lines().nth(2).unwrap()[..10].to_owned();
    assert!(run.stderr.contains(&format!("`kizaki keys revoke {id}")), "{run:?}");

    // A standard output that is closed is this one; nothing is made then.
    let mut command = scene.command(&["keys", "create", "--name", "ce", "--error-format", "plain"]);
    let run = Run::of(&command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap());
    refused(&run, 3, "error[output-failed]: the key would be seen by nobody");
    assert_eq!(done(scene.run(&["keys", "list"])).stdout.lines().count(), 3);

    // The old secret of a key that is rotated goes on to be used.
    let id = new_api_key(scene);
    let rotate = |grace: &str| {
        let rotate = ["api-keys", "rotate", &id, "--grace-period", grace, "--error-format", "plain"];
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = Run::of(&scene.command(&rotate).stdout(full).stderr(Stdio::piped()).output().unwrap());
        refused(
            &run,
            3,
            &format!("the key `{id}` has a new secret that cannot be shown again, and its old one "),
        );
        assert!(!run.stderr.contains("revoke"), "{run:?}");
        run.stderr
    };
    assert!(rotate("1h").contains("until 20"));
    assert!(rotate("0s").contains(&format!("is over; `kizaki api-keys rotate {id}")));
}

fn new_api_key(scene: &Scene) -> String {
    let key = done(scene.run(&["api-keys", "create", "--scope", "read", "--name", "x"])).stdout;
    key[4..14].to_owned()
}

#[test]
fn what_a_help_names_works_on_the_same_place() {
    let scene = Scene::local();
    let nobody = "AAAAAAAAAA";
    for (place, flags) in [
        (&[][..], ""),
        (&["--local"], " --local"),
        (&["--store", "sqlite:other.db"], " --store sqlite:other.db"),
    ] {
        done(scene.run(&[&["keys", "create", "--name", "x"], place].concat()));
        let run = scene.run(&[&["keys", "revoke", nobody, "--error-format", "plain"], place].concat());
        refused(&run, 1, &format!("help: `kizaki keys list{flags}` shows the ids"));
    }
}

fn only_a_scope_of_the_artifact_gets_a_key(scene: &Scene) {
    let run = scene.run(&["api-keys", "create", "--scope", "raed", "--name", "x", "--error-format", "plain"]);
    refused(&run, 1, "error[unknown-scope]: no API-key scope of ");
    assert!(
        run.stderr.contains(" is named `raed`") && run.stderr.contains("did you mean `read`?"),
        "{run:?}"
    );
    let run = scene.run(&["api-keys", "create", "--scope", "billing", "--name", "x"]);
    refused(&run, 1, "the scopes are `read`, `writer`");
    // Platform keys have no scope.
    assert!(done(scene.run(&["keys", "create", "--name", "ci"])).stdout.starts_with("kzp_"));
    assert_eq!(listed(scene, &[]).len(), 0);
}
