//! The device flow in the store: every state of a request at each boundary of time, and the login that comes of it.

use std::sync::Arc;

use kizaki_store::{
    AuditEvent, AuditKind, CODE_SECONDS, Check, Granted, LOGIN_DAYS, NewDevice, POLL_SECONDS, Poll, Reason,
    Started, Store, UserCode,
};

use crate::operators::operator;
use crate::support::{Place, START_MS, on_both};

on_both! {
    nobody_asks_before_there_is_an_operator
    a_request_is_answered_once_and_gives_one_login_once
    a_request_that_is_denied_gives_nothing
    a_request_is_over_at_its_time
    who_asks_too_often_is_told_to_wait
    an_unknown_code_is_told_from_none_of_the_others
    two_that_fetch_a_token_at_once_are_one
    two_that_answer_at_once_are_one
    a_login_is_valid_for_thirty_days_and_until_it_is_ended
    what_is_over_is_forgotten
    without_its_operator_a_login_is_nothing
}

const CODE_MS: i64 = CODE_SECONDS * 1000;
const POLL_MS: i64 = POLL_SECONDS * 1000;
const LOGIN_MS: i64 = LOGIN_DAYS * 86_400_000;

pub(crate) async fn start(store: &Store) -> Started {
    let new = NewDevice { client: "grace's laptop", address: "192.0.2.7" };
    store.devices().start(&new).await.unwrap().unwrap()
}

/// The login of a request, which an operator approves.
pub(crate) async fn granted(store: &Store, started: &Started) -> Granted {
    let grace = store.operators().find("grace").await.unwrap().unwrap().operator;
    assert!(store.devices().decide(&started.user_code, &grace, true).await.unwrap());
    match store.devices().poll(&started.device_code).await.unwrap() {
        Poll::Granted(granted) => granted,
        other => panic!("{other:?}"),
    }
}

async fn told(store: &Store, started: &Started) -> &'static str {
    match store.devices().poll(&started.device_code).await.unwrap() {
        Poll::Waiting => "waiting",
        Poll::TooFast => "too fast",
        Poll::Denied => "denied",
        Poll::Expired => "expired",
        Poll::Unknown => "unknown",
        Poll::Granted(_) => "granted",
    }
}

async fn is_valid(store: &Store, token: &str) -> Result<(), Reason> {
    match store.logins().check(token).await.unwrap() {
        Check::Accepted(_) => Ok(()),
        Check::Refused(reason) => Err(reason),
    }
}

async fn nobody_asks_before_there_is_an_operator(place: Place) {
    let store = place.open().await;
    let new = NewDevice { client: "x", address: "192.0.2.7" };
    store.operators().new_set_up().await.unwrap();
    assert!(store.devices().start(&new).await.unwrap().is_none());
    assert_eq!(place.number("SELECT count(*) FROM device_requests").await, 0);
    operator(&store, "grace").await;
    assert!(store.devices().start(&new).await.unwrap().is_some());
}

async fn a_request_is_answered_once_and_gives_one_login_once(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let (grace, devices) = (operator(&store, "grace").await, store.devices());
    let started = start(&store).await;
    let other = start(&store).await;
    assert_ne!(started.user_code, other.user_code);
    let found = devices.find(&started.user_code).await.unwrap().unwrap();
    assert_eq!((found.client.as_str(), found.address.as_str()), ("grace's laptop", "192.0.2.7"));
    assert_eq!((found.created_ms, found.now_ms), (START_MS, START_MS));
    assert_eq!(told(&store, &started).await, "waiting");
    clock.set_ms(START_MS + POLL_MS);
    assert!(devices.decide(&started.user_code, &grace, true).await.unwrap());
    // The answer stands, whatever is said later.
    assert!(!devices.decide(&started.user_code, &grace, false).await.unwrap());
    assert!(devices.find(&started.user_code).await.unwrap().is_none());
    // Who may sign in is not kept waiting, however soon it asks.
    let Poll::Granted(login) = devices.poll(&started.device_code).await.unwrap() else { panic!() };
    assert_eq!(told(&store, &started).await, "unknown");
    assert_eq!(told(&store, &other).await, "waiting");
    let text = login.token.expose();
    assert!(text.starts_with("kzl_") && text.len() == 47 && login.length_ms == LOGIN_MS, "{text}");
    let Check::Accepted(access) = store.logins().check(text).await.unwrap() else { panic!() };
    assert_eq!((access.operator, access.expires_ms), (grace.clone(), START_MS + POLL_MS + LOGIN_MS));

    let records = store.audit(2).await.unwrap();
    let events: Vec<_> = records.iter().map(|one| (one.event, one.kind, one.id.as_deref())).collect();
    let id = Some(access.id.as_str());
    let login = AuditKind::Login;
    assert_eq!(events, [(AuditEvent::Created, login, id), (AuditEvent::Approved, login, id)]);
    let by = format!("operator:{}", grace.id);
    assert!(records.iter().all(|one| one.actor.as_ref() == Some(&by)), "{records:?}");
}

async fn a_request_that_is_denied_gives_nothing(place: Place) {
    let store = place.open().await;
    let grace = operator(&store, "grace").await;
    let started = start(&store).await;
    assert!(store.devices().decide(&started.user_code, &grace, false).await.unwrap());
    assert!(!store.devices().decide(&started.user_code, &grace, true).await.unwrap());
    for _ in 0..2 {
        assert_eq!(told(&store, &started).await, "denied");
    }
    assert_eq!(place.number("SELECT count(*) FROM logins").await, 0);
    assert_eq!(store.audit(1).await.unwrap()[0].event, AuditEvent::Denied);
}

async fn a_request_is_over_at_its_time(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let grace = operator(&store, "grace").await;
    let devices = store.devices();
    let late = start(&store).await;
    let approved = start(&store).await;
    let denied = start(&store).await;
    let fetched = start(&store).await;
    assert!(devices.decide(&approved.user_code, &grace, true).await.unwrap());
    assert!(devices.decide(&fetched.user_code, &grace, true).await.unwrap());
    assert!(devices.decide(&denied.user_code, &grace, false).await.unwrap());
    clock.set_ms(START_MS + CODE_MS - 1);
    assert!(devices.find(&late.user_code).await.unwrap().is_some());
    assert_eq!(told(&store, &fetched).await, "granted");
    for now in [START_MS + CODE_MS, START_MS + CODE_MS + 1] {
        clock.set_ms(now);
        assert!(devices.find(&late.user_code).await.unwrap().is_none());
        assert!(!devices.decide(&late.user_code, &grace, true).await.unwrap());
        for one in [&late, &approved, &denied] {
            assert_eq!(told(&store, one).await, "expired");
        }
        assert_eq!(told(&store, &fetched).await, "unknown");
    }
}

async fn who_asks_too_often_is_told_to_wait(place: Place) {
    let (store, clock) = place.open_at_start().await;
    operator(&store, "grace").await;
    let started = start(&store).await;
    let mut now = START_MS;
    // A question that comes too early counts as one, too.
    for (later, expected) in [
        (0, "waiting"),
        (POLL_MS, "waiting"),
        (POLL_MS - 1, "too fast"),
        (1, "too fast"),
        (POLL_MS - 1, "too fast"),
        (POLL_MS, "waiting"),
        (0, "too fast"),
        (POLL_MS + 1, "waiting"),
    ] {
        now += later;
        clock.set_ms(now);
        assert_eq!(told(&store, &started).await, expected, "{later}");
    }
}

async fn an_unknown_code_is_told_from_none_of_the_others(place: Place) {
    let store = place.open().await;
    let grace = operator(&store, "grace").await;
    let started = start(&store).await;
    let unknown = kizaki_store::Token::generate().unwrap();
    assert!(matches!(store.devices().poll(&unknown).await.unwrap(), Poll::Unknown));
    let code = UserCode::parse("BBBB-BBBB").unwrap();
    assert!(store.devices().find(&code).await.unwrap().is_none());
    assert!(!store.devices().decide(&code, &grace, true).await.unwrap());
    assert_eq!(told(&store, &started).await, "waiting");
}

async fn two_that_fetch_a_token_at_once_are_one(place: Place) {
    let store = Arc::new(place.open().await);
    let grace = operator(&store, "grace").await;
    let started = start(&store).await;
    assert!(store.devices().decide(&started.user_code, &grace, true).await.unwrap());
    let mut polls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, started) = (Arc::clone(&store), started.clone());
        polls.spawn(async move { told(&store, &started).await });
    }
    let mut told = polls.join_all().await;
    told.sort_unstable();
    assert_eq!(told[0], "granted");
    assert!(told[1..].iter().all(|one| *one == "unknown"), "{told:?}");
    assert_eq!(place.number("SELECT count(*) FROM logins").await, 1);
}

async fn two_that_answer_at_once_are_one(place: Place) {
    let store = Arc::new(place.open().await);
    let grace = operator(&store, "grace").await;
    let started = start(&store).await;
    let mut answers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, code, grace) = (Arc::clone(&store), started.user_code.clone(), grace.clone());
        answers.spawn(async move { store.devices().decide(&code, &grace, number % 2 == 0).await.unwrap() });
    }
    assert_eq!(answers.join_all().await.into_iter().filter(|taken| *taken).count(), 1);
    let answered = "SELECT count(*) FROM audit WHERE event IN ('approved', 'denied')";
    assert_eq!(place.number(answered).await, 1);
}

async fn a_login_is_valid_for_thirty_days_and_until_it_is_ended(place: Place) {
    let (store, clock) = place.open_at_start().await;
    operator(&store, "grace").await;
    let (kept, ended) =
        (granted(&store, &start(&store).await).await, granted(&store, &start(&store).await).await);
    let (kept, ended) = (kept.token.expose(), ended.token.expose());
    let Check::Accepted(access) = store.logins().check(ended).await.unwrap() else { panic!() };
    store.logins().end(&access).await.unwrap();
    assert_eq!(is_valid(&store, ended).await, Err(Reason::Revoked));
    // Once more changes nothing.
    let records = store.audit(100).await.unwrap().len();
    store.logins().end(&access).await.unwrap();
    assert_eq!(store.audit(100).await.unwrap().len(), records);
    for (later, expected) in [(-1, Ok(())), (0, Err(Reason::Expired)), (1, Err(Reason::Expired))] {
        clock.set_ms(START_MS + LOGIN_MS + later);
        assert_eq!(is_valid(&store, kept).await, expected, "{later}");
    }
    assert_eq!(is_valid(&store, ended).await, Err(Reason::Revoked));
    let wrong = [
        ("", Reason::Malformed),
        ("kzl_", Reason::Malformed),
        (&kept[4..], Reason::Malformed),
        (&kept[..46], Reason::Malformed),
        (&kept.replace("kzl_", "kza_"), Reason::Malformed),
        (&format!("kzl_{}", "0".repeat(43)), Reason::UnknownId),
    ];
    for (text, reason) in wrong {
        assert_eq!(is_valid(&store, text).await, Err(reason), "{text}");
    }
    // Neither kind of key is a login, nor the other way round.
    assert!(matches!(store.api_keys().check(kept).await.unwrap(), Check::Refused(Reason::Malformed)));
    assert!(matches!(store.platform_keys().check(kept).await.unwrap(), Check::Refused(Reason::Malformed)));
    let used = "SELECT used_ms FROM logins WHERE revoked_ms IS NULL";
    assert_eq!(place.number(used).await, (START_MS + LOGIN_MS - 1) / 60_000 * 60_000);
}

async fn what_is_over_is_forgotten(place: Place) {
    let (store, clock) = place.open_at_start().await;
    operator(&store, "grace").await;
    granted(&store, &start(&store).await).await;
    clock.set_ms(START_MS + CODE_MS + 3_600_000 - 1);
    start(&store).await;
    assert_eq!(place.number("SELECT count(*) FROM device_requests").await, 2);
    clock.set_ms(START_MS + CODE_MS + 3_600_000);
    start(&store).await;
    assert_eq!(place.number("SELECT count(*) FROM device_requests").await, 2);
    clock.set_ms(START_MS + LOGIN_MS + 90 * 86_400_000);
    granted(&store, &start(&store).await).await;
    assert_eq!(place.number("SELECT count(*) FROM logins").await, 1);
}

async fn without_its_operator_a_login_is_nothing(place: Place) {
    let store = place.open().await;
    let grace = operator(&store, "grace").await;
    let login = granted(&store, &start(&store).await).await;
    let session = store.operators().begin(&grace.id, "h1", None).await.unwrap().unwrap();
    let approved = start(&store).await;
    assert!(store.devices().decide(&approved.user_code, &grace, true).await.unwrap());
    operator(&store, "edsger").await;
    let listed = async || {
        let operators = store.operators().list().await.unwrap().operators;
        let each = operators.into_iter().map(|one| (one.operator.name, one.sessions, one.logins));
        each.collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [("edsger".to_owned(), 0, 0), ("grace".to_owned(), 1, 1)]);
    for nobody in ["", "grac", "gr\0ce", "grace "] {
        assert!(store.operators().remove(nobody).await.unwrap().is_none(), "{nobody:?}");
    }
    assert_eq!(store.operators().remove("GRACE").await.unwrap().unwrap(), grace);
    assert!(store.operators().remove("grace").await.unwrap().is_none());
    assert_eq!(listed().await, [("edsger".to_owned(), 0, 0)]);
    let last = store.audit(1).await.unwrap().remove(0);
    assert_eq!((last.event, last.kind, last.id), (AuditEvent::Revoked, AuditKind::Operator, Some(grace.id)));
    assert_eq!(is_valid(&store, login.token.expose()).await, Err(Reason::UnknownId));
    assert!(store.operators().session(&session).await.unwrap().is_none());
    assert_eq!(told(&store, &approved).await, "unknown");
}
