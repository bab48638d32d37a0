//! `kizaki check --fix`: what needs no person to agree is put right, the rest is left and named.

use crate::support::Project;

const TYPOS: &str = "auth {\n  providers: [email, gogle]\n  linking: manul\n}\n";

#[test]
fn fixes_are_applied_and_the_schema_is_checked_again() {
    let project = Project::new(&[("a.inspire", TYPOS), ("b.inspire", "enum B { X }\n")]);
    let run = project.run(&["check", "--fix"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(project.read("a.inspire"), TYPOS.replace("gogle", "google").replace("manul", "manual"));
    assert!(run.stderr.contains("fixed a.inspire\n") && run.stderr.contains("2 fixes applied\n"), "{run:?}");
    assert!(project.run(&["check", "--fix"]).stderr.contains("nothing to fix\n"));
}

#[test]
fn a_dry_run_prints_the_changes_and_makes_none() {
    let project = Project::new(&[("a.inspire", TYPOS)]);
    let run = project.run(&["check", "--fix", "--dry-run"]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stdout,
        "--- a/a.inspire\n+++ b/a.inspire\n@@ -1,4 +1,4 @@\n auth {\n-  providers: [email, gogle]\n-  linking: manul\n+  providers: [email, google]\n+  linking: manual\n }\n"
    );
    assert_eq!(project.read("a.inspire"), TYPOS);
}

#[test]
fn a_guess_is_left_and_named() {
    let text = "entity Item {\n  ownerId: Itme.id?\n  @grant read\n}\n";
    let project = Project::new(&[("a.inspire", text)]);
    let run = project.run(&["check", "--fix"]);
    assert_eq!(run.code, 1);
    assert_eq!(project.read("a.inspire"), text);
    assert!(
        run.stderr.contains("left a.inspire:2:12 unknown-entity: a person has to agree to it\n"),
        "{run:?}"
    );
}

#[test]
fn standard_input_is_not_fixed_in_place() {
    let run = Project::empty().run(&["check", "--fix", "-"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("standard input cannot be fixed in place"), "{run:?}");
}
