//! `kizaki inspect` and `kizaki verify`.

use crate::support::Project;

/// A project with an artifact in it.
fn built() -> Project {
    let project = Project::empty();
    project.run(&["init", "--template", "api-keys"]);
    let run = project.run(&["build", "-o", "app.kza"]);
    assert_eq!(run.code, 0, "{run:?}");
    project
}

#[test]
fn verify_says_which_stage_failed() {
    let project = built();
    assert!(project.run(&["verify", "app.kza"]).stdout.starts_with("app.kza: verified, format 1.0, "));
    let whole = project.bytes("app.kza");
    let mut changed = whole.clone();
    changed[40] ^= 1;
    let mut text = whole.clone();
    text.remove(4);
    let damaged = [
        (&whole[..whole.len() - 1], "length: "),
        (&changed, "digest: "),
        (&text, "magic: this was an artifact"),
        (b"entity A {}", "magic: this is no Kizaki artifact"),
        (b"", "magic: "),
    ];
    for (bytes, stage) in damaged {
        project.write("bad.kza", bytes);
        let run = project.run(&["verify", "bad.kza", "--error-format", "short"]);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""));
        assert!(run.stderr.contains(&format!("`bad.kza` is no valid artifact: {stage}")), "{run:?}");
        assert_eq!(project.run(&["inspect", "bad.kza"]).code, 4);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_another_failure() {
    let project = Project::new(&[("directory/x", "")]);
    for command in ["verify", "inspect"] {
        assert_eq!(project.run(&[command, "nope.kza"]).code, 3);
        let run = project.run(&[command, "directory"]);
        assert_eq!(run.code, 3);
        assert!(run.stderr.contains("cannot read `directory`: it is a directory"), "{run:?}");
    }
}

#[test]
fn inspect_reads_like_the_schema() {
    let project = built();
    let run = project.run(&["inspect", "app.kza"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for line in [
        "Sign-in    email, github  session 30 days  linking manual\n",
        "Password   12–128 characters  common passwords refused  breach check off\n",
        "Scopes     read    system api_read    read Item",
        "2 routes\n",
        "Routes     METHOD  PATH ",
        "apiKey(writer)  60/minute    createItem\n",
        "Entities   Item  ",
        "where resource.ownerId == principal.id",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'));
    assert!(project.run(&["inspect", "app.kza", "--color", "always"]).stdout.contains('\u{1b}'));
}

#[test]
fn one_section_can_be_asked_for() {
    let project = built();
    let run = project.run(&["inspect", "app.kza", "--section", "rtes"]);
    assert!(run.stdout.starts_with("Routes ") && !run.stdout.contains("Sign-in"), "{run:?}");
    for name in ["RTES", "routes", "Routes"] {
        assert_eq!(project.run(&["inspect", "app.kza", "--section", name]).stdout, run.stdout);
    }
    let run = project.run(&["inspect", "app.kza", "--section", "KEYS", "--format", "json"]);
    let json = run.json();
    assert_eq!(json.as_object().unwrap().len(), 1);
    assert_eq!(json["api_keys"][0]["name"], "read");
    let whole = project.run(&["inspect", "app.kza", "--format", "json"]).json();
    assert_eq!(whole["auth"]["session_duration_seconds"], 2_592_000);
    assert_eq!(project.run(&["inspect", "app.kza", "--section", "nope"]).code, 2);
}

#[test]
fn an_open_route_is_pointed_out() {
    let project =
        Project::new(&[("a.inspire", "routes(\"/hooks\", auth: none) {\n  POST /billing -> billed\n}\n")]);
    assert_eq!(project.run(&["build", "-o", "app.kza"]).code, 0);
    let run = project.run(&["inspect", "app.kza"]);
    assert!(run.stdout.contains("billed   ← open: the handler must check the caller\n"), "{run:?}");
    assert!(run.stdout.contains("Sign-in    nobody can sign in\n"), "{run:?}");
}

#[test]
fn requests_are_shown_with_what_they_must_be() {
    let schema = r#"
enum Status { Open, Done }
@validation type NewTask { title: string @minLength(1) @trim  status: Status = Open  notes: string? }
@validation type TaskPatch = Partial<NewTask>
@validation type Payment = { type: "card", number: string } | { type: "cash" }
"#;
    let project = Project::new(&[("app.inspire", schema)]);
    assert_eq!(project.run(&["build", "-o", "app.kza"]).code, 0);
    let run = project.run(&["inspect", "app.kza", "--section", "validation"]);
    let expected = "\
Requests   NAME                       FIELD         TYPE                      RULES
           NewTask                    title         string                    trimmed, minLength 1
                                      status        Status = Open
                                      notes         string?
           Payment if type is \"card\"  number        string
           Payment if type is \"cash\"  nothing more
           TaskPatch                  title         string, may be left out   trimmed, minLength 1
                                      status        Status, may be left out
                                      notes         string?, may be left out
";
    assert_eq!(run.stdout, expected);
}
