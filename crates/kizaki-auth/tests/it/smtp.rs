//! Mails on their way to a mail server: what arrives, what is tried again, and what never goes out.

use std::ffi::OsStr;
use std::time::Duration;

use kizaki_auth::{Authorities, MailTo, deliver_due_mails};
use kizaki_store::{MOST_TRIES, ManualClock};
use serde_json::{Value, json};

use crate::certificates::Authority;
use crate::smtp_server::SmtpServer;
use crate::support::{Node, Place, START_MS, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor, link};

on_both! {
    a_mail_arrives_as_it_was_written
    what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not
    a_connection_that_breaks_sends_twice_rather_than_never
    a_server_that_stalls_takes_its_time_and_no_more
    mails_wait_for_a_server_that_is_not_there
    a_mail_is_given_up_after_so_many_tries
    nothing_is_said_in_clear_to_another_machine
    a_server_is_believed_by_its_certificate_alone
    what_is_said_in_clear_before_tls_counts_for_nothing
    a_password_goes_to_the_server_that_it_is_for
    nothing_breaks_out_of_a_header_or_a_command
    addresses_beyond_ascii_need_a_server_that_takes_them
}

const MINUTE_MS: i64 = 60_000;

/// Where the server is on this machine.
fn local(server: &SmtpServer) -> String {
    format!("smtp://127.0.0.1:{}", server.port)
}

/// An address that leads to this machine, and does not say so.
fn elsewhere(scheme: &str, server: &SmtpServer) -> String {
    format!("{scheme}://0.0.0.0:{}", server.port)
}

fn to(url: &str, password: Option<&str>) -> MailTo {
    MailTo::parse(OsStr::new(url)).unwrap().with_password(password.map(str::to_owned)).unwrap()
}

/// A node that sends mails to where `url` says, at [`START_MS`].
async fn node(place: &mut Place, url: &str) -> (Node, ManualClock) {
    place.prepare(APP);
    place.settings.mail_to = to(url, None);
    place.settings.limits.mail_time = Duration::from_secs(60);
    place.node_at_start().await
}

/// Someone asks for mails to these addresses.
async fn sign_up(node: &Node, names: &[&str]) {
    for (number, name) in names.iter().enumerate() {
        let mut visitor = Visitor::new(node, &format!("192.0.2.{number}"));
        assert_eq!(visitor.sign_up(&format!("{name}@x.example")).await.status, 202, "{name}");
    }
}

/// Delivers until nothing is due, however often a server gives the others no chance.
async fn deliver(node: &Node) -> usize {
    let mut delivered = 0;
    for _ in 0..8 {
        delivered += deliver_due_mails(&node.service).await.unwrap();
    }
    delivered
}

async fn a_mail_arrives_as_it_was_written(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({})) else { return };
    place.prepare(&format!(
        "{APP}\nemail {{ from: \"Café Studio <hello@studio.example>\"  provider: smtp \
         apiKey: @secret(\"K\") }}"
    ));
    place.settings.mail_to = to(&local(&server), None);
    let (node, _) = place.node_at_start().await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    ada.sign_up(ADA).await;
    assert_eq!(deliver(&node).await, 1);
    ada.post("password/forgot", &json!({ "email": ADA })).await;
    assert_eq!(deliver(&node).await, 1);
    let seen = server.end();
    let (mail, texts) = (seen.of("mail")[0], seen.texts());
    assert_eq!((mail["sender"].as_str(), &mail["addressees"]), (Some("hello@studio.example"), &json!([ADA])));
    assert_eq!((mail["hello"].as_str(), mail["tls"].as_bool()), (Some("[127.0.0.1]"), Some(false)));
    let mut ids = Vec::new();
    for text in &texts {
        // RFC 5321, 4.5.3.1.6, and RFC 5322, 2.1.1: every line ends by CR LF, and has 998 other characters at
        // most.
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
        assert!(text.lines().all(|line| line.len() <= 998), "{text}");
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let fields: Vec<_> = head.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let of = |name: &str| {
            let values: Vec<_> =
                fields.iter().filter(|(own, _)| *own == name).map(|(_, value)| *value).collect();
            assert_eq!(values.len(), 1, "{name}: {head}");
            values[0]
        };
        assert_eq!(of("From"), "=?utf-8?b?Q2Fmw6kgU3R1ZGlv?= <hello@studio.example>");
        assert_eq!((of("To"), of("Auto-Submitted")), (ADA, "auto-generated"));
        assert_eq!(of("Content-Type"), "text/plain; charset=utf-8");
        assert_eq!(of("Content-Transfer-Encoding"), "7bit");
        assert!(of("Date").ends_with(" +0000"), "{head}");
        assert!(of("Message-ID").starts_with('<') && of("Message-ID").ends_with("@localhost>"), "{head}");
        ids.push(of("Message-ID").to_owned());
        assert!(link(text).starts_with("http://localhost/") && link(text).len() < 100, "{text}");
    }
    assert_ne!(ids[0], ids[1]);
    let token = link(&texts[0]).split_once("#token=").unwrap().1;
    assert_eq!(ada.verify(token).await.status, 204);
}

async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({})) else { return };
    let (node, clock) = node(&mut place, &local(&server)).await;
    let for_now = ["greylisted", "full", "relay", "policy", "later", "spam", "strange", "closing"];
    let for_good = ["unknown", "ancient"];
    sign_up(&node, &[&for_now[..], &for_good, &["ada"]].concat()).await;
    assert_eq!(deliver(&node).await, 1);
    clock.set_ms(START_MS + MINUTE_MS - 1);
    assert_eq!(deliver(&node).await, 0);
    clock.set_ms(START_MS + MINUTE_MS);
    assert_eq!(deliver(&node).await, 4);
    let seen = server.end();
    let asked = |name: &str| {
        let address = format!("{name}@x.example");
        seen.of("addressee").into_iter().filter(|one| one["address"] == address.as_str()).count()
    };
    assert_eq!(for_now.map(asked), [2; 8]);
    assert_eq!((for_good.map(asked), asked("ada")), ([1; 2], 1));
}

async fn a_connection_that_breaks_sends_twice_rather_than_never(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({})) else { return };
    let (node, clock) = node(&mut place, &local(&server)).await;
    sign_up(&node, &["dropped", "ada"]).await;
    assert_eq!(deliver(&node).await, 1);
    clock.set_ms(START_MS + MINUTE_MS);
    assert_eq!(deliver(&node).await, 1);
    assert_eq!(deliver(&node).await, 0);
    let seen = server.end();
    assert_eq!(seen.addressees(), ["dropped@x.example", "ada@x.example", "dropped@x.example"]);
    // Both of them hold a link that works, until one of them was used.
    let texts = seen.texts();
    let tokens = [&texts[0], &texts[2]].map(|text| link(text).split_once("#token=").unwrap().1);
    assert_ne!(tokens[0], tokens[1]);
    let mut visitor = Visitor::new(&node, "192.0.2.1");
    assert_eq!(visitor.verify(tokens[0]).await.status, 204);
    assert_eq!(visitor.verify(tokens[1]).await.status, 401);
}

async fn a_server_that_stalls_takes_its_time_and_no_more(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({})) else { return };
    let (patient, clock) = node(&mut place, &local(&server)).await;
    sign_up(&patient, &["stalls", "silent"]).await;
    place.settings.limits.mail_time = Duration::from_secs(3);
    let hasty = place.node_by(kizaki_store::Clock::Manual(clock.clone())).await;
    assert_eq!(deliver(&hasty).await, 0);
    sign_up(&patient, &["ada"]).await;
    // Those that stalled wait for their next try, and keep no others.
    assert_eq!(deliver(&patient).await, 1);
    clock.set_ms(START_MS + MINUTE_MS);
    assert_eq!(deliver(&hasty).await, 1);
    let seen = server.end();
    assert_eq!(seen.addressees(), ["silent@x.example", "ada@x.example", "silent@x.example"]);

    // One that accepts connections and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    place.settings.mail_to = to(&format!("smtp://{}", listener.local_addr().unwrap()), None);
    let mute = place.node_by(kizaki_store::Clock::Manual(clock)).await;
    sign_up(&mute, &["bob"]).await;
    assert_eq!(deliver(&mute).await, 0);
}

async fn mails_wait_for_a_server_that_is_not_there(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({})) else { return };
    let (absent, clock) = node(&mut place, "smtp://127.0.0.1:1").await;
    sign_up(&absent, &["ada", "bob", "eve"]).await;
    assert_eq!(deliver_due_mails(&absent.service).await, Ok(0));
    // Only the first one has lost a try; the others go as soon as there is a server, such as that of another
    // node.
    place.settings.mail_to = to(&local(&server), None);
    let present = place.node_by(kizaki_store::Clock::Manual(clock.clone())).await;
    assert_eq!(deliver(&present).await, 2);
    clock.set_ms(START_MS + MINUTE_MS);
    assert_eq!(deliver(&present).await, 1);
    assert_eq!(server.end().addressees(), ["bob@x.example", "eve@x.example", "ada@x.example"]);
}

async fn a_mail_is_given_up_after_so_many_tries(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({ "sender": "550 5.7.1 not from you" })) else { return };
    let (node, clock) = node(&mut place, &local(&server)).await;
    sign_up(&node, &["ada"]).await;
    for number in 0..MOST_TRIES + 2 {
        clock.set_ms(START_MS + number * 256 * MINUTE_MS);
        assert_eq!(deliver(&node).await, 0);
    }
    let seen = server.end();
    assert_eq!(i64::try_from(seen.of("sender").len()), Ok(MOST_TRIES));
    assert!(seen.of("addressee").is_empty());
}

async fn nothing_is_said_in_clear_to_another_machine(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({ "user": ["ada", "hunter2"] })) else { return };
    place.prepare(APP);
    for (url, password) in [
        (elsewhere("smtp", &server), None),
        (elsewhere("smtp", &server).replace("//", "//ada@"), Some("hunter2")),
        (elsewhere("smtps", &server), None),
    ] {
        place.settings.mail_to = to(&url, password);
        let (node, _) = place.node_at_start().await;
        sign_up(&node, &["ada"]).await;
        assert_eq!(deliver(&node).await, 0, "{url}");
    }
    let seen = server.end();
    assert!(
        ["sign-in", "sender", "addressee", "mail"].iter().all(|what| seen.of(what).is_empty()),
        "{seen:?}"
    );
}

async fn a_server_is_believed_by_its_certificate_alone(mut place: Place) {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let trusting = authority.trusted();
    let right = authority.certify("0.0.0.0", false);
    let bad = [
        stranger.certify("0.0.0.0", false),
        authority.certify("mail.example", false),
        authority.certify("0.0.0.0", true),
    ];
    place.prepare(APP);
    for (tls, scheme) in [("starttls", "smtp"), ("implicit", "smtps")] {
        for (certificate, key) in bad.iter().chain([&right]) {
            let settings = json!({ "tls": tls, "certificate": certificate, "key": key });
            let Some(server) = SmtpServer::start(&settings) else { return };
            place.settings.mail_to = to(&elsewhere(scheme, &server), None);
            place.settings.authorities = trusting.clone();
            let (node, _) = place.node_at_start().await;
            let is_right = *certificate == right.0;
            place.execute("DELETE FROM mails").await;
            sign_up(&node, &["ada"]).await;
            assert_eq!(deliver(&node).await, usize::from(is_right), "{tls} {certificate:?}");
            let seen = server.end();
            assert_eq!(seen.of("sender").len(), usize::from(is_right), "{seen:?}");
            assert!(seen.of("mail").iter().all(|mail| mail["tls"] == true), "{seen:?}");
        }
    }
    // Without the file, nobody but the public authorities is believed.
    let settings = json!({ "tls": "starttls", "certificate": right.0, "key": right.1 });
    let Some(server) = SmtpServer::start(&settings) else { return };
    place.settings.mail_to = to(&elsewhere("smtp", &server), None);
    place.settings.authorities = Authorities::default();
    let (node, _) = place.node_at_start().await;
    place.execute("DELETE FROM mails").await;
    sign_up(&node, &["ada"]).await;
    assert_eq!(deliver(&node).await, 0);
    assert!(server.end().of("sender").is_empty());
}

async fn what_is_said_in_clear_before_tls_counts_for_nothing(mut place: Place) {
    let authority = Authority::new();
    let (certificate, key) = authority.certify("0.0.0.0", false);
    place.settings.authorities = authority.trusted();
    place.prepare(APP);
    let settings =
        json!({ "tls": "starttls", "certificate": certificate, "key": key, "injected": "250 as you like" });
    let Some(server) = SmtpServer::start(&settings) else { return };
    place.settings.mail_to = to(&elsewhere("smtp", &server), None);
    let (node, _) = place.node_at_start().await;
    sign_up(&node, &["ada"]).await;
    assert_eq!(deliver(&node).await, 0);
    let seen = server.end();
    assert!(seen.of("sender").is_empty() && seen.of("mail").is_empty(), "{seen:?}");
}

async fn a_password_goes_to_the_server_that_it_is_for(mut place: Place) {
    let authority = Authority::new();
    let (certificate, key) = authority.certify("0.0.0.0", false);
    place.settings.authorities = authority.trusted();
    place.prepare(APP);
    let user = json!(["ada@mail.example", "hünter 2"]);
    for (settings, url) in [
        (json!({ "user": user, "tls": "starttls", "certificate": certificate, "key": key }), "smtp"),
        (json!({ "user": user, "tls": "implicit", "certificate": certificate, "key": key }), "smtps"),
    ] {
        let Some(server) = SmtpServer::start(&settings) else { return };
        let url = elsewhere(url, &server).replace("//", "//ada%40mail.example@");
        place.settings.mail_to = to(&url, Some("hunter 2"));
        let (wrong, clock) = place.node_at_start().await;
        place.execute("DELETE FROM mails").await;
        sign_up(&wrong, &["ada"]).await;
        assert_eq!(deliver(&wrong).await, 0);
        // Who corrects it has lost no mail.
        place.settings.mail_to = to(&url, Some("hünter 2"));
        let right = place.node_by(kizaki_store::Clock::Manual(clock.clone())).await;
        clock.set_ms(START_MS + MINUTE_MS);
        assert_eq!(deliver(&right).await, 1);
        let seen = server.end();
        let answers: Vec<_> = seen.of("sign-in").iter().map(|one| one["right"].clone()).collect();
        assert_eq!(answers, [json!(false), json!(true)], "{seen:?}");
        let mails = seen.of("mail");
        assert_eq!(
            (mails.len(), &mails[0]["user"], &mails[0]["tls"]),
            (1, &json!("ada@mail.example"), &json!(true))
        );
    }
}

async fn nothing_breaks_out_of_a_header_or_a_command(mut place: Place) {
    let Some(server) = SmtpServer::start(&json!({})) else { return };
    let (node, _) = node(&mut place, &local(&server)).await;
    let mut eve = Visitor::new(&node, "192.0.2.66");
    let body = |email: &str, name: &str| json!({ "email": email, "password": PASSWORD, "name": name });
    for email in [
        "a@x.example\r\nBcc: eve@evil.example",
        "a@x.example>\r\nRCPT TO:<eve@evil.example",
        "<eve@evil.example>,a@x.example",
        "\"a\r\nb\"@x.example",
        "a@x.example\nX: y",
    ] {
        assert_eq!(eve.post("signup", &body(email, "Eve")).await.status, 422, "{email}");
    }
    assert_eq!(eve.post("signup", &body(ADA, "Eve\r\nBcc: eve@evil.example")).await.status, 422);
    // A name that is taken stands in no mail.
    assert_eq!(eve.post("signup", &body(ADA, "=?utf-8?q?evil=0d=0aBcc:evil?=")).await.status, 202);
    assert_eq!(deliver(&node).await, 1);
    // And whatever got into the store: no mail is better than one that says more.
    for (number, statement) in [
        "UPDATE users SET email = 'a@x.example>' || chr(13) || chr(10) || 'RCPT TO:<eve@evil.example'",
        "UPDATE users SET email = 'a@x.example' || chr(13) || chr(10) || 'Bcc: eve@evil.example'",
        "UPDATE users SET email = 'a@x.example' || chr(10) || 'Bcc: eve@evil.example'",
    ]
    .into_iter()
    .enumerate()
    {
        let of_sqlite: &'static str = statement.replace("chr(", "char(").leak();
        let is_sqlite = place.database == crate::support::Database::Sqlite;
        place.execute(if is_sqlite { of_sqlite } else { statement }).await;
        let mut visitor = Visitor::new(&node, &format!("192.0.2.{number}"));
        visitor.post("password/forgot", &json!({ "email": ADA })).await;
        assert_eq!(deliver(&node).await, 0, "{statement}");
    }
    let seen = server.end();
    assert!(!format!("{seen:?} {:?}", seen.texts()).contains("evil"), "{seen:?}");
    assert_eq!(seen.addressees(), [ADA]);
}

async fn addresses_beyond_ascii_need_a_server_that_takes_them(mut place: Place) {
    for (utf8, delivered) in [(false, 1), (true, 2)] {
        let Some(server) = SmtpServer::start(&json!({ "utf8": utf8 })) else { return };
        let (node, clock) = node(&mut place, &local(&server)).await;
        place.execute("DELETE FROM mails").await;
        sign_up(&node, &["jörg", "ada"]).await;
        assert_eq!(deliver(&node).await, delivered);
        clock.set_ms(START_MS + MINUTE_MS);
        assert_eq!(deliver(&node).await, 0);
        let seen = server.end();
        assert_eq!(seen.addressees().contains(&"jörg@x.example"), utf8, "{seen:?}");
        let with_option = |one: &&&Value| one["options"].as_array().unwrap().contains(&json!("SMTPUTF8"));
        assert_eq!(seen.of("sender").iter().filter(with_option).count(), usize::from(utf8));
    }
}
