//! `kizaki operators`: who looks after a service, and ending that.

use serde_json::json;

use crate::operator::Operator;
use crate::scene::{Scene, done, new_key, refused};
use crate::support::Project;

#[test]
fn an_operator_is_listed_and_removed_with_all_that_they_are_signed_in_with() {
    let scene = Scene::with_server();
    let nobody = "there is no operator; `kizaki serve --init-operator` makes one\n";
    let list = done(scene.run(&["operators", "list"]));
    assert_eq!((list.stdout.as_str(), list.stderr.as_str()), ("", nobody));
    let mut ada = Operator::set_up(&scene);
    let token = ada.token();
    scene.log_in("login", "ada", &token);
    let (_, key) = new_key(&scene);

    let list = done(scene.run(&["operators", "list"]));
    let lines: Vec<Vec<_>> = list.stdout.lines().map(|line| line.split("  ").collect()).collect();
    let cells = |at: usize| lines[at].iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    assert_eq!(cells(0).collect::<Vec<_>>(), ["NAME", "MADE", "BROWSERS", "COMMANDS"]);
    let told: Vec<_> = cells(1).collect();
    assert_eq!((told[0], &told[2..], lines.len()), ("ada", ["1", "1"].as_slice(), 2));
    let document = done(scene.run(&["operators", "list", "--json"])).json();
    let mut one = document["operators"][0].clone();
    assert!(one["created_ms"].as_i64() <= document["now_ms"].as_i64() && one["id"].is_string());
    for name in ["created_ms", "id"] {
        one.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(one, json!({ "name": "ada", "sessions": 1, "logins": 1 }));

    let unknown = scene.run(&["operators", "remove", "grace", "--error-format", "plain"]);
    let message = "error[unknown-operator]: no operator is called `grace`\n  help: `kizaki operators list` shows the names\n";
    refused(&unknown, 1, message);
    let removed = done(scene.run(&["operators", "remove", "ADA"]));
    assert_eq!(removed.stdout, "");
    assert_eq!(
        removed.stderr,
        "removed the operator `ada`; no browser and no command is signed in by them any more\n\
         there is no operator any more; `kizaki serve --init-operator` makes one\n"
    );
    // The server that runs meanwhile knows at once; what the operator made stays.
    refused(&scene.run(&["api-keys", "list"]), 5, "login-needed");
    assert!(!ada.is_signed_in());
    assert_eq!(scene.server().ask(&key), 200);
    refused(&scene.run(&["operators", "remove", "ada"]), 1, "unknown-operator");
}

#[test]
fn what_names_no_operator_and_no_store_is_told() {
    let project = Project::empty();
    for arguments in [["operators", "list"].as_slice(), &["operators", "remove", "ada"]] {
        refused(&project.run(arguments), 3, "there is no store `sqlite:");
    }
    assert!(!project.path(".kizaki").exists());
    let token = "kzl_secretsecretsecretsecretsecretsecretsecrets";
    let run = project.run(&["operators", "remove", token]);
    refused(&run, 2, "key-as-argument");
    assert!(!run.stderr.contains("secretsecret"), "{run:?}");
}
