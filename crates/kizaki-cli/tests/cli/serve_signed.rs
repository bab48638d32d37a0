//! `kizaki serve --signed-by`.

use crate::serve::{Serving, built};

#[test]
fn an_artifact_is_served_with_the_signature_that_was_asked_for() {
    let project = built();
    assert_eq!(project.run(&["keygen", "ours"]).code, 0);
    let serve = |more: &[&str]| {
        let common =
            ["serve", "--listen", "127.0.0.1:0", "--error-format", "short", "--signed-by", "ours.pub"];
        project.run(&[&common, more].concat())
    };
    let refused = |more: &[&str], code: i32, message: &str| {
        let run = serve(more);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
        assert!(run.stderr.contains(message), "{message}: {run:?}");
    };
    refused(&[], 3, "a signature names the app that the artifact is of");
    refused(&["--artifact-id", "shop"], 4, "no valid artifact: signature: there is none");
    let sign = ["build", "--sign", "ours", "--artifact-id", "shop", "--build-number", "7", "--expires", "1d"];
    assert_eq!(project.run(&sign).code, 0);
    refused(&["--artifact-id", "blog"], 4, "signature: it is for `shop`, and `blog` is wanted");
    refused(&["--artifact-id", "shop", "--least-build-number", "8"], 4, "it is for build 7");
    refused(&["--artifact-id", "shop", "--signed-by", "ours"], 3, "it is a private key");
    assert_eq!(project.run(&["serve", "--artifact-id", "shop"]).code, 2);
    assert_eq!(project.run(&["serve", "--least-build-number", "8"]).code, 2);
    let config = project.read("kizaki.toml").replace("[build]", "[build]\nartifact-id = \"shop\"");
    project.write("kizaki.toml", &config);
    let serving = Serving::start(&project, &["--signed-by", "ours.pub", "--least-build-number", "7"]);
    assert!(serving.get("/__auth/health").contains("\"until\":\"20"), "{}", serving.line);
}
