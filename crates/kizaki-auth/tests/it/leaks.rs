//! `breachCheck`: what leaves the machine, what is refused, and what becomes of a list that does not answer.

use std::time::Duration;

use kizaki_auth::{Authorities, BreachUrl};
use kizaki_store::{Clock, Email};
use serde_json::json;

use crate::certificates::Authority;
use crate::range_server::{RangeServer, Says, hash, lines, ok};
use crate::support::{Answer, Node, Place, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor, link};

on_both! {
    five_digits_leave_the_machine_and_nothing_else
    nothing_is_asked_where_nobody_wants_to_know
    a_leaked_password_is_refused_wherever_it_is_chosen
    padding_is_no_leak
    what_is_no_answer_leaves_it_to_the_other_rules
    a_password_is_looked_up_at_each_sign_in_until_there_is_an_answer
    who_signs_in_with_a_leaked_password_is_told_to_choose_another
    nobody_learns_of_it_before_the_right_password
    a_mail_that_cannot_be_queued_is_no_sign_in
    a_list_is_believed_by_its_certificate_alone
}

const NEW: &str = "another good one";
const LEAKED: &str =
    "Choose another password: this one is known from a leak, and among the first to be tried.";

/// A node of an app that wants no leaked passwords, and asks this server.
async fn node(place: &mut Place, server: &RangeServer) -> Node {
    place.prepare(&APP.replace("principal {", "password { breachCheck: true }\n principal {"));
    place.settings.breach_url = server.url();
    // A good answer is to be taken, however busy the machine is.
    place.settings.limits.breach_time = Duration::from_secs(60);
    place.node_at_start().await.0
}

async fn is_unchecked(place: &Place, email: &str) -> bool {
    let store = place.store(Clock::Store).await;
    let found = store.users().find(&Email::parse(email).unwrap()).await.unwrap();
    store.close().await;
    found.unwrap().is_unchecked
}

fn is_refused_as_leaked(answer: &Answer) -> bool {
    let fields = answer.status == 422 && answer.code() == "invalid_fields";
    fields && answer.json()["error"]["fields"] == json!([{ "field": "password", "message": LEAKED }])
}

async fn five_digits_leave_the_machine_and_nothing_else(mut place: Place) {
    let server = RangeServer::start(Says::Leaked(vec!["hunter2"])).await;
    let node = node(&mut place, &server).await;
    assert_eq!(Visitor::new(&node, "192.0.2.1").sign_up(ADA).await.status, 202);
    let mut seen = server.take_seen();
    assert_eq!(seen.len(), 1, "{seen:?}");
    let mut lines: Vec<_> = seen[0].trim_end().lines().collect();
    lines[1..].sort_unstable();
    let expected = [
        format!("GET /range/{} HTTP/1.1", &hash(PASSWORD)[..5]),
        "accept: */*".to_owned(),
        "add-padding: true".to_owned(),
        format!("host: {}", server.address),
        concat!("user-agent: kizaki/", env!("CARGO_PKG_VERSION")).to_owned(),
    ];
    assert_eq!(lines, expected);
    // Neither do other letters for the same text, which make the same password.
    let (composed, decomposed) = ("caf\u{e9} du monde zq", "cafe\u{301} du monde zq");
    for password in [composed, decomposed] {
        let body = json!({ "email": "b@x.example", "password": password, "name": "B" });
        assert_eq!(Visitor::new(&node, "192.0.2.1").post("signup", &body).await.status, 202);
    }
    seen = server.take_seen();
    assert!(seen.len() == 2 && seen[0] == seen[1], "{seen:?}");
    assert!(seen[0].starts_with(&format!("GET /range/{} ", &hash(composed)[..5])), "{seen:?}");
    assert!(!is_unchecked(&place, ADA).await);
}

async fn nothing_is_asked_where_nobody_wants_to_know(mut place: Place) {
    let server = RangeServer::start(Says::Leaked(vec![PASSWORD])).await;
    place.settings.breach_url = server.url();
    let without = place.visited().await;
    place.signed_in(&without, ADA, "192.0.2.1").await;
    assert_eq!(server.take_seen(), [""; 0]);

    // Nor about what is refused anyway, nor by who may not ask.
    let node = node(&mut place, &server).await;
    let mut eve = Visitor::new(&node, "192.0.2.66");
    let body =
        |password: &str, name: &str| json!({ "email": "e@x.example", "password": password, "name": name });
    assert_eq!(eve.post("signup", &body("short", "Eve")).await.status, 422);
    assert_eq!(eve.post("signup", &body("P@ssw0rd123456!", "Eve")).await.status, 422);
    assert_eq!(eve.post("signup", &body(NEW, "")).await.status, 422);
    let reset = json!({ "token": "0".repeat(43), "password": NEW });
    assert_eq!(eve.post("password/reset", &reset).await.status, 401);
    let change = json!({ "current_password": PASSWORD, "password": NEW });
    assert_eq!(eve.post("password/change", &change).await.status, 401);
    eve.login(ADA, PASSWORD).await;
    let change = json!({ "current_password": "something else", "password": NEW });
    assert_eq!(eve.post("password/change", &change).await.status, 401);
    assert_eq!(server.take_seen(), [""; 0]);
    // Whoever tries one password after the other has to wait.
    let mut statuses = Vec::new();
    for number in 0..11 {
        let body = json!({ "email": format!("{number}@x.example"), "password": PASSWORD, "name": "Eve" });
        statuses.push(eve.post("signup", &body).await.status);
    }
    assert_eq!((statuses[0], statuses[10], server.take_seen().len()), (422, 429, 10), "{statuses:?}");
}

async fn a_leaked_password_is_refused_wherever_it_is_chosen(mut place: Place) {
    let server = RangeServer::start(Says::Leaked(vec![NEW])).await;
    let node = node(&mut place, &server).await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let body = json!({ "email": "b@x.example", "password": NEW, "name": "B" });
    assert!(is_refused_as_leaked(&ada.post("signup", &body).await));
    let body = json!({ "email": ADA, "password": NEW, "name": "B" });
    assert!(is_refused_as_leaked(&ada.post("signup", &body).await));
    assert!(place.mails(&node).await.is_empty());

    let change = json!({ "current_password": PASSWORD, "password": NEW });
    assert!(is_refused_as_leaked(&ada.post("password/change", &change).await));
    ada.post("password/forgot", &json!({ "email": ADA })).await;
    let token = place.token(&node).await;
    let mut reset = async |password: &str| {
        ada.post("password/reset", &json!({ "token": token, "password": password })).await
    };
    assert!(is_refused_as_leaked(&reset(NEW).await));
    // The link is as good as before, and so is the password.
    assert_eq!(Visitor::new(&node, "192.0.2.1").login(ADA, PASSWORD).await.status, 200);
    assert_eq!(reset("yet another good one").await.status, 204);
    assert!(!is_unchecked(&place, ADA).await);
}

async fn padding_is_no_leak(mut place: Place) {
    let server = RangeServer::start(Says::Padded(vec![PASSWORD])).await;
    let node = node(&mut place, &server).await;
    place.signed_in(&node, ADA, "192.0.2.1").await;
    assert!(!is_unchecked(&place, ADA).await);
    // What is asked for in upper case may be answered in lower case.
    server.says(Says::Bytes(ok(&lines(&[format!("{}:1", hash(NEW)[5..].to_lowercase())]).join("\n"))));
    let body = json!({ "email": "b@x.example", "password": NEW, "name": "B" });
    assert!(is_refused_as_leaked(&Visitor::new(&node, "192.0.2.1").post("signup", &body).await));
}

/// Answers that are none, each with what it is; those that stall are given little time.
fn no_answers(elsewhere: &RangeServer) -> Vec<(&'static str, Says, bool)> {
    let good = lines(&[]).join("\r\n");
    let with_status = |line: &str| {
        [format!("HTTP/1.1 {line}\r\ncontent-length: {}\r\n\r\n", good.len()), good.clone()]
            .concat()
            .into_bytes()
    };
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://{}/range/00000\r\ncontent-length: 0\r\n\r\n",
        elsewhere.address
    );
    let huge = vec![format!("{:035X}:1", 1); 8000].join("\r\n");
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{good}", good.len() + 1);
    let unframed = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{good}");
    let cut_chunk =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{good}", good.len());
    let gzip = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\u{1f}xyz";
    let page = "<html><body>Sign in to the Wi-Fi of this hotel</body></html>";
    vec![
        ("429", Says::Bytes(with_status("429 Too Many Requests")), false),
        ("500", Says::Bytes(with_status("500 Internal Server Error")), false),
        ("503", Says::Bytes(with_status("503 Service Unavailable")), false),
        ("404", Says::Bytes(with_status("404 Not Found")), false),
        ("203", Says::Bytes(with_status("203 Non-Authoritative Information")), false),
        ("204", Says::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), false),
        ("a redirect", Says::Bytes(redirect.into_bytes()), false),
        ("a page", Says::Bytes(ok(page)), false),
        ("nothing in it", Says::Bytes(ok("")), false),
        ("short suffixes", Says::Bytes(ok(&good.replace("00000000000000000000000000", ""))), false),
        ("whole hashes", Says::Bytes(ok(&good.replace("\r\n", "\r\n21BD1"))), false),
        ("one bad line", Says::Bytes(ok(&format!("{good}\r\nover and out"))), false),
        ("compressed", Says::Bytes(gzip.as_bytes().to_vec()), false),
        ("too large", Says::Bytes(ok(&huge)), false),
        ("cut off", Says::Bytes(cut.into_bytes()), false),
        ("cut off in a chunk", Says::Bytes(cut_chunk.into_bytes()), false),
        ("without an end of its own", Says::Bytes(unframed.into_bytes()), false),
        ("no HTTP", Says::Bytes(b"220 mail.example ESMTP\r\n".to_vec()), false),
        ("hung up", Says::Bytes(Vec::new()), false),
        ("without end", Says::Endless, false),
        ("silence", Says::Stalls(Vec::new()), true),
        ("half a head", Says::Stalls(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()), true),
        (
            "half a body",
            Says::Stalls(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n0018A45C4D1".to_vec()),
            true,
        ),
    ]
}

async fn what_is_no_answer_leaves_it_to_the_other_rules(mut place: Place) {
    let (server, elsewhere) =
        (RangeServer::start(Says::Endless).await, RangeServer::start(Says::Endless).await);
    let patient = node(&mut place, &server).await;
    place.settings.limits.breach_time = Duration::from_millis(100);
    let (hasty, _) = place.node_at_start().await;
    let mut number = 0;
    for (what, says, stalls) in no_answers(&elsewhere) {
        number += 1;
        server.says(says);
        let node = if stalls { &hasty } else { &patient };
        let mut visitor = Visitor::new(node, &format!("192.0.2.{number}"));
        let email = format!("user{number}@x.example");
        assert_eq!(visitor.sign_up(&email).await.status, 202, "{what}");
        assert!(is_unchecked(&place, &email).await, "{what}");
        let seen = server.take_seen().len();
        assert!(seen == 1 || stalls && seen == 0, "{what}: {seen}");
    }
    assert_eq!(elsewhere.take_seen(), [""; 0]);

    // Nobody listens at all.
    place.settings.breach_url = BreachUrl::parse("http://127.0.0.1:1/").unwrap();
    let node = place.node().await;
    let mut visitor = Visitor::new(&node, "192.0.2.99");
    assert_eq!(visitor.sign_up("last@x.example").await.status, 202);
    assert!(is_unchecked(&place, "last@x.example").await);
    // The list of common passwords is here, and decides.
    let body = json!({ "email": "common@x.example", "password": "P@ssw0rd123456!", "name": "C" });
    let answer = visitor.post("signup", &body).await;
    assert!(answer.status == 422 && !is_refused_as_leaked(&answer), "{answer:?}");
}

async fn a_password_is_looked_up_at_each_sign_in_until_there_is_an_answer(mut place: Place) {
    let server = RangeServer::start(Says::Bytes(Vec::new())).await;
    let node = node(&mut place, &server).await;
    place.user(&node, ADA).await;
    assert_eq!(server.take_seen().len(), 1);
    let mut ada = Visitor::new(&node, "192.0.2.1");
    for _ in 0..2 {
        assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
        assert!(ada.is_signed_in().await && is_unchecked(&place, ADA).await);
        assert_eq!(server.take_seen().len(), 1);
    }
    server.says(Says::Padded(vec![PASSWORD]));
    assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
    assert!(!is_unchecked(&place, ADA).await);
    assert_eq!(server.take_seen().len(), 1);
    // From now on nobody asks again, whatever is known of it by then.
    server.says(Says::Leaked(vec![PASSWORD]));
    assert_eq!(ada.login(ADA, PASSWORD).await.status, 200);
    assert_eq!(server.take_seen(), [""; 0]);
    // A change that was not looked up is, too; an app that does not want to know any more is left in peace.
    server.says(Says::Bytes(Vec::new()));
    let change = json!({ "current_password": PASSWORD, "password": NEW });
    assert_eq!(ada.post("password/change", &change).await.status, 204);
    assert!(is_unchecked(&place, ADA).await);
    server.take_seen();
    let indifferent = place.visited().await;
    assert_eq!(Visitor::new(&indifferent, "192.0.2.1").login(ADA, NEW).await.status, 200);
    assert_eq!(server.take_seen(), [""; 0]);
    assert!(is_unchecked(&place, ADA).await);
}

async fn who_signs_in_with_a_leaked_password_is_told_to_choose_another(mut place: Place) {
    let server = RangeServer::start(Says::Bytes(Vec::new())).await;
    let node = node(&mut place, &server).await;
    let mut before = place.signed_in(&node, ADA, "192.0.2.7").await;
    server.says(Says::Leaked(vec![PASSWORD]));
    let mut ada = Visitor::new(&node, "192.0.2.1");
    for _ in 0..12 {
        let answer = ada.login(ADA, PASSWORD).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "password_breached"));
        assert_eq!((answer.header("set-cookie"), &ada.cookie), (None, &None));
    }
    assert!(is_unchecked(&place, ADA).await);
    let mails = place.mails(&node).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(
        mails[0].contains("Subject: Choose another password\r\n") && mails[0].contains("To: ada@x.example")
    );
    assert!(mails[0].contains("is known\r\nfrom a leak") && !mails[0].contains(PASSWORD), "{}", mails[0]);
    let link = link(&mails[0]);
    assert!(link.starts_with("http://localhost/reset-password#token="), "{link}");
    let token = link.split_once("#token=").unwrap().1;
    // A session that was there goes on until the password is another.
    assert!(before.is_signed_in().await);
    let mut reset = async |password: &str| {
        ada.post("password/reset", &json!({ "token": token, "password": password })).await
    };
    assert!(is_refused_as_leaked(&reset(PASSWORD).await));
    assert_eq!(reset(NEW).await.status, 204);
    assert!(!before.is_signed_in().await && !is_unchecked(&place, ADA).await);
    assert_eq!(before.login(ADA, PASSWORD).await.status, 401);
    assert_eq!(before.login(ADA, NEW).await.status, 200);
}

async fn nobody_learns_of_it_before_the_right_password(mut place: Place) {
    let server = RangeServer::start(Says::Bytes(Vec::new())).await;
    let node = node(&mut place, &server).await;
    place.user(&node, ADA).await;
    Visitor::new(&node, "192.0.2.1").sign_up("unverified@x.example").await;
    place.mails(&node).await;
    server.says(Says::Leaked(vec![PASSWORD, NEW]));
    server.take_seen();
    let mut eve = Visitor::new(&node, "192.0.2.66");
    let wrong = eve.login(ADA, NEW).await;
    let unknown = eve.login("nobody@x.example", PASSWORD).await;
    assert_eq!((wrong.status, wrong.body.as_str()), (401, unknown.body.as_str()));
    assert_eq!(unknown.status, 401);
    // Of an address that nobody has shown to be theirs, nothing is told but that.
    let unverified = eve.login("unverified@x.example", PASSWORD).await;
    assert_eq!((unverified.status, unverified.code().as_str()), (403, "email_not_verified"));
    assert_eq!(server.take_seen(), [""; 0]);
    assert!(place.mails(&node).await.is_empty());
    // Whoever is to be told to wait is not told anything else.
    for _ in 0..10 {
        eve.login(ADA, NEW).await;
    }
    assert_eq!(eve.login(ADA, PASSWORD).await.status, 429);
    assert_eq!(server.take_seen(), [""; 0]);
    // The work is the same, too, but for who knows the password already.
    let mut bob = Visitor::new(&node, "192.0.2.2");
    for (email, password) in [("bob@x.example", NEW), ("unverified@x.example", NEW)] {
        let before = node.service.password_hashes();
        assert_eq!(bob.login(email, password).await.status, 401);
        assert_eq!(node.service.password_hashes() - before, 1);
    }
}

async fn a_mail_that_cannot_be_queued_is_no_sign_in(mut place: Place) {
    let server = RangeServer::start(Says::Bytes(Vec::new())).await;
    let node = node(&mut place, &server).await;
    place.user(&node, ADA).await;
    server.says(Says::Leaked(vec![PASSWORD]));
    place.execute("ALTER TABLE mails RENAME TO gone").await;
    let mut ada = Visitor::new(&node, "192.0.2.1");
    let answer = ada.login(ADA, PASSWORD).await;
    assert_eq!((answer.status, answer.code().as_str(), &ada.cookie), (503, "unavailable", &None));
    place.execute("ALTER TABLE gone RENAME TO mails").await;
    assert_eq!(ada.login(ADA, PASSWORD).await.status, 403);
}

async fn a_list_is_believed_by_its_certificate_alone(mut place: Place) {
    let authority = Authority::new();
    let says = Says::Leaked(vec![PASSWORD]);
    let right = RangeServer::start_with(says.clone(), Some(authority.acceptor("127.0.0.1"))).await;
    let other = RangeServer::start_with(says, Some(authority.acceptor("api.pwnedpasswords.com"))).await;
    let url = |server: &RangeServer| BreachUrl::parse(&format!("https://{}/range", server.address)).unwrap();
    let trusting = authority.trusted();
    for (number, (server, authorities, status)) in
        [(&right, trusting.clone(), 422), (&right, Authorities::default(), 202), (&other, trusting, 202)]
            .into_iter()
            .enumerate()
    {
        drop(node(&mut place, server).await);
        place.settings.breach_url = url(server);
        place.settings.authorities = authorities;
        let node = place.node().await;
        let mut visitor = Visitor::new(&node, &format!("192.0.2.{number}"));
        let email = format!("user{number}@x.example");
        assert_eq!(visitor.sign_up(&email).await.status, status, "{number}");
        assert!(status == 422 || is_unchecked(&place, &email).await);
        let seen = server.take_seen();
        assert!(seen.len() == 1 && (seen[0] == "no request") == (status == 202), "{seen:?}");
    }
}
