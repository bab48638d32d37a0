//! `kizaki effects`: the outbox as an operator sees it, on both databases.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::app_database::{AppDatabase, on_both};
use crate::handler::{Handler, Reply};
use crate::serve::Serving;
use crate::support::{Project, Run};

pub(crate) const APP: &str = "entity Task {\n  title: string\n  @grant read\n  \
    @on(insert) effect notify { retries: 0  timeout: 1s }\n  @on(delete) effect reindex\n}\n";

on_both! {
    the_table_is_made_once_and_shown_without_being_made
    status_and_list_tell_how_effects_stand
    retry_and_discard_say_what_they_did
    a_service_delivers_and_tells_of_it
    watching_goes_on_until_nobody_reads
    watching_ends_when_it_is_interrupted
}

pub(crate) fn done(run: Run) -> Run {
    assert_eq!(run.code, 0, "{run:?}");
    run
}

pub(crate) fn refused(run: &Run, code: i32, message: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
    assert!(run.stderr.contains(message), "{message}: {run:?}");
}

pub(crate) fn in_environment(database: &AppDatabase, arguments: &[&str]) -> Command {
    let mut command = database.project.command(arguments);
    command.env("KIZAKI_APP_DATABASE", &database.url).env("KIZAKI_ERROR_FORMAT", "plain");
    command
}

fn run(database: &AppDatabase, arguments: &[&str]) -> Run {
    Run::of(&in_environment(database, arguments).output().unwrap())
}

pub(crate) fn ready(database: &AppDatabase) {
    database.project.write("app.inspire", APP);
    done(database.project.run(&["build"]));
    done(run(database, &["effects", "init"]));
}

fn the_table_is_made_once_and_shown_without_being_made(database: &AppDatabase) {
    let printed = done(run(database, &["effects", "init", "--print"]));
    assert!(
        printed.stdout.contains("CREATE TABLE kizaki_outbox (") && printed.stderr.is_empty(),
        "{printed:?}"
    );
    refused(&run(database, &["effects", "status"]), 3, "it has no table `kizaki_outbox`");
    refused(&run(database, &["effects", "status"]), 3, "make it: `kizaki effects init`\n");
    let named = ["effects", "status", "--error-format", "plain", "--app-database", &database.url];
    let way_out = format!("make it: `kizaki effects init --app-database {}`\n", database.url);
    refused(&database.project.run(&named), 3, &way_out);
    let unnamed = database.project.run(&["effects", "init", "--print", "--error-format", "plain"]);
    refused(&unnamed, 3, "say which: `kizaki effects init --print --app-database sqlite:app.db`");
    let run_init = |text| {
        let made = done(run(database, &["effects", "init"]));
        assert!(made.stderr.contains(text) && made.stdout.is_empty(), "{made:?}");
    };
    run_init("made the table `kizaki_outbox` in `");
    run_init("the table `kizaki_outbox` is in `");
    // What was printed is what was made: elsewhere it makes the same.
    let other = database.another();
    other.execute(&printed.stdout);
    done(run(&other, &["effects", "status"]));
    let foreign = database.another();
    foreign.execute("CREATE TABLE kizaki_outbox (id TEXT)");
    refused(
        &run(&foreign, &["effects", "init", "--error-format", "plain"]),
        3,
        "error[app-database-failed]: ",
    );
    let named =
        foreign.project.run(&["effects", "init", "--app-database", &foreign.url, "--error-format", "plain"]);
    refused(&named, 3, "its table `kizaki_outbox` is another: it lacks `kizaki_outbox.created_ms`");
}

fn status_and_list_tell_how_effects_stand(database: &AppDatabase) {
    ready(database);
    they_tell_how_effects_stand(database, &|arguments| run(database, arguments));
    // Without an artifact nobody knows what is declared; one that is named must be there.
    std::fs::remove_file(database.project.path(".kizaki/build/app.kza")).unwrap();
    let document = done(run(database, &["effects", "status", "--json"])).json();
    assert_eq!(document["effects"][0]["declared"], Value::Null);
    let told = done(run(database, &["effects", "status"])).stderr;
    assert!(told.starts_with("no artifact says which of them are declared: "), "{told}");
    refused(&run(database, &["effects", "status", "--artifact", "none.kza"]), 3, "cannot read `none.kza`");
}

/// The test where `run` runs the commands.
pub(crate) fn they_tell_how_effects_stand(database: &AppDatabase, run: &dyn Fn(&[&str]) -> Run) {
    let empty = done(run(&["effects", "status"]));
    assert_eq!((empty.stdout.as_str(), empty.stderr.as_str()), ("", "the outbox is empty\n"));
    assert_eq!(done(run(&["effects", "list"])).stderr, "the outbox is empty\n");
    database.execute(
        "INSERT INTO kizaki_outbox (id, effect, entity, event) VALUES ('one', 'notify', 'Task', 'insert'); \
         INSERT INTO kizaki_outbox (id, effect, entity, event, field) VALUES ('two', 'gone', 'Task', 'update', 'title'); \
         UPDATE kizaki_outbox SET state = 'dead', due_ms = NULL, tries = 4, failed_ms = created_ms, \
         error = 'it answered 500' WHERE id = 'two'",
    );
    let status = done(run(&["effects", "status"])).stdout;
    let lines: Vec<_> =
        status.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[0], "EFFECT PENDING LEASED RETRYING DEAD DELIVERED OLDEST LAST ERROR");
    assert!(lines[1].starts_with("gone (undeclared) 0 0 0 1 0 – "), "{status}");
    assert!(lines[1].ends_with(": it answered 500"), "{status}");
    assert!(lines[2].starts_with("notify 1 0 0 0 0 ") && lines[2].ends_with(" –"), "{status}");
    let document = done(run(&["effects", "status", "--json"])).json();
    let effects = document["effects"].as_array().unwrap();
    assert_eq!(effects[0]["declared"], false);
    assert_eq!((&effects[1]["declared"], &effects[1]["pending"]), (&Value::Bool(true), &Value::from(1)));
    assert_eq!(document["oldest_ms"], effects[1]["oldest_ms"]);
    let list = done(run(&["effects", "list"])).stdout;
    let lines: Vec<_> =
        list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[0], "ID EFFECT CHANGE STATE TRIES WRITTEN LAST ERROR");
    assert!(lines[1].starts_with("two gone Task update of title dead 4 "), "{list}");
    assert!(lines[2].starts_with("one notify Task insert pending 0 "), "{list}");
    let ids = |more: &[&str]| {
        let rows = done(run(&[&["effects", "list", "--json"], more].concat())).json();
        let rows = rows["effects"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["two", "one"]);
    assert_eq!(ids(&["--limit", "1"]), ["two"]);
    assert_eq!(ids(&["--state", "pending"]), ["one"]);
    assert_eq!(ids(&["--effect", "gone", "--state", "dead"]), ["two"]);
    assert_eq!(ids(&["--effect", "none"]).len(), 0);
    assert_eq!(done(run(&["effects", "list", "--effect", "none"])).stderr, "no effect is like that\n");
    refused(&run(&["effects", "list", "--state", "daed"]), 2, "did you mean `dead`?");
    for limit in ["all", "0", "10001"] {
        refused(&run(&["effects", "list", "--limit", limit]), 2, "--limit");
    }
}

#[test]
fn a_database_that_is_not_there_is_told_with_the_way_out() {
    let project = Project::new(&[("dir/x", "")]);
    for (name, why) in [("app.db", "there is no such file"), ("dir", "it is a directory")] {
        let url = format!("sqlite:{name}");
        let named = ["--error-format", "plain", "--app-database", &url];
        for command in [["effects", "init"].as_slice(), &["effects", "status"]] {
            let told = format!(
                "cannot use the app's database `{url}`: {why}\n  help: the app makes its database itself"
            );
            refused(&project.run(&[command, &named].concat()), 3, &told);
        }
    }
    assert!(!project.path("app.db").exists());
}

fn retry_and_discard_say_what_they_did(database: &AppDatabase) {
    ready(database);
    they_say_what_they_did(database, &|arguments| run(database, arguments));
    refused(&database.project.run(&["effects", "status"]), 3, "`KIZAKI_APP_DATABASE`");
}

/// The test where `run` runs the commands.
pub(crate) fn they_say_what_they_did(database: &AppDatabase, run: &dyn Fn(&[&str]) -> Run) {
    database.execute("INSERT INTO kizaki_outbox (id, effect) VALUES ('one', 'notify')");
    refused(&run(&["effects", "retry", "one"]), 1, "it waits to be tried already");
    let say = |arguments: &[&str]| done(run(&[&["effects"], arguments].concat())).stderr;
    assert_eq!(say(&["discard", "one"]), "discarded the effect one\n");
    refused(&run(&["effects", "discard", "one"]), 1, "it was discarded before");
    assert_eq!(say(&["retry", "one"]), "the effect one, which was discarded, is tried again\n");
    let row = |document: Value| document["effects"][0].clone();
    // What is tried again has no error any more.
    let die = || {
        database.execute(
            "UPDATE kizaki_outbox SET state = 'dead', due_ms = NULL, failed_ms = 1, error = 'it answered 500', tries = 4",
        );
    };
    let errors = || {
        ["list", "status"]
            .map(|command| row(done(run(&["effects", command, "--json"])).json())["error"].clone())
    };
    die();
    assert_eq!(errors(), ["it answered 500", "it answered 500"]);
    say(&["retry", "one"]);
    assert_eq!(errors(), [Value::Null, Value::Null]);
    // Discarded ones have a column where there are any.
    die();
    assert!(!done(run(&["effects", "status"])).stdout.contains("DISCARDED"));
    say(&["discard", "one"]);
    let status = done(run(&["effects", "status"])).stdout;
    let lines: Vec<Vec<_>> = status.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((lines[0][6], lines[1][6]), ("DISCARDED", "1"), "{status}");
    say(&["retry", "one"]);
    database.execute("UPDATE kizaki_outbox SET state = 'leased', holder = 'x', fence = 1");
    refused(&run(&["effects", "retry", "one"]), 1, "it is tried right now");
    assert!(say(&["discard", "one"]).contains("the try that was under way may still reach the app"));
    database.execute("UPDATE kizaki_outbox SET state = 'delivered'");
    refused(&run(&["effects", "retry", "one"]), 1, "settled-effect");
    refused(&run(&["effects", "discard", "one"]), 1, "it was delivered");
    refused(&run(&["effects", "retry", "none"]), 1, "no effect in the outbox has the id `none`");
    refused(&run(&["effects", "retry", "\u{1b}[31m"]), 1, "`\\u{1b}[31m`");
}

fn a_service_delivers_and_tells_of_it(database: &AppDatabase) {
    ready(database);
    let app = Handler::start(|delivery| match delivery.id().as_str() {
        "good" => Reply::Status(200),
        _ => Reply::Status(500),
    });
    let serving = Serving::of(
        in_environment(database, &["serve", "--effects-to", &app.url(), "--admin-listen", "127.0.0.1:0"])
            .env("KIZAKI_EFFECTS_SECRET", "0123456789abcdef0123456789abcdef"),
        &database.project,
    );
    database.execute(
        "INSERT INTO kizaki_outbox (id, effect, payload) VALUES ('good', 'notify', '\"private\"'), ('bad', 'notify', '1')",
    );
    let settled = |_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let document = done(run(database, &["effects", "status", "--json"])).json();
        let notify = &document["effects"][0];
        (notify["delivered"] == 1 && notify["dead"] == 1).then(|| notify.clone())
    };
    let notify = (0..3000).find_map(settled).unwrap_or_else(|| panic!("{}", database.project.read("log")));
    assert_eq!(notify["error"], "it answered 500");
    let metrics = serving.metrics();
    for line in [
        "kizaki_effect_tries_total{effect=\"notify\",outcome=\"delivered\"} 1\n",
        "kizaki_effect_tries_total{effect=\"notify\",outcome=\"dead\"} 1\n",
        "kizaki_effects{state=\"pending\"} ",
        "kizaki_effects_age_seconds ",
        "kizaki_app_database_failures_total 0\n",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert_eq!(serving.end("TERM").0, Some(0));
    let log = database.project.read("log");
    assert!(log.contains("an effect was delivered") && log.contains("is given up"), "{log}");
    for secret in ["private", "0123456789abcdef", "app=1"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

fn watch(mut command: Command) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

fn watching_goes_on_until_nobody_reads(database: &AppDatabase) {
    ready(database);
    let command = in_environment(database, &["effects", "status", "--watch", "--json"]);
    goes_on_until_nobody_reads(database, command, "");
}

/// The test of a command that watches, which says this on standard error.
pub(crate) fn goes_on_until_nobody_reads(database: &AppDatabase, command: Command, said: &str) {
    database.execute("INSERT INTO kizaki_outbox (id, effect) VALUES ('one', 'notify')");
    let (child, mut out) = watch(command);
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let document: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(document["effects"][0]["pending"], 1);
    database.execute("DELETE FROM kizaki_outbox");
    while !line.contains("\"effects\":[]") {
        line.clear();
        out.read_line(&mut line).unwrap();
        assert!(!line.is_empty());
    }
    drop(out);
    let end = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((end.code, end.stderr.as_str()), (0, said));
}

fn watching_ends_when_it_is_interrupted(database: &AppDatabase) {
    ready(database);
    ends_when_it_is_interrupted(database, in_environment(database, &["effects", "status", "--watch"]), "");
}

/// The test of a command that watches, which says this on standard error.
pub(crate) fn ends_when_it_is_interrupted(database: &AppDatabase, command: Command, said: &str) {
    database.execute("INSERT INTO kizaki_outbox (id, effect) VALUES ('one', 'notify')");
    let (child, mut out) = watch(command);
    let mut tables = 0;
    while tables < 2 {
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(!line.contains('\u{1b}') && !line.is_empty(), "{line:?}");
        tables += usize::from(line.starts_with("EFFECT "));
    }
    assert!(Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap().success());
    let end = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((end.code, end.stderr.as_str()), (130, said));
}

#[test]
fn what_serve_needs_for_effects_is_said() {
    let project = Project::new(&[("app.inspire", APP)]);
    done(project.run(&["build"]));
    project.write("app.db", "");
    project.write("secret", "0123456789abcdef0123456789abcdef\n");
    let to = ["serve", "--listen", "127.0.0.1:0", "--effects-to", "http://127.0.0.1:9/"];
    let with = |more: &[&str]| project.run(&[&to[..], more, &["--error-format", "plain"]].concat());
    refused(&with(&[]), 2, "effects are read from the app's database; name it: --app-database URL");
    let database = ["--app-database", "sqlite:app.db"];
    refused(&with(&database), 2, "KIZAKI_EFFECTS_SECRET");
    let with_file = |file| with(&[&database[..], &["--effects-secret-file", file]].concat());
    refused(&with_file("none"), 3, "cannot read `none`");
    let mode = |mode| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(project.path("secret"), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o640);
    refused(&with_file("secret"), 3, "cannot use the secret in `secret`: it has the mode 0640");
    mode(0o600);
    std::os::unix::fs::symlink("secret", project.path("link")).unwrap();
    refused(&with_file("link"), 3, "it is a symbolic link");
    refused(&with_file("secret"), 3, "it has no table `kizaki_outbox`");
    project.write("secret", "too short\n");
    refused(&with_file("secret"), 3, "it has 9 bytes, and 32 are the least");
    let plain = project.run(&["serve", "--effects-to", "http://app.example/"]);
    refused(&plain, 2, "effects need `https`; `http` is for loopback only");
    let alone = project.run(&["serve", "--effects-secret-file", "secret"]);
    refused(&alone, 2, "--effects-to");
    let gone = project.run(&["effects", "status", "--app-database", "sqlite:none.db"]);
    refused(&gone, 3, "app-database-failed");
    assert!(!project.path("none.db").exists());
    let away =
        project.run(&["effects", "status", "--app-database", "postgres://app:hunter2@127.0.0.1:1/app"]);
    refused(&away, 3, "postgres://app@127.0.0.1:1/app");
    assert!(!away.stderr.contains("hunter2"), "{away:?}");
}
