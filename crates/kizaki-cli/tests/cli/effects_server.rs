//! `kizaki effects` through a server, and which place it works on.

use std::process::Command;

use crate::app_database::{AppDatabase, on_both};
use crate::effects::{
    APP, done, ends_when_it_is_interrupted, goes_on_until_nobody_reads, in_environment, ready, refused,
    they_say_what_they_did, they_tell_how_effects_stand,
};
use crate::serve::Serving;
use crate::support::{Project, Run};

on_both! {
    status_and_list_tell_how_effects_stand
    retry_and_discard_say_what_they_did
    watching_goes_on_until_nobody_reads
    watching_ends_when_it_is_interrupted
    ids_that_a_server_cannot_take_are_told
}

/// A server that runs for a project, and a platform key of it.
struct Through<'p> {
    project: &'p Project,
    serving: Serving,
    key: String,
}

impl<'p> Through<'p> {
    /// A server that works with this database, whose outbox is made.
    fn start(database: &'p AppDatabase) -> Self {
        ready(database);
        Self::of(&database.project, &mut in_environment(database, &["serve"]))
    }

    fn of(project: &'p Project, serve: &mut Command) -> Self {
        let serving = Serving::of(serve, project);
        let key = done(project.run(&["keys", "create", "--name", "ci", "--local"])).stdout;
        Self { project, serving, key: key.trim_end().to_owned() }
    }

    /// What a command says first that works on the server.
    fn note(&self) -> String {
        format!("on the server {} with the platform key in KIZAKI_TOKEN\n", self.serving.url())
    }

    /// A command with the key, and with a database in the environment that is none.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command =
            self.project.command(&[arguments, &["--server", self.serving.url().as_str()]].concat());
        command.env("KIZAKI_TOKEN", &self.key).env("KIZAKI_APP_DATABASE", "sqlite:none.db");
        command.env("KIZAKI_ERROR_FORMAT", "plain");
        command
    }

    /// Runs it, and takes the note away.
    fn run(&self, arguments: &[&str]) -> Run {
        let mut run = Run::of(&self.command(arguments).output().unwrap());
        if run.code != 2 {
            run.stderr =
                run.stderr.strip_prefix(&self.note()).unwrap_or_else(|| panic!("{run:?}")).to_owned();
        }
        run
    }
}

fn status_and_list_tell_how_effects_stand(database: &AppDatabase) {
    let through = Through::start(database);
    they_tell_how_effects_stand(database, &|arguments| through.run(arguments));
}

fn retry_and_discard_say_what_they_did(database: &AppDatabase) {
    let through = Through::start(database);
    they_say_what_they_did(database, &|arguments| through.run(arguments));
    let log = database.project.read("log");
    assert!(log.contains("an effect was discarded") && log.contains("an effect is tried again"), "{log}");
    assert!(log.contains(&format!("actor=key:{}", &through.key[4..14])), "{log}");
    assert!(!log.contains(&through.key[15..]), "{log}");
}

fn watching_goes_on_until_nobody_reads(database: &AppDatabase) {
    let through = Through::start(database);
    let command = through.command(&["effects", "status", "--watch", "--json"]);
    goes_on_until_nobody_reads(database, command, &through.note());
}

fn watching_ends_when_it_is_interrupted(database: &AppDatabase) {
    let through = Through::start(database);
    let command = through.command(&["effects", "status", "--watch"]);
    ends_when_it_is_interrupted(database, command, &through.note());
}

fn ids_that_a_server_cannot_take_are_told(database: &AppDatabase) {
    let through = Through::start(database);
    database.execute("INSERT INTO kizaki_outbox (id, effect) VALUES ('a/b?c+d#%2F', 'notify')");
    let discarded = done(through.run(&["effects", "discard", "a/b?c+d#%2F"]));
    assert_eq!(discarded.stderr, "discarded the effect a/b?c+d#%2F\n");
    for id in ["a/b?c d#%2F", "a/b", "a"] {
        let run = through.run(&["effects", "retry", id]);
        refused(&run, 1, &format!("error[unknown-effect]: no effect in the outbox has the id `{id}`"));
        let help = format!("help: `kizaki effects list --server {}` shows the ids", through.serving.url());
        assert!(run.stderr.contains(&help), "{run:?}");
    }
    for id in ["", ".", ".."] {
        let run = through.run(&["effects", "retry", id]);
        refused(&run, 1, &format!("cannot be asked for an effect with the id `{id}`"));
    }
}

#[test]
fn the_place_is_the_first_that_is_said() {
    let project = Project::new(&[("app.inspire", APP), ("app.db", "")]);
    done(project.run(&["build"]));
    let database = ["--app-database", "sqlite:app.db"];
    done(project.run(&[&["effects", "init"], &database[..]].concat()));
    let through = Through::of(&project, &mut project.command(&[&["serve"], &database[..]].concat()));
    let url = through.serving.url();
    let run = |arguments: &[&str], key: Option<&str>, database: Option<&str>| {
        let mut command = project.command(&[&["effects"], arguments].concat());
        command.env("KIZAKI_ERROR_FORMAT", "plain");
        command.envs(key.map(|key| ("KIZAKI_TOKEN", key)));
        command.envs(database.map(|database| ("KIZAKI_APP_DATABASE", database)));
        Run::of(&command.output().unwrap())
    };
    let key = Some(through.key.as_str());
    let (here, away) =
        ("the outbox is empty\n".to_owned(), format!("{}the outbox is empty\n", through.note()));
    let says = |run: Run, said: &str| assert_eq!((run.code, run.stderr.as_str()), (0, said), "{run:?}");
    // Usage that names both.
    for more in [["--app-database", "sqlite:app.db"].as_slice(), &["--local"], &["--artifact", "app.kza"]] {
        let both = run(&[&["status", "--server", url.as_str()], more].concat(), key, None);
        refused(&both, 2, "cannot be used with");
    }
    refused(&run(&["init", "--server", &url], key, None), 2, "--server");
    // Without a server of the project.
    says(run(&["list", "--server", &url], key, Some("sqlite:none.db")), &away);
    refused(&run(&["list", "--server", &url], None, None), 5, "there is no login at");
    refused(&run(&["list", "--server"], key, None), 5, "no server is named, and the project has none");
    refused(&run(&["list"], key, None), 5, "or say `--local` for the app's database");
    refused(&run(&["list"], None, None), 3, "the app's database is not named");
    says(run(&["list"], key, Some("sqlite:app.db")), &here);
    // With one.
    project.write("kizaki.toml", format!("[service]\nserver = \"{url}\"\n"));
    says(run(&["list"], key, None), &away);
    says(run(&["list", "--server"], key, Some("sqlite:none.db")), &away);
    says(run(&["status"], key, None), &away);
    says(run(&["list"], key, Some("sqlite:app.db")), &here);
    says(run(&["list", "--app-database", "sqlite:app.db"], key, None), &here);
    says(run(&["list", "--local"], key, Some("sqlite:app.db")), &here);
    refused(&run(&["list", "--local"], key, None), 3, "the app's database is not named");
    refused(&run(&["status", "--artifact", "app.kza"], key, None), 3, "the app's database is not named");
    let without = run(&["list"], None, None);
    refused(&without, 3, "the app's database is not named");
    let note = format!("on the app's database, as there is no login at {url}\n");
    assert!(without.stderr.starts_with(&note), "{without:?}");
    says(run(&["list"], None, Some("sqlite:app.db")), &here);
    says(
        run(&["init"], key, Some("sqlite:app.db")),
        "the table `kizaki_outbox` is in `sqlite:app.db` already\n",
    );
}

#[test]
fn a_server_without_an_outbox_says_so() {
    let project = Project::new(&[("app.inspire", APP), ("app.db", "")]);
    done(project.run(&["build"]));
    let refused_by = |serve: &[&str], message: &str| {
        let through = Through::of(&project, &mut project.command(serve));
        for arguments in
            [["status"].as_slice(), &["status", "--watch"], &["list"], &["retry", "a"], &["discard", "a"]]
        {
            let run = through.run(&[&["effects"], arguments].concat());
            let url = through.serving.url();
            refused(&run, 5, &format!("error[server-failed]: the server `{url}` refused: {message}"));
        }
    };
    refused_by(&["serve"], "the service knows no app's database");
    refused_by(
        &["serve", "--app-database", "sqlite:app.db"],
        "the app's database has no outbox: it has no table `kizaki_outbox`",
    );
}
