//! Signing up, verifying, signing in and out.

use serde_json::{Value, json};

use crate::operators::{Browser, OPERATOR, SECRET, ask_for_codes, bearer, manage, poll, set_up_token, text};
use crate::support::{Node, Place, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor, link, principal};

on_both! {
    a_user_signs_up_verifies_and_signs_in_and_out
    nobody_is_signed_in_before_the_address_is_verified
    a_sign_up_tells_nobody_but_the_owner_whether_there_is_an_account
    every_refused_field_is_told_with_every_rule
    the_work_of_a_login_is_the_same_whoever_it_is
    an_outdated_hash_is_made_anew_at_the_next_login
    sign_ins_that_renew_a_hash_at_once_all_succeed
    a_stranger_who_signs_up_is_not_verified_by_the_owner_of_the_address
    other_sites_and_forms_write_nothing
    bodies_that_are_something_else_are_refused
    without_the_provider_nothing_of_it_exists
    nothing_secret_is_logged_or_stored
}

/// Every endpoint that changes something, with a body that it takes.
pub(crate) fn writes() -> [(&'static str, Value); 8] {
    let token = "0".repeat(43);
    [
        ("signup", json!({ "email": "new@x.example", "password": PASSWORD, "name": "Ada" })),
        ("login", json!({ "email": ADA, "password": PASSWORD })),
        ("logout", json!({})),
        ("verify", json!({ "token": token, "password": PASSWORD })),
        ("verify/resend", json!({ "email": ADA })),
        ("password/forgot", json!({ "email": ADA })),
        ("password/reset", json!({ "token": token, "password": PASSWORD })),
        ("password/change", json!({ "current_password": PASSWORD, "password": "another good one" })),
    ]
}

async fn a_user_signs_up_verifies_and_signs_in_and_out(mut place: Place) {
    let node = place.visited().await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    let answer = ada.sign_up(" Ada@X.example ").await;
    assert_eq!((answer.status, answer.body.as_str(), answer.header("set-cookie")), (202, "", None));
    let token = place.token(&node).await;
    for status in [204, 401] {
        let answer = ada.verify(&token).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (status, None));
    }
    assert!(!ada.is_signed_in().await);

    let answer = ada.login("ADA@x.example", PASSWORD).await;
    assert_eq!(answer.status, 200);
    let session = answer.json();
    assert_eq!(
        (&session["user"]["email"], &session["user"]["name"]),
        (&"Ada@x.example".into(), &"Ada".into())
    );
    assert_eq!(ada.session().await.json(), session);
    let id = session["user"]["id"].as_str().unwrap();

    let passed = ada.authorize().await;
    assert_eq!((passed.status, passed.header("x-kizaki-handler")), (200, Some("mine")));
    let told = principal(&passed);
    assert_eq!(
        (&told["kind"], &told["id"], &told["email"]),
        (&"user".into(), &id.into(), &"Ada@x.example".into())
    );
    assert_eq!(told["attributes"]["mail"], "Ada@x.example");
    assert!(told["attributes"]["since"].as_str().unwrap().ends_with('Z'), "{told}");
    assert_eq!(told["incomplete"], json!(["rank"]));

    // A session opens nothing but as the cookie, and no other credential opens the route.
    let cookie = ada.cookie.clone().unwrap();
    for lines in [format!("authorization: Bearer {cookie}\r\n"), format!("x-session: {cookie}\r\n")] {
        assert_eq!(node.ask("GET", "/mine", &lines).await.status, 401, "{lines}");
    }
    assert_eq!(node.ask("GET", &format!("/mine?kizaki-dev={cookie}"), "").await.status, 401);

    let thief = Visitor::new(&node, "192.0.2.9").with(Some(cookie));
    assert!(thief.is_signed_in().await);
    assert_eq!(ada.post("logout", &json!({})).await.status, 204);
    assert_eq!(ada.cookie, None);
    assert!(!thief.is_signed_in().await);
    assert_eq!(ada.post("logout", &json!({})).await.status, 204);
}

async fn nobody_is_signed_in_before_the_address_is_verified(mut place: Place) {
    let node = place.visited().await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    ada.sign_up(ADA).await;
    let right = ada.login(ADA, PASSWORD).await;
    assert_eq!((right.status, right.code().as_str()), (403, "email_not_verified"));
    let wrong = ada.login(ADA, "something else").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "wrong_credentials"));
    assert_eq!(ada.cookie, None);
    let unknown = ada.login("nobody@x.example", PASSWORD).await;
    assert_eq!((unknown.status, unknown.body), (401, wrong.body));

    place.mails(&node).await;
    assert_eq!(ada.post("verify/resend", &json!({ "email": "ADA@x.example" })).await.status, 202);
    let token = place.token(&node).await;
    assert_eq!(ada.verify(&token).await.status, 204);
    assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
}

async fn a_stranger_who_signs_up_is_not_verified_by_the_owner_of_the_address(mut place: Place) {
    let node = place.visited().await;
    let mut stranger = Visitor::new(&node, "192.0.2.7");
    let body = json!({ "email": ADA, "password": "zq stranger trombone", "name": "Ada" });
    assert_eq!(stranger.post("signup", &body).await.status, 202);
    let token = place.token(&node).await;
    // The owner follows the link, with the password that they have or would like to have.
    let mut ada = Visitor::new(&node, "192.0.2.1");
    let answer = ada.verify(&token).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "wrong_credentials"));
    assert_eq!(stranger.login(ADA, "zq stranger trombone").await.status, 403);
    // Signing up anew makes the account the owner's, and the stranger's password goes.
    assert_eq!(ada.sign_up(ADA).await.status, 202);
    let token = place.token(&node).await;
    assert_eq!(ada.verify(&token).await.status, 204);
    assert_eq!(stranger.login(ADA, "zq stranger trombone").await.status, 401);
    assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
}

async fn a_sign_up_tells_nobody_but_the_owner_whether_there_is_an_account(mut place: Place) {
    let node = place.visited().await;
    place.user(&node, ADA).await;
    let mut stranger = Visitor::new(&node, "192.0.2.2");
    let mut seen = Vec::new();
    for email in [ADA, "bob@x.example", "bob@x.example"] {
        let before = node.service.password_hashes();
        let answer = stranger.sign_up(email).await;
        seen.push((answer.status, answer.body, node.service.password_hashes() - before));
    }
    assert_eq!(seen[0], (202, String::new(), 1));
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    let mails = place.mails(&node).await;
    assert!(
        mails[0].contains("Subject: You have an account already") && mails[0].contains("To: ada@x.example")
    );
    assert!(!mails[0].contains("#token"));
    assert!(
        mails[1].contains("Subject: Verify your e-mail address") && mails[1].contains("To: bob@x.example")
    );
    // Ada's password is still hers, and asking for a mail tells as little.
    assert_eq!(Visitor::new(&node, "192.0.2.3").login(ADA, PASSWORD).await.status, 200);
    for path in ["password/forgot", "verify/resend"] {
        let known = stranger.post(path, &json!({ "email": ADA })).await;
        let unknown = stranger.post(path, &json!({ "email": "nobody@x.example" })).await;
        assert_eq!((known.status, known.body), (202, String::new()));
        assert_eq!((unknown.status, unknown.body), (202, String::new()));
    }
}

async fn every_refused_field_is_told_with_every_rule(mut place: Place) {
    place.prepare(&APP.replace(
        "principal {",
        "password { minLength: 14  requireUppercase: true  requireDigit: true  requireSpecial: true }\n principal {",
    ));
    let node = place.node().await;
    let mut visitor = Visitor::new(&node, "192.0.2.1");
    let mut errors = async |email: &str, password: &str, name: &str| {
        let body = json!({ "email": email, "password": password, "name": name });
        let answer = visitor.post("signup", &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_fields"));
        let fields = answer.json()["error"]["fields"].as_array().unwrap().clone();
        let text = |field: &Value| {
            format!("{}: {}", field["field"].as_str().unwrap(), field["message"].as_str().unwrap())
        };
        fields.iter().map(text).collect::<Vec<_>>()
    };
    let all = [
        "password: Use at least 14 characters.",
        "password: Use at least one upper-case letter.",
        "password: Use at least one digit.",
        "password: Use at least one character that is neither a letter nor a digit.",
        "email: Give an e-mail address, such as ada@example.com.",
        "name: Give a name of 1 to 100 characters on one line.",
    ];
    assert_eq!(errors("ada", "short", " ").await, all);
    let common =
        "password: Choose a password that others do not use: this one is common, or made from one that is.";
    assert_eq!(errors(ADA, "P@ssw0rd123456!", "Ada").await, [common]);
    assert_eq!(errors(ADA, "Kv7 trombone weather", "Ada\nBcc: x").await, all[5..]);
    // A refused field is no attempt, and nothing is kept or sent.
    for _ in 0..12 {
        errors(ADA, "short", "Ada").await;
    }
    assert!(place.mails(&node).await.is_empty());
    assert_eq!(node.service.password_hashes(), 0);
}

async fn the_work_of_a_login_is_the_same_whoever_it_is(mut place: Place) {
    let node = place.visited().await;
    place.user(&node, ADA).await;
    let mut visitor = Visitor::new(&node, "192.0.2.1");
    for (email, password) in [
        (ADA, PASSWORD),
        (ADA, "something else"),
        (ADA, ""),
        ("nobody@x.example", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ] {
        let before = node.service.password_hashes();
        visitor.login(email, password).await;
        assert_eq!(node.service.password_hashes() - before, 1, "{email}");
    }
}

async fn an_outdated_hash_is_made_anew_at_the_next_login(mut place: Place) {
    let node = place.visited().await;
    place.user(&node, ADA).await;
    outdate(&place, "users", PASSWORD).await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    let mut work = async |password: &str| {
        let before = node.service.password_hashes();
        let status = ada.login(ADA, password).await.status;
        (status, node.service.password_hashes() - before)
    };
    assert_eq!(work("something else").await, (401, 1));
    assert_eq!(work(PASSWORD).await, (200, 2));
    assert_eq!(work(PASSWORD).await, (200, 1));
}

async fn sign_ins_that_renew_a_hash_at_once_all_succeed(mut place: Place) {
    let node = place.visited().await;
    place.user(&node, ADA).await;
    outdate(&place, "users", PASSWORD).await;
    let login = async |number: u8| {
        Visitor::new(&node, &format!("192.0.2.{number}")).login(ADA, PASSWORD).await.status
    };
    assert_eq!(tokio::join!(login(1), login(2), login(3), login(4)), (200, 200, 200, 200));
}

/// Gives all users or operators a hash of their password that was made with other parameters.
pub(crate) async fn outdate(place: &Place, table: &str, password: &str) {
    use argon2::password_hash::PasswordHasher as _;

    let weaker = argon2::Argon2::from(argon2::Params::new(1024, 1, 1, None).unwrap());
    let hash = weaker.hash_password(password.as_bytes()).unwrap();
    place.execute(Box::leak(format!("UPDATE {table} SET password_hash = '{hash}'").into_boxed_str())).await;
}

async fn other_sites_and_forms_write_nothing(mut place: Place) {
    let node = place.visited().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let elsewhere = [
        "origin: https://evil.example\r\n",
        "origin: null\r\n",
        "origin: http://localhost:8080\r\n",
        "origin: http://localhost\r\nsec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\n",
    ];
    for (path, body) in writes() {
        for lines in elsewhere {
            let answer = ada.post_with(path, &body, lines).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "cross_site"), "{path} {lines}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            if path != "logout" {
                let answer = ada.send(path, &body.to_string(), &format!("content-type: {kind}\r\n")).await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (415, "unsupported_media_type"),
                    "{path}"
                );
            }
        }
    }
    assert!(ada.is_signed_in().await);
    assert!(place.mails(&node).await.is_empty());
    // No answer lets a page of another origin read it.
    let answer = ada.post_with("login", &writes()[1].1, elsewhere[0]).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

async fn bodies_that_are_something_else_are_refused(mut place: Place) {
    let node = place.visited().await;
    let visitor = Visitor::new(&node, "192.0.2.1");
    let json_lines = "content-type: application/json\r\n";
    for (path, body) in writes().into_iter().filter(|(path, _)| *path != "logout") {
        let mut more = body.clone();
        more["redirect"] = json!("https://evil.example");
        let twice = body.to_string().replacen(
            '{',
            &format!("{},", &body.to_string()[..body.to_string().len() - 1]),
            1,
        );
        // For serde the fields in a row would do as well.
        let row = Value::from(body.as_object().unwrap().values().cloned().collect::<Vec<_>>()).to_string();
        for bad in ["", "{", "[]", "null", "{}", "\u{feff}{}", &more.to_string(), &twice, &row] {
            let answer = visitor.send(path, bad, json_lines).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "malformed_request"), "{path} {bad}");
        }
        let chunk = "x".repeat(70_000);
        let chunked = format!(
            "POST /__auth/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{json_lines}transfer-encoding: chunked\r\n\r\n\
             {:x}\r\n{chunk}\r\n0\r\n\r\n",
            chunk.len()
        );
        assert_eq!(node.send(chunked.as_bytes()).await.status, 413, "{path}");
    }
}

async fn without_the_provider_nothing_of_it_exists(mut place: Place) {
    let other = "auth { providers: [google] }\nroutes(\"/\", auth: session) { GET /mine -> mine }";
    for schema in [other, "routes(\"/\", auth: none) { GET /mine -> mine }"] {
        place.prepare(schema);
        let node = place.node().await;
        let mut visitor = Visitor::new(&node, "192.0.2.1");
        for (path, body) in writes() {
            let answer = visitor.post(path, &body).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
        }
        assert_eq!(visitor.session().await.status, 404);
    }
}

/// What an operator and a command come to have on their way to a login and to its end.
async fn secrets_of_operators(place: &Place, node: &Node) -> Vec<String> {
    let token = set_up_token(&place.store(kizaki_store::Clock::Store).await).await;
    let mut browser = Browser::new(node, "192.0.2.1");
    place.set_up(&mut browser, &token).await;
    let (visit, form) = (browser.cookie.clone().unwrap(), browser.form_token.clone());
    browser.sign_in(OPERATOR, "zq secrecy wrong one").await;
    browser.sign_in(OPERATOR, SECRET).await;
    let asked = ask_for_codes(node, "192.0.2.2").await;
    let (device_code, user_code) = (text(&asked, "device_code"), text(&asked, "user_code"));
    browser.get(&format!("/__platform/approve?user_code={user_code}")).await;
    browser.answer(&user_code, "approve").await;
    let login = text(&poll(node, &device_code).await, "access_token");
    let unknown = format!("kzl_{}", "0".repeat(43));
    for token in [&login, &unknown] {
        manage(node, "POST", "/__platform/logout", &bearer(token), &Value::Null).await;
        manage(node, "GET", &format!("/__platform/api-keys?scope={token}"), &bearer(token), &Value::Null)
            .await;
    }
    let compact = user_code.replace('-', "");
    let cookie = browser.cookie.clone().unwrap();
    let all =
        [token, visit, form, cookie, browser.form_token, device_code, user_code, compact, login, unknown];
    all.into_iter().chain([SECRET.to_owned()]).collect()
}

async fn nothing_secret_is_logged_or_stored(mut place: Place) {
    static LINES: std::sync::Mutex<Vec<u8>> = std::sync::Mutex::new(Vec::new());
    struct Lines;
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            LINES.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    // The tests for both databases are one process, and the first to come decides for both.
    let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| Lines).try_init();

    let node = place.visited().await;
    let (email, password, name) = ("grace.secrecy@x.example", "zq secrecy trombone", "Grace Secrecy");
    let mut grace = Visitor::new(&node, "192.0.2.1");
    let mut secrets =
        vec![password.to_owned(), "zq secrecy wrong one".to_owned(), "zq secrecy renewed".to_owned()];
    grace.post("signup", &json!({ "email": email, "password": password, "name": name })).await;
    let verify = place.token(&node).await;
    grace.post("verify", &json!({ "token": verify, "password": password })).await;
    grace.login(email, &secrets[1]).await;
    assert_eq!(grace.login(email, password).await.status, 200);
    secrets.extend([verify, grace.cookie.clone().unwrap()]);
    assert!(grace.is_signed_in().await);
    grace.post("password/forgot", &json!({ "email": email })).await;
    let mails = place.mails(&node).await;
    let reset = link(&mails[0]).split_once("#token=").unwrap().1.to_owned();
    let answer = grace.post("password/reset", &json!({ "token": reset, "password": secrets[2] })).await;
    assert_eq!(answer.status, 204);
    grace.login(email, &secrets[2]).await;
    secrets.extend([reset, grace.cookie.clone().unwrap()]);
    secrets.extend(secrets_of_operators(&place, &node).await);

    let logged = String::from_utf8_lossy(&LINES.lock().unwrap()).into_owned();
    assert!(logged.contains("a mail was delivered") && logged.contains("/__auth/password/reset"), "{logged}");
    assert!(logged.contains("a login was ended") && logged.contains("/__platform/token"), "{logged}");
    for text in secrets.iter().map(String::as_str).chain(["grace.secrecy", name]) {
        assert!(!logged.contains(text), "{text}");
    }
    if place.database == crate::support::Database::Sqlite {
        // The log of writes holds what was stored and replaced since.
        let stored =
            ["kizaki.db", "kizaki.db-wal"].map(|name| std::fs::read(place.path(name)).unwrap()).concat();
        let has = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(has("grace.secrecy"));
        assert!(!secrets.iter().any(|text| has(text)));
    }
}
