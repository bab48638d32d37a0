//! `kizaki api-keys` and `kizaki keys` on the local store: its file, its name and its failures.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::scene::{Scene, create, done, listed, new_key, refused};
use crate::support::{Project, Run};

#[test]
fn the_store_is_for_its_owner_only() {
    let project = Scene::local();
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
    assert!(run.stderr.contains("help: chmod 600 /"));
}

#[test]
fn only_a_declared_scope_gets_a_key() {
    let project = Scene::local();
    let run =
        project.run(&["api-keys", "create", "--scope", "raed", "--name", "x", "--error-format", "plain"]);
    refused(&run, 1, "error[unknown-scope]: no API-key scope of `.kizaki/build/app.kza` is named `raed`");
    assert!(run.stderr.contains("help: did you mean `read`?"));
    let run = project.run(&["api-keys", "create", "--scope", "billing", "--name", "x"]);
    refused(&run, 1, "the scopes are `read`, `writer`");
    assert!(!project.path(".kizaki/kizaki.db").exists());
    let bare = Project::new(&[("app.inspire", "routes(\"/x\", auth: none) {\n  GET / -> x\n}\n")]);
    let create_in_bare = || bare.run(&["api-keys", "create", "--scope", "read", "--name", "x"]);
    refused(&create_in_bare(), 3, "run `kizaki build`");
    assert_eq!(bare.run(&["build"]).code, 0);
    refused(&create_in_bare(), 1, "declare scopes in `apiKeys`");
    project.write("bad.kza", "no artifact");
    refused(&create(&project, &["--artifact", "bad.kza"]), 4, "invalid-artifact");
    // Platform keys have no scope, and need no artifact.
    let empty = Project::empty();
    let create = || done(empty.run(&["keys", "create", "--name", "ci"]));
    let first = create();
    assert!(first.stdout.starts_with("kzp_"));
    assert!(first.stderr.starts_with("made the store sqlite:.kizaki/kizaki.db\n"), "{first:?}");
    assert!(!create().stderr.contains("made the store"));
    let empty = Project::empty();
    let refusal = empty.run(&["keys", "create", "--name", &"x".repeat(300)]);
    refused(&refusal, 2, "invalid-key-setting");
    assert!(refusal.stderr.starts_with("made the store sqlite:.kizaki/kizaki.db\n"), "{refusal:?}");
}

#[test]
fn the_store_is_the_one_that_is_named() {
    let project = Scene::local();
    new_key(&project);
    done(create(&project, &["--store", "sqlite:other/keys.db"]));
    assert_eq!(listed(&project, &[]).len(), 1);
    let in_environment = project
        .command(&["api-keys", "list", "--json"])
        .env("KIZAKI_STORE", "sqlite:other/keys.db")
        .output()
        .unwrap();
    assert_eq!(Run::of(&in_environment).json()["keys"].as_array().unwrap().len(), 1);
    // What is shown as the way out works on the same.
    let shown = "`kizaki api-keys list -C . --store sqlite:other/keys.db` shows them";
    let named = ["-C", ".", "api-keys", "rotate", "nope", "--store", "sqlite:other/keys.db"];
    refused(&project.run(&[&named[..], &["--error-format", "plain"]].concat()), 1, shown);
    let leaked = "kzp_NF3V1jKo95_9esGQalb0wI81oquylwO7OwfsDAXFQQH0K15zd";
    let named = ["keys", "revoke", leaked, "--store", "sqlite:other/keys.db", "--error-format", "plain"];
    refused(&project.run(&named), 2, "`kizaki keys revoke NF3V1jKo95 --store sqlite:other/keys.db`");
    std::fs::create_dir(project.path("a dir")).unwrap();
    std::fs::rename(project.path("other"), project.path("a dir/other")).unwrap();
    let named = ["-C", "a dir", "keys", "revoke", "nope", "--store", "sqlite:other/keys.db"];
    let shown = "`kizaki keys list -C 'a dir' --store sqlite:other/keys.db` shows them";
    refused(&project.run(&[&named[..], &["--error-format", "plain"]].concat()), 1, shown);
    std::fs::rename(project.path("a dir/other"), project.path("other")).unwrap();
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
    let project = Scene::local();
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
    let project = Scene::local();
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
