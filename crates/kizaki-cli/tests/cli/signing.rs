//! `kizaki keygen`, `build --sign` and `verify --key`.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Project, Run};

const SCHEMA: (&str, &str) = ("app.inspire", "auth { providers: [google] }\n");

/// A project with two pairs of keys.
fn project() -> Project {
    let project = Project::new(&[SCHEMA]);
    for name in ["ours", "other"] {
        let run = project.run(&["keygen", name]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    project
}

fn sign(project: &Project, arguments: &[&str]) -> Run {
    let common = ["build", "-o", "app.kza", "--sign", "ours", "--artifact-id", "shop"];
    project.run(&[&common, arguments].concat())
}

#[test]
fn a_pair_of_keys_is_made_once_and_the_private_one_is_private() {
    let project = Project::new(&[SCHEMA]);
    let run = project.run(&["keygen", "release.pem"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout.trim().len(), 16, "{run:?}");
    let mode = |name: &str| std::fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("release.pem"), mode("release.pem.pub")), (0o600, 0o644));
    let before = (project.read("release.pem"), project.read("release.pem.pub"));
    assert!(before.0.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(before.1.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    assert!(!run.stdout.contains("KEY") && !run.stderr.contains(before.0.lines().nth(1).unwrap()));

    let again = project.run(&["keygen", "release.pem"]);
    assert_eq!(again.code, 3);
    assert!(again.stderr.contains("`release.pem` exists already"), "{again:?}");
    std::fs::remove_file(project.path("release.pem")).unwrap();
    assert_eq!(project.run(&["keygen", "release.pem"]).code, 3, "the public key would be replaced");
    assert_eq!(project.read("release.pem.pub"), before.1);
    assert_eq!(project.run(&["keygen", "none/release.pem"]).code, 3);
}

#[test]
fn a_signed_artifact_is_verified_by_its_key() {
    let project = project();
    let run = sign(&project, &["--build-number", "42", "--expires", "90d"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("signed as shop, build 42, until 20"), "{run:?}");

    let verified = project.run(&["verify", "app.kza", "--key", "ours.pub"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.stdout.contains(", signed as shop, build 42, until 20"), "{verified:?}");
    let asked =
        ["--key", "other.pub", "--key", "ours.pub", "--artifact-id", "shop", "--least-build-number", "42"];
    assert_eq!(project.run(&[&["verify", "app.kza"][..], &asked].concat()).code, 0);

    let unchecked = project.run(&["verify", "app.kza"]);
    assert_eq!(unchecked.code, 0);
    assert!(unchecked.stdout.contains("(not checked: give --key)"), "{unchecked:?}");
    let shown = project.run(&["inspect", "app.kza"]);
    assert!(shown.stdout.contains("Signature  signed as shop, build 42, until 20"), "{shown:?}");
    let json = project.run(&["inspect", "app.kza", "--format", "json", "--section", "META"]).json();
    assert_eq!(json["signature"]["artifact_id"], "shop");
    assert_eq!(json["signature"]["build_number"], 42);
}

#[test]
fn what_is_not_signed_as_asked_is_no_valid_artifact() {
    let project = project();
    assert_eq!(sign(&project, &["--build-number", "42"]).code, 0);
    let refused = [
        (&["--key", "other.pub"][..], "it was made with key "),
        (&["--key", "ours.pub", "--artifact-id", "till"], "it is for `shop`, and `till` is wanted"),
        (
            &["--key", "ours.pub", "--least-build-number", "43"],
            "it is for build 42, and at least 43 is wanted",
        ),
    ];
    for (arguments, reason) in refused {
        let run = project.run(&[&["verify", "app.kza", "--error-format", "short"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{arguments:?}");
        assert!(run.stderr.contains(&format!("no valid artifact: signature: {reason}")), "{run:?}");
    }
    let mut changed = project.bytes("app.kza");
    *changed.last_mut().unwrap() ^= 1;
    project.write("changed.kza", changed);
    let run = project.run(&["verify", "changed.kza", "--key", "ours.pub"]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("it does not fit the file"), "{run:?}");
    assert_eq!(project.run(&["build", "-o", "plain.kza"]).code, 0);
    let run = project.run(&["verify", "plain.kza", "--key", "ours.pub"]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("signature: there is none"), "{run:?}");
}

#[test]
fn a_signature_can_run_out() {
    let project = project();
    assert_eq!(sign(&project, &["--build-number", "1", "--expires", "1s"]).code, 0);
    // The time is over as soon as the clock says so, and no clock is waited for longer than that.
    let refused = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        project.run(&["verify", "app.kza", "--key", "ours.pub"])
    })
    .take(100)
    .find(|run| run.code != 0)
    .unwrap();
    assert_eq!(refused.code, 4);
    assert!(refused.stderr.contains("signature: it expired at 20"), "{refused:?}");
}

#[test]
fn the_same_build_is_signed_with_the_same_bytes() {
    let project = project();
    assert_eq!(sign(&project, &["--build-number", "7"]).code, 0);
    let first = project.bytes("app.kza");
    let again = sign(&project, &["--build-number", "7"]);
    assert!(again.stderr.contains("unchanged app.kza"), "{again:?}");
    assert_eq!(project.bytes("app.kza"), first);
}

#[test]
fn the_project_names_its_artifact() {
    let project = project();
    project.write("kizaki.toml", "[build]\nartifact-id = \"from.toml\"\n");
    let run = project.run(&["build", "-o", "app.kza", "--sign", "ours", "--build-number", "1"]);
    assert!(run.stderr.contains("signed as from.toml, build 1, for ever, key "), "{run:?}");
    assert!(sign(&project, &["--build-number", "1"]).stderr.contains("signed as shop"));
    project.write("kizaki.toml", "[build]\nartifact-id = \"not one\"\n");
    assert_eq!(project.run(&["build"]).code, 3);
}

#[test]
fn what_cannot_be_signed_with_is_told_and_writes_nothing() {
    let project = project();
    project.write("text", "no key\n");
    let build = ["build", "-o", "app.kza", "--artifact-id", "shop", "--build-number", "1", "--sign"];
    for (key, code, reason) in [
        ("ours.pub", 3, "it is no Ed25519 private key in PEM"),
        ("text", 3, "it is no Ed25519 private key in PEM"),
        ("none", 3, "cannot read `none`"),
    ] {
        let run = project.run(&[&build[..], &[key, "--error-format", "short"]].concat());
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.stderr.contains(reason), "{run:?}");
    }
    let run = project.run(&["build", "-o", "app.kza", "--sign", "ours", "--build-number", "1"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("set `artifact-id` under `[build]`"), "{run:?}");
    assert!(!project.list(".").contains(&"app.kza".to_owned()));

    assert_eq!(sign(&project, &["--build-number", "1"]).code, 0);
    let run = project.run(&["verify", "app.kza", "--key", "ours"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("it is a private key"), "{run:?}");
}

#[test]
fn half_of_the_arguments_is_wrong_usage() {
    let project = project();
    for arguments in [
        &["build", "--sign", "ours"][..],
        &["build", "--build-number", "1"],
        &["build", "--expires", "1d"],
        &["build", "--sign", "ours", "--build-number", "-1"],
        &["build", "--sign", "ours", "--build-number", "1", "--expires", "soon"],
        &["build", "--sign", "ours", "--build-number", "1", "--expires", "0d"],
        &["build", "--sign", "ours", "--build-number", "1", "--artifact-id", "a b"],
        &["build", "--sign", "ours", "--build-number", "1", "--check"],
        &["verify", "app.kza", "--artifact-id", "shop"],
        &["verify", "app.kza", "--least-build-number", "1"],
    ] {
        assert_eq!(project.run(arguments).code, 2, "{arguments:?}");
    }
}
