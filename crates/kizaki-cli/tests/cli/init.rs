//! `kizaki init`: a project that builds as it stands, and that takes nothing away.

use crate::support::Project;

#[test]
fn a_template_is_written_where_it_is_wanted() {
    let project = Project::empty();
    let run = project.run(&["init", "new/app"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.ends_with("next: kizaki build -C new/app\n"), "{run:?}");
    assert_eq!(project.list("new/app"), [".gitignore", "kizaki.toml", "schema"]);
    assert_eq!(project.read("new/app/.gitignore"), ".kizaki/\n");
}

#[test]
fn nothing_is_replaced_unless_asked_for() {
    let project = Project::new(&[("kizaki.toml", "# mine\n"), (".gitignore", "mine\n")]);
    let run = project.run(&["init"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("`kizaki.toml` exists already"), "{run:?}");
    assert_eq!(
        project.list(""),
        [".gitignore", "kizaki.toml"],
        "nothing is written when something is in the way"
    );
    assert_eq!(project.run(&["init", "--force"]).code, 0);
    assert_ne!(project.read("kizaki.toml"), "# mine\n");
    assert_eq!(project.read(".gitignore"), "mine\n");
}

#[test]
fn every_template_builds_as_it_stands() {
    for template in ["minimal", "saas", "api-keys"] {
        let project = Project::empty();
        assert_eq!(project.run(&["init", "--template", template]).code, 0);
        let run = project.run(&["build", "--error-format", "json"]);
        assert_eq!(run.code, 0, "{template}: {}", run.stdout);
        assert_eq!(run.codes(), Vec::<String>::new(), "{template}: {}", run.stdout);
        assert!(project.path(".kizaki/build/app.kza").exists());
    }
}
