//! Operators: how they are made, and their browsers.

use std::sync::Arc;

use kizaki_store::{
    AuditEvent, AuditKind, NewOperator, Operator, Reason, SESSION_SECONDS, SET_UP_MINUTES, SetUp, Store,
    Token,
};

use crate::support::{Place, START_MS, on_both};

on_both! {
    an_operator_is_made_once_by_a_link_and_within_half_an_hour
    a_newer_link_ends_the_one_before
    a_name_is_had_once_whatever_its_case
    two_that_use_a_link_at_once_make_one_operator
    a_session_lasts_an_hour_and_ends_when_it_is_told_to
    a_session_begins_only_with_the_password_that_was_verified
    a_refused_sign_in_is_in_the_audit
    tokens_of_other_sorts_open_nothing
}

/// An operator whose password has the hash `h1`.
pub(crate) async fn operator(store: &Store, name: &str) -> Operator {
    let token = store.operators().new_set_up().await.unwrap();
    match set_up(store, &token, name).await {
        SetUp::Made(operator) => operator,
        other => panic!("{other:?}"),
    }
}

async fn set_up(store: &Store, token: &Token, name: &str) -> SetUp {
    let new = NewOperator { name, password_hash: "h1" };
    store.operators().set_up(token, &new).await.unwrap()
}

async fn is_live(store: &Store, token: &Token) -> bool {
    store.operators().session(token).await.unwrap().is_some()
}

async fn an_operator_is_made_once_by_a_link_and_within_half_an_hour(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let half_an_hour_ms = SET_UP_MINUTES * 60_000;
    let late = store.operators().new_set_up().await.unwrap();
    clock.set_ms(START_MS + half_an_hour_ms);
    assert!(!store.operators().can_set_up(&late).await.unwrap());
    assert_eq!(set_up(&store, &late, "Grace").await, SetUp::Dead);
    assert_eq!(store.operators().count().await.unwrap(), 0);

    let token = store.operators().new_set_up().await.unwrap();
    clock.set_ms(START_MS + 2 * half_an_hour_ms - 1);
    assert!(store.operators().can_set_up(&token).await.unwrap());
    let SetUp::Made(made) = set_up(&store, &token, "Grace").await else { panic!() };
    assert_eq!(set_up(&store, &token, "Mallory").await, SetUp::Dead);
    assert!(!store.operators().can_set_up(&token).await.unwrap());
    assert_eq!(store.operators().count().await.unwrap(), 1);
    let found = store.operators().find("grace").await.unwrap().unwrap();
    assert_eq!((found.operator, found.password_hash.as_str()), (made.clone(), "h1"));
    assert!(store.operators().find("mallory").await.unwrap().is_none());

    let records = store.audit(10).await.unwrap();
    let told: Vec<_> = records.iter().map(|one| (one.event, one.kind, one.id.clone())).collect();
    let link = (AuditEvent::Created, AuditKind::SetUp, None);
    assert_eq!(told, [(AuditEvent::Created, AuditKind::Operator, Some(made.id)), link.clone(), link]);
}

async fn a_newer_link_ends_the_one_before(place: Place) {
    let store = place.open().await;
    let first = store.operators().new_set_up().await.unwrap();
    let second = store.operators().new_set_up().await.unwrap();
    assert_eq!(set_up(&store, &first, "a").await, SetUp::Dead);
    assert!(matches!(set_up(&store, &second, "a").await, SetUp::Made(_)));
}

async fn a_name_is_had_once_whatever_its_case(place: Place) {
    let store = place.open().await;
    let first = operator(&store, "Grace").await;
    let token = store.operators().new_set_up().await.unwrap();
    assert_eq!(set_up(&store, &token, "GRACE").await, SetUp::Taken);
    // The link still works, and the operator is who she was.
    assert_eq!(store.operators().find("gRaCe").await.unwrap().unwrap().operator, first);
    assert!(matches!(set_up(&store, &token, "Ada").await, SetUp::Made(_)));
}

async fn two_that_use_a_link_at_once_make_one_operator(place: Place) {
    let store = Arc::new(place.open().await);
    let token = store.operators().new_set_up().await.unwrap();
    let mut uses = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, token) = (Arc::clone(&store), token.clone());
        uses.spawn(async move { set_up(&store, &token, &format!("n{number}")).await });
    }
    let made = uses.join_all().await.into_iter().filter(|one| matches!(one, SetUp::Made(_))).count();
    assert_eq!((made, store.operators().count().await.unwrap()), (1, 1));
}

async fn a_session_lasts_an_hour_and_ends_when_it_is_told_to(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let grace = operator(&store, "grace").await;
    let operators = store.operators();
    let first = operators.begin(&grace.id, "h1", None).await.unwrap().unwrap();
    let second = operators.begin(&grace.id, "h1", Some(&first)).await.unwrap().unwrap();
    assert!(!is_live(&store, &first).await);
    let third = operators.begin(&grace.id, "h1", None).await.unwrap().unwrap();
    assert_eq!(operators.session(&third).await.unwrap().unwrap().operator, grace);
    let end = START_MS + i64::try_from(SESSION_SECONDS).unwrap() * 1000;
    for (now, goes_on) in [(end - 1, true), (end, false), (end + 1, false)] {
        clock.set_ms(now);
        assert_eq!(is_live(&store, &second).await, goes_on, "{now}");
    }
    clock.set_ms(START_MS);
    operators.end(&second).await.unwrap();
    assert_eq!((is_live(&store, &second).await, is_live(&store, &third).await), (false, true));
}

async fn a_session_begins_only_with_the_password_that_was_verified(place: Place) {
    let store = place.open().await;
    let grace = operator(&store, "grace").await;
    store.operators().rehash(&grace.id, "h1", "h2").await.unwrap();
    store.operators().rehash(&grace.id, "h1", "h9").await.unwrap();
    for (hash, begins) in [("h1", false), ("h9", false), ("h2", true)] {
        let begun = store.operators().begin(&grace.id, hash, None).await.unwrap();
        assert_eq!(begun.is_some(), begins, "{hash}");
    }
    assert!(store.operators().begin("nobody", "h2", None).await.unwrap().is_none());
}

async fn a_refused_sign_in_is_in_the_audit(place: Place) {
    let store = place.open().await;
    let grace = operator(&store, "grace").await;
    for _ in 0..2 {
        store.operators().refuse(Some(&grace)).await.unwrap();
        store.operators().refuse(None).await.unwrap();
    }
    let records = store.audit(10).await.unwrap();
    let refused = |reason| {
        let mut found = records.iter().filter(|one| one.event == AuditEvent::Refused(reason));
        found.next().map(|one| (one.kind, one.id.clone(), one.count))
    };
    assert_eq!(refused(Reason::WrongSecret), Some((AuditKind::Operator, Some(grace.id.clone()), 2)));
    assert_eq!(refused(Reason::UnknownId), Some((AuditKind::Operator, None, 2)));
}

async fn tokens_of_other_sorts_open_nothing(place: Place) {
    let store = place.open().await;
    let grace = operator(&store, "grace").await;
    let set_up = store.operators().new_set_up().await.unwrap();
    let session = store.operators().begin(&grace.id, "h1", None).await.unwrap().unwrap();
    assert!(!is_live(&store, &set_up).await);
    assert!(!store.operators().can_set_up(&session).await.unwrap());
    for token in [&set_up, &session] {
        assert!(store.sessions().find(token).await.unwrap().is_none());
        assert!(!store.users().can_reset(token).await.unwrap());
        let login = format!("kzl_{}", token.expose());
        assert!(matches!(
            store.logins().check(&login).await.unwrap(),
            kizaki_store::Check::Refused(Reason::UnknownId)
        ));
    }
    // What a form carries is bound to its token, and is no token itself.
    let form = session.form_token();
    assert!(session.is_form_token(form.expose()) && !set_up.is_form_token(form.expose()));
    assert!(Token::parse(form.expose()).is_none() && !session.is_form_token(""));
}
