//! The file that logins are kept in: what is made of it, and when it is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use crate::scene::{Scene, done, new_key, refused};
use crate::support::{Project, Run};

const FILE: &str = "config/kizaki/credentials.toml";
const TOKEN: &str = "kzl_secretsecretsecretsecretsecretsecretsecrets";

/// A project with a server that does not run, and a login there.
fn logged_in() -> Project {
    let server = "https://app.example";
    let project = Project::new(&[("kizaki.toml", format!("[service]\nserver = \"{server}\"\n"))]);
    let text = format!("[servers.\"{server}\"]\nkind = \"login\"\nname = \"ada\"\ntoken = \"{TOKEN}\"\n");
    project.write_private(FILE, text);
    project
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Every command that would use the file.
fn runs(project: &Project) -> Vec<Run> {
    let commands: [&[&str]; 4] = [
        &["api-keys", "list"],
        &["keys", "create", "--name", "x", "--server", "https://app.example"],
        &["login", "--with-token"],
        &["logout"],
    ];
    commands
        .iter()
        .map(|command| project.run(&[command, &["--error-format", "plain"][..]].concat()))
        .collect()
}

#[test]
fn a_file_that_others_may_have_touched_is_refused() {
    type Misuse = fn(&Project);
    let cases: [(Misuse, &str); 11] = [
        (
            |project| set_mode(&project.path(FILE), 0o640),
            "it has the mode 0640, so that others can read or change it",
        ),
        (
            |project| set_mode(&project.path(FILE), 0o604),
            "it has the mode 0604, so that others can read or change it",
        ),
        (
            |project| set_mode(&project.path(FILE), 0o620),
            "it has the mode 0620, so that others can read or change it",
        ),
        (
            |project| set_mode(&project.path(FILE), 0o200),
            "it cannot be read and written to: it has the mode 0200",
        ),
        (
            |project| set_mode(&project.path("config/kizaki"), 0o770),
            "it has the mode 0770, so that others can change what is in it",
        ),
        (
            |project| set_mode(&project.path("config/kizaki"), 0o707),
            "it has the mode 0707, so that others can change what is in it",
        ),
        (link, "it is a symbolic link"),
        (
            |project| {
                fs::remove_file(project.path(FILE)).unwrap();
                fs::create_dir(project.path(FILE)).unwrap();
            },
            "it is no file",
        ),
        (|project| project.write(FILE, "[servers\n"), "line 1 is not what `kizaki login` writes"),
        (
            |project| {
                let whole = project.read(FILE);
                project.write(FILE, &whole[..whole.len() - 10]);
            },
            "line 4 is not what `kizaki login` writes",
        ),
        (
            |project| {
                let half = project.read(FILE).replace("secrets\"", "\"");
                project.write(FILE, half);
            },
            "what stands for `https://app.example` is no login",
        ),
    ];
    for (misuse, message) in cases {
        let project = logged_in();
        misuse(&project);
        for run in runs(&project) {
            refused(&run, 3, "error[credentials-failed]: cannot use the ");
            assert!(run.stderr.contains(message), "{message}: {run:?}");
            assert!(!run.stderr.contains("secretsecret"), "{run:?}");
        }
    }
}

fn link(project: &Project) {
    let elsewhere = project.path("config/elsewhere.toml");
    fs::rename(project.path(FILE), &elsewhere).unwrap();
    symlink(elsewhere, project.path(FILE)).unwrap();
}

#[test]
fn a_file_of_someone_else_is_refused() {
    let project = logged_in();
    // Only root can give a file away; for others the same shows on a directory of root.
    let (config, given) = match chown(project.path(FILE), Some(65534), None) {
        Ok(()) => (project.path("config"), true),
        Err(_) => (project.path("foreign"), false),
    };
    if !given {
        fs::create_dir(&config).unwrap();
        symlink("/usr", config.join("kizaki")).unwrap();
    }
    let mut command = project.command(&["api-keys", "list"]);
    let run = Run::of(&command.env("XDG_CONFIG_HOME", &config).output().unwrap());
    refused(&run, 3, "credentials-failed");
    assert!(run.stderr.replace(['\n', '│', ' '], "").contains("itbelongstotheuser"), "{run:?}");
}

#[test]
fn the_file_is_made_for_its_owner_only_and_changed_whole() {
    let scene = Scene::on_server();
    let key = done(scene.run(&["keys", "create", "--name", "ci"])).stdout;
    fs::remove_dir_all(scene.path("config")).unwrap();
    let log_in = || {
        let mut command = scene.command(&["login", "--with-token"]);
        scene.write("key", &key);
        let run = command.stdin(fs::File::open(scene.path("key")).unwrap()).output().unwrap();
        done(Run::of(&run));
    };
    log_in();
    assert_eq!((mode(&scene.path(FILE)), mode(&scene.path("config/kizaki"))), (0o600, 0o700));
    assert_eq!(scene.list("config/kizaki"), ["credentials.toml"]);
    // Logins at other servers stay.
    let other = format!(
        "\n[servers.\"https://other.example\"]\nkind = \"login\"\nname = \"ada\"\ntoken = \"{TOKEN}\"\n"
    );
    scene.write(FILE, scene.read(FILE) + &other);
    log_in();
    done(scene.run(&["logout"]));
    let text = scene.read(FILE);
    assert!(text.contains(TOKEN) && !text.contains(key.trim_end()), "{text}");
    assert_eq!(mode(&scene.path(FILE)), 0o600);
}

#[test]
fn the_file_is_below_the_directory_for_settings() {
    let project = logged_in();
    let run = |config: Option<&str>, home: Option<&str>| {
        let mut command = project.command(&["api-keys", "list", "--error-format", "short"]);
        for (name, value) in [("XDG_CONFIG_HOME", config), ("HOME", home)] {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Run::of(&command.output().unwrap())
    };
    set_mode(&project.path(FILE), 0o640);
    fs::rename(project.path("config"), project.path(".config")).unwrap();
    let home = project.path("");
    let home = home.to_str().unwrap();
    // A relative path counts for nothing, as the XDG Base Directory Specification says.
    for config in [None, Some(""), Some("relative")] {
        refused(&run(config, Some(home)), 3, ".config/kizaki/credentials.toml`: it has the mode 0640");
    }
    refused(&run(None, None), 3, "there is no place for logins");
    let elsewhere = run(Some("/nonexistent"), Some(home));
    refused(&elsewhere, 3, "there is no store");
    assert!(
        elsewhere.stderr.starts_with("on the local store, as there is no login at https://app.example\n")
    );
}

#[test]
fn commands_that_need_no_login_do_not_look_at_the_file() {
    let scene = Scene::local();
    scene.write(FILE, "no TOML");
    set_mode(&scene.path(FILE), 0o666);
    new_key(&scene);
    scene.write("kizaki.toml", "[service]\nserver = \"https://app.example\"\n");
    done(scene.run(&["api-keys", "list", "--local"]));
    refused(&scene.run(&["api-keys", "list"]), 3, "credentials-failed");
}
