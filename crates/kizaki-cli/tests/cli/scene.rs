//! A project whose keys are in its own store, or on a server that runs for it: tests run the same commands on both.

use std::ops::Deref;

use serde_json::Value;

use crate::operator::{NAME, Operator};
use crate::serve::Serving;
use crate::support::{Project, Run};

/// Makes two tests of each function, one a place.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod on_the_local_store {
            $(#[test] fn $test() { super::$test(&crate::scene::Scene::local()); })*
        }
        mod on_a_server {
            $(#[test] fn $test() { super::$test(&crate::scene::Scene::on_server()); })*
        }
    };
}
pub(crate) use on_both;

/// A project with scopes `read` and `writer`, built.
pub(crate) struct Scene {
    project: Project,
    serving: Option<Serving>,
    /// Where the server's first operator is made.
    pub(crate) link: String,
}

impl Scene {
    pub(crate) fn local() -> Self {
        let project = Project::empty();
        project.run(&["init", "--template", "api-keys"]);
        assert_eq!(project.run(&["build"]).code, 0);
        Self { project, serving: None, link: String::new() }
    }

    /// The same, with a server that `kizaki.toml` names, and an operator's login there.
    pub(crate) fn on_server() -> Self {
        let scene = Self::with_server();
        let token = Operator::set_up(&scene).token();
        scene.log_in("login", NAME, &token);
        scene
    }

    /// The same, where nobody is logged in and the operator is still to be made.
    pub(crate) fn with_server() -> Self {
        let Self { project, .. } = Self::local();
        let mut serving = Serving::start(&project, &["--init-operator"]);
        let line = serving.next_line();
        let link = line.split(' ').find(|word| word.starts_with("http")).unwrap().to_owned();
        project.write("kizaki.toml", format!("[service]\nserver = \"{}\"\n", serving.url()));
        Self { project, serving: Some(serving), link }
    }

    /// The project's server.
    pub(crate) fn server(&self) -> &Serving {
        self.serving.as_ref().unwrap()
    }

    /// Puts a login at the server where the command keeps it.
    pub(crate) fn log_in(&self, kind: &str, name: &str, token: &str) {
        let text = format!(
            "[servers.\"{}\"]\nkind = \"{kind}\"\nname = \"{name}\"\ntoken = \"{token}\"\n",
            self.server().url()
        );
        self.write_private("config/kizaki/credentials.toml", text);
    }

    /// Runs the command, and takes the note away that says on which server it works.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut run = self.project.run(arguments);
        let note =
            self.serving.as_ref().map(|serving| format!("on the server {} as `{NAME}`\n", serving.url()));
        if let Some(rest) = note.and_then(|note| run.stderr.strip_prefix(&note).map(str::to_owned)) {
            run.stderr = rest;
        }
        run
    }
}

impl Deref for Scene {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

pub(crate) fn done(run: Run) -> Run {
    assert_eq!(run.code, 0, "{run:?}");
    run
}

pub(crate) fn refused(run: &Run, code: i32, message: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
    assert!(run.stderr.contains(message), "{message}: {run:?}");
}

pub(crate) fn create(scene: &Scene, more: &[&str]) -> Run {
    let mut arguments = vec!["api-keys", "create", "--scope", "read", "--name", "nightly export"];
    arguments.extend(more);
    scene.run(&arguments)
}

/// The id and the whole key of a new key.
pub(crate) fn new_key(scene: &Scene) -> (String, String) {
    let key = done(create(scene, &[])).stdout.trim_end().to_owned();
    (key[4..14].to_owned(), key)
}

pub(crate) fn listed(scene: &Scene, more: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["api-keys", "list", "--json"];
    arguments.extend(more);
    done(scene.run(&arguments)).json()["keys"].as_array().unwrap().clone()
}
