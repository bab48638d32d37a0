//! Examples: whole apps build without a word and load again; the Rust programs run.

use inspire_artifact::Artifact;

use crate::support::command::example;
use crate::support::compile::{build, codes};
use crate::support::corpus::{Example, examples, read, root};

#[test]
fn an_example_builds_without_a_word_and_loads() {
    for example in examples() {
        let build = build(&example.sources());
        assert_eq!(codes(&build.diagnostics), [""; 0], "{}", example.name);
        let bytes = build.artifact.unwrap();
        let artifact =
            Artifact::from_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", example.name));
        artifact.verify().unwrap_or_else(|error| panic!("{}: {error}", example.name));
    }
}

#[test]
fn examples_are_whole_apps() {
    let lines: Vec<(String, usize)> = examples()
        .into_iter()
        .map(|example| (example.name, example.files.iter().map(|(_, text)| text.lines().count()).sum()))
        .collect();
    assert!(lines.len() >= 8, "{lines:?}");
    assert!(lines.iter().all(|(_, count)| *count >= 80), "{lines:?}");
    assert!(lines.iter().any(|(_, count)| *count > 600), "{lines:?}");
    for (name, _) in lines {
        let page = read(&root().join("examples").join(&name).join("README.md"));
        assert!(page.starts_with(&format!("# {name}\n")) && page.contains("$ kizaki build"), "{name}");
    }
}

/// What the language has, as an app would write it; blanks stand for any white space.
const CONSTRUCTS: [(&str, &[&str]); 16] = [
    (
        "text",
        &[
            r"\\d", r#"\""#, r"\n", r"\r", r"\t", r"\u{", "= -30", "= -0.125", "500ms", "(15s)", "(2m)",
            "12h", "7d", "4w", "1m30s", "/second", "/minute", "/hour", "/day",
        ],
    ),
    (
        "auth",
        &[
            "auth {",
            "providers: [",
            "[email, google, github]",
            "[google]",
            "sessionDuration:",
            "linking: manual",
            "linking: disabled",
        ],
    ),
    (
        "password",
        &[
            "password {",
            "minLength:",
            "maxLength:",
            "blockCommon: true",
            "breachCheck: true",
            "requireUppercase: true",
            "requireLowercase: true",
            "requireDigit: true",
            "requireSpecial: false",
        ],
    ),
    (
        "principal",
        &[
            "principal {",
            "@from(Profile.locale)",
            "@from(__User.email)",
            "@from(Reader.penName, where Reader.userId == principal.id)",
            "where Membership.studioId == principal.studioId)",
            "StaffMember.active == true",
            "principal.practiceId && ",
            "@selectFrom(Membership.studioId)",
            "@selectFrom(StaffMember.practiceId, where",
            "studioId: Studio.id @selectFrom",
            "clientId: Client.id? @from",
        ],
    ),
    (
        "data",
        &[
            "entity ",
            "enum ",
            "type ",
            ": string",
            ": int",
            ": smallint",
            ": bigint",
            ": decimal(",
            ": double",
            ": boolean",
            ": datetime",
            ": date",
            ": uuid",
            ": bytes",
            ": json",
            ": file",
            ": string[]",
            ": string[]?",
            ": Language[]",
            "address: Address",
            ": Money?",
            ": Studio.id",
            ": Category.slug",
            ": PaymentAttempt.reference?",
            ": __User.id?",
            "createdAt: datetime",
            r#"= "UTC""#,
            r#"= "Standard""#,
            "= Normal",
            "= 0.19",
            "= true",
            "= null",
            "{ Low, Normal,",
            "@maxLength(60) =",
        ],
    ),
    (
        "annotations",
        &[
            "@unique ",
            "@primaryKey",
            "@onDelete(cascade)",
            "@onDelete(restrict)",
            "@onDelete(setNull)",
            "@minLength(",
            "@maxLength(",
            "@regex(",
            "@email",
            "@url",
            "@trim",
            "@min(",
            "@max(",
            "@maxSize(",
            "@accept(",
            "@sensitive",
            "@pii",
            "@unique([studioId, code])",
            "@unique([studioId, userId])",
        ],
    ),
    (
        "policies",
        &[
            "@grant read ",
            "@deny read ",
            "@grant write ",
            "@grant insert ",
            "@grant update ",
            "@grant delete ",
            ", delete",
            "read(id, ",
            "write(practiceId, ",
            "insert(userId, ",
            "update(rank)",
            "@deny update(rank), delete",
            "to *",
            "to @public",
            "to role(Clerk)",
            "via Membership ",
            "via Watcher(userId)",
            "via Bookkeeper",
            "@why(",
        ],
    ),
    (
        "conditions",
        &[
            "where resource.",
            "where principal.",
            " == ",
            " != ",
            " < ",
            " <= ",
            " > ",
            " >= ",
            r#" in [""#,
            " && ",
            " || ",
            " !resource.",
            "!(resource.",
            "&& (",
            "== null",
            "!= null",
            "> 720",
            "principal.id",
            "Membership.studioId == resource.id",
            "resource.draft.deliverable.project.clientId",
            "where resource.published",
            "principal.plan ",
            "principal.planStatus ",
        ],
    ),
    (
        "systems",
        &[
            r#"@system("packer") { displayName:"#,
            r#"@system("usage_meter") { @grant"#,
            "@grant read, write on Category",
            ") on Leave where ",
        ],
    ),
    ("namespace", &["namespace Workspace {", "scope: principal.studioId", "entities: ["]),
    (
        "apiKeys",
        &[
            "apiKeys { scopes: {",
            r#"feed: @system("api_feed") {"#,
            "@grant update(status) on Invoice where resource.",
        ],
    ),
    (
        "routes",
        &[
            r#"routes("/v1", "#,
            r#"routes("/""#,
            "GET /",
            "HEAD /",
            "POST /",
            "PUT /",
            "PATCH /",
            "DELETE /",
            "OPTIONS /",
            "/:slug/",
            "/calendar.ics ->",
            "auth: session",
            "auth: none",
            "auth: apiKey(feed)",
            "rateLimit: ",
            "(auth: apiKey(accounting), rateLimit: 100/day)",
        ],
    ),
    (
        "hooks and schedules",
        &[
            "@on(insert) trigger ",
            "@on(update) effect ",
            "@on(update, status) trigger ",
            "@on(update, status) effect ",
            "@on(delete) effect ",
            "retries: ",
            "backoff: exponential(",
            "backoff: linear(",
            "backoff: fixed(",
            "timeout: ",
            "schedule ",
            r#"cron: "*/"#,
            "MON-FRI",
            "7,19",
            "1 * *",
            "function: ",
        ],
    ),
    (
        "validation types",
        &[
            "@validation type Payout {",
            "= Partial<NewTask>",
            "= Pick<Task, [id,",
            "= Omit<Task, [",
            "= TicketForm & {",
            "= Pick<Ticket, [subject, priority]> & {",
            r#"= | { reason: "damaged","#,
            "= PaymentSucceeded | PaymentFailed",
            r#"type: "payment.failed""#,
        ],
    ),
    (
        "payments and integrations",
        &[
            "payments { @secret ",
            "plan Guest { }",
            r#"stripe: ""#,
            "stripe: { monthly: ",
            ", annual: ",
            "perSeat: true",
            "perSeat: false",
            "legacyPrices: [",
            "seatEntity: ",
            "billingEntity: ",
            "trial: [Team: 14d, Agency: 30d]",
            "gracePeriod: ",
            "graceAction: downgrade",
            "@on(payment.succeeded) effect ",
            "@on(subscription.canceled) effect ",
            "integrations {",
            ": googleCalendar {",
            ": customOauth2 {",
            "mode: required",
            "mode: optional",
            "mode: manual",
            "onboarding: afterAuth",
            "onboarding: combined",
            "onboarding: settings",
            "access: read",
            "access: write",
            r#"clientId: @secret(""#,
            r#"clientSecret: @secret(""#,
            " scopes: [",
            "upgradeScopes: [",
            "authorizeUrl: ",
            "tokenUrl: ",
            "accountUrl: ",
            "revokeUrl: ",
            "accountIdPath: ",
            "accountEmailPath: ",
            "accountNamePath: ",
        ],
    ),
    (
        "network and email",
        &[
            "network { allow: [",
            r#""api.crm.example.com""#,
            r#""*.carriers.example.net""#,
            r#".example.net:8443""#,
            r#""*.storage.example.net:9000""#,
            r#""203.0.113.40""#,
            "email { from: ",
            "provider: resend",
            "provider: postmark",
            "provider: ses",
            "provider: smtp",
            r#"apiKey: @secret(""#,
        ],
    ),
];

#[test]
fn every_construct_is_used_in_an_app() {
    let apps: Vec<_> = examples().iter().map(code).collect();
    let missing: Vec<_> = CONSTRUCTS
        .iter()
        .flat_map(|(area, all)| all.iter().map(move |construct| (area, construct)))
        .filter(|(_, construct)| !apps.iter().any(|app| app.contains(**construct)))
        .collect();
    assert!(missing.is_empty(), "no example has {missing:#?}");
}

/// The text of an app without its comments, with one blank for all white space.
fn code(example: &Example) -> String {
    let lines = example.files.iter().flat_map(|(_, text)| text.lines());
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_programs_run() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.kza");
    let schema = root().join("examples/notes/notes.inspire");
    let compiled = example("compile", &[schema.as_os_str(), file.as_os_str()]);
    assert!(compiled.contains(" routes"), "{compiled}");
    let loaded = example("load", &[file.as_os_str(), "GET".as_ref(), "/p/n42".as_ref()]);
    assert!(
        loaded.contains("GET /p/n42 calls showPublishedNote") && loaded.contains("noteId = n42"),
        "{loaded}"
    );
}
