//! Accounts: signing up, verifying, sessions, and passwords that change, at each boundary of time and of use.

use kizaki_store::{
    Email, LiveSession, Mail, MailKind, NewPassword, NewUser, Store, Subject, Token, UNVERIFIED_DAYS,
};

use crate::support::{Database, Place, START_MS, block_on, on_both, run};

on_both! {
    an_address_is_verified_once_and_within_half_an_hour
    nobody_has_a_session_before_the_address_is_verified
    a_later_sign_up_replaces_one_that_is_not_verified_and_no_other
    an_account_waits_seven_days_for_its_address_to_be_verified
    a_session_lasts_until_its_time_and_not_longer
    a_sign_in_ends_the_session_before_and_no_other
    a_reset_works_once_and_ends_all_sessions
    a_change_ends_all_other_sessions
    a_session_never_begins_with_a_password_that_was_replaced
    a_token_of_one_purpose_is_none_of_the_other
    two_that_use_a_token_at_once_are_one
}

const HALF_AN_HOUR_MS: i64 = 30 * 60 * 1000;
const HOUR: u64 = 3600;

/// Attempts to get a mail.
pub(crate) fn asked() -> Subject {
    Subject::new("mail", "x")
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// A password that is known from no leak.
pub(crate) fn checked(hash: &str) -> NewPassword<'_> {
    NewPassword { hash, is_unchecked: false }
}

pub(crate) async fn sign_up(store: &Store, address: &str, password_hash: &str) {
    let new = NewUser { email: &email(address), name: "Ada", password: checked(password_hash) };
    store.users().sign_up(&new, asked()).await.unwrap();
}

/// The mail that is due, taken out of the outbox.
pub(crate) async fn mail(store: &Store) -> Mail {
    let mail = store.mails().take().await.unwrap().unwrap();
    store.mails().remove(&mail).await.unwrap();
    mail
}

pub(crate) async fn verified(store: &Store, address: &str) -> String {
    sign_up(store, address, "h1").await;
    assert!(store.users().verify(&mail(store).await.token.unwrap()).await.unwrap());
    store.users().find(&email(address)).await.unwrap().unwrap().user.id
}

pub(crate) async fn begin(store: &Store, user: &str) -> Token {
    store.sessions().begin(user, "h1", HOUR, None).await.unwrap().unwrap()
}

async fn is_live(store: &Store, token: &Token) -> bool {
    store.sessions().find(token).await.unwrap().is_some()
}

pub(crate) async fn reset_token(store: &Store, address: &str) -> Token {
    store.users().forgot_password(&email(address), asked()).await.unwrap();
    let mail = mail(store).await;
    assert_eq!(mail.kind, MailKind::Reset);
    mail.token.unwrap()
}

async fn an_address_is_verified_once_and_within_half_an_hour(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let users = store.users();
    let is_verified = async || users.find(&email("A@x.example")).await.unwrap().unwrap().is_verified;
    sign_up(&store, "a@x.example", "h1").await;
    let late = mail(&store).await;
    assert_eq!((late.kind, late.email.as_str()), (MailKind::Verify, "a@x.example"));
    let late = late.token.unwrap();
    clock.set_ms(START_MS + HALF_AN_HOUR_MS);
    assert!(!users.verify(&late).await.unwrap());
    assert!(!is_verified().await);

    users.resend_verification(&email("a@X.example"), asked()).await.unwrap();
    let token = mail(&store).await.token.unwrap();
    clock.set_ms(START_MS + 2 * HALF_AN_HOUR_MS - 1);
    assert!(users.verify(&token).await.unwrap());
    assert!(is_verified().await);
    assert!(!users.verify(&token).await.unwrap());

    // Who is verified gets no further mail about it, and who is unknown gets none at all.
    users.resend_verification(&email("a@x.example"), asked()).await.unwrap();
    users.resend_verification(&email("b@x.example"), asked()).await.unwrap();
    users.forgot_password(&email("b@x.example"), asked()).await.unwrap();
    assert!(store.mails().take().await.unwrap().is_none());
}

async fn nobody_has_a_session_before_the_address_is_verified(place: Place) {
    let store = place.open().await;
    sign_up(&store, "a@x.example", "h1").await;
    let found = store.users().find(&email("a@x.example")).await.unwrap().unwrap();
    assert!(!found.is_verified);
    assert!(store.sessions().begin(&found.user.id, "h1", HOUR, None).await.unwrap().is_none());
    assert!(store.sessions().begin("nobody", "h1", HOUR, None).await.unwrap().is_none());
}

async fn a_later_sign_up_replaces_one_that_is_not_verified_and_no_other(place: Place) {
    let store = place.open().await;
    let hash = async || store.users().find(&email("a@x.example")).await.unwrap().unwrap().password_hash;
    sign_up(&store, "a@x.example", "h1").await;
    let first = mail(&store).await.token.unwrap();
    sign_up(&store, "A@X.example", "h2").await;
    assert_eq!(hash().await, "h2");
    // The link of the first sign-up does not verify the password of the second.
    assert!(store.users().find_by_verification(&first).await.unwrap().is_none());
    assert!(!store.users().verify(&first).await.unwrap());
    let second = mail(&store).await.token.unwrap();
    let found = store.users().find_by_verification(&second).await.unwrap().unwrap();
    assert_eq!((found.password_hash.as_str(), found.is_verified), ("h2", false));
    assert!(store.users().verify(&second).await.unwrap());
    assert!(store.users().find_by_verification(&second).await.unwrap().is_none());

    sign_up(&store, "a@x.example", "h3").await;
    assert_eq!(hash().await, "h2");
    let told = mail(&store).await;
    assert_eq!(
        (told.kind, told.token.is_none(), told.email.as_str()),
        (MailKind::Exists, true, "A@x.example")
    );
    assert_eq!(place.number("SELECT count(*) FROM users").await, 1);
}

async fn an_account_waits_seven_days_for_its_address_to_be_verified(place: Place) {
    const DAYS_MS: i64 = UNVERIFIED_DAYS * 24 * 3_600_000;
    let (store, clock) = place.open_at_start().await;
    let users = store.users();
    let exists = async |address| users.find(&email(address)).await.unwrap().is_some();
    verified(&store, "a@x.example").await;
    for address in ["b@x.example", "c@x.example", "d@x.example"] {
        sign_up(&store, address, "h1").await;
        mail(&store).await;
    }
    clock.set_ms(START_MS + DAYS_MS - 1);
    assert_eq!(users.forget_unverified().await.unwrap(), 0);
    // Signing up again begins the time anew; whoever asked for another mail has until its link is over.
    sign_up(&store, "c@x.example", "h2").await;
    mail(&store).await;
    users.resend_verification(&email("d@x.example"), asked()).await.unwrap();
    clock.set_ms(START_MS + DAYS_MS);
    assert_eq!(users.forget_unverified().await.unwrap(), 1);
    assert!(!exists("b@x.example").await);
    assert_eq!(users.find(&email("c@x.example")).await.unwrap().unwrap().user.created_ms, clock.now_ms() - 1);
    mail(&store).await;
    clock.set_ms(START_MS + DAYS_MS + HALF_AN_HOUR_MS - 1);
    assert_eq!(users.forget_unverified().await.unwrap(), 0);
    clock.set_ms(START_MS + DAYS_MS + HALF_AN_HOUR_MS);
    assert_eq!(users.forget_unverified().await.unwrap(), 1);
    assert!(!exists("d@x.example").await);
    clock.set_ms(START_MS + 2 * DAYS_MS);
    assert_eq!(users.forget_unverified().await.unwrap(), 1);
    assert_eq!((exists("a@x.example").await, exists("c@x.example").await), (true, false));
}

async fn a_session_lasts_until_its_time_and_not_longer(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let user = verified(&store, "a@x.example").await;
    let token = begin(&store, &user).await;
    let end = START_MS + 3_600_000;
    let LiveSession { id, user: found, expires_ms } = store.sessions().find(&token).await.unwrap().unwrap();
    assert_eq!((&found.id, found.email.as_str(), found.name.as_str()), (&user, "a@x.example", "Ada"));
    assert_eq!((id.len(), expires_ms, found.created_ms), (36, end, START_MS));
    for (time, expected) in [(end - 1, true), (end, false), (end + 1, false)] {
        clock.set_ms(time);
        assert_eq!(is_live(&store, &token).await, expected, "{time}");
    }
    // The next sign-in removes what is over.
    begin(&store, &user).await;
    assert_eq!(place.number("SELECT count(*) FROM sessions").await, 1);
}

async fn a_sign_in_ends_the_session_before_and_no_other(place: Place) {
    let store = place.open().await;
    let user = verified(&store, "a@x.example").await;
    let (first, other) = (begin(&store, &user).await, begin(&store, &user).await);
    let next = store.sessions().begin(&user, "h1", HOUR, Some(&first)).await.unwrap().unwrap();
    let live = [is_live(&store, &first).await, is_live(&store, &other).await, is_live(&store, &next).await];
    assert_eq!(live, [false, true, true]);
    store.sessions().end(&next).await.unwrap();
    store.sessions().end(&next).await.unwrap();
    assert_eq!((is_live(&store, &next).await, is_live(&store, &other).await), (false, true));
}

async fn a_reset_works_once_and_ends_all_sessions(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let users = store.users();
    let user = verified(&store, "a@x.example").await;
    let other = begin(&store, &verified(&store, "b@x.example").await).await;
    let session = begin(&store, &user).await;
    let (late, unused) = (reset_token(&store, "a@x.example").await, reset_token(&store, "a@x.example").await);
    assert!(users.can_reset(&late).await.unwrap());
    clock.set_ms(START_MS + HALF_AN_HOUR_MS);
    assert!(!users.can_reset(&late).await.unwrap());
    assert!(!users.reset_password(&late, checked("h2")).await.unwrap());
    assert!(is_live(&store, &session).await);

    let token = reset_token(&store, "a@x.example").await;
    let sibling = reset_token(&store, "a@x.example").await;
    clock.set_ms(START_MS + 2 * HALF_AN_HOUR_MS - 1);
    let session = begin(&store, &user).await;
    assert!(users.can_reset(&token).await.unwrap());
    assert!(users.reset_password(&token, checked("h2")).await.unwrap());
    assert!(!is_live(&store, &session).await);
    assert!(is_live(&store, &other).await);
    for used in [token, sibling, unused] {
        assert!(!users.reset_password(&used, checked("h3")).await.unwrap());
    }
    assert_eq!(users.find_by_id(&user).await.unwrap().unwrap().password_hash, "h2");

    // Who got the mail and used its link has shown that the address is theirs.
    sign_up(&store, "c@x.example", "h1").await;
    mail(&store).await;
    assert!(users.reset_password(&reset_token(&store, "c@x.example").await, checked("h2")).await.unwrap());
    assert!(users.find(&email("c@x.example")).await.unwrap().unwrap().is_verified);
}

async fn a_change_ends_all_other_sessions(place: Place) {
    let store = place.open().await;
    let user = verified(&store, "a@x.example").await;
    let (kept, other) = (begin(&store, &user).await, begin(&store, &user).await);
    let link = reset_token(&store, "a@x.example").await;
    assert!(!store.users().change_password(&user, "h0", checked("h2"), &kept).await.unwrap());
    assert!(is_live(&store, &other).await);
    assert!(store.users().change_password(&user, "h1", checked("h2"), &kept).await.unwrap());
    assert_eq!((is_live(&store, &kept).await, is_live(&store, &other).await), (true, false));
    assert!(!store.users().can_reset(&link).await.unwrap());
}

async fn a_session_never_begins_with_a_password_that_was_replaced(place: Place) {
    let store = place.open().await;
    let user = verified(&store, "a@x.example").await;
    let kept = begin(&store, &user).await;
    store.users().rehash(&user, "h1", "h1'").await.unwrap();
    store.users().rehash(&user, "h1", "h9").await.unwrap();
    assert!(store.users().change_password(&user, "h1'", checked("h2"), &kept).await.unwrap());
    for (hash, begins) in [("h1", false), ("h1'", false), ("h2", true)] {
        let begun = store.sessions().begin(&user, hash, HOUR, None).await.unwrap();
        assert_eq!(begun.is_some(), begins, "{hash}");
    }
}

async fn a_token_of_one_purpose_is_none_of_the_other(place: Place) {
    let store = place.open().await;
    let user = verified(&store, "a@x.example").await;
    let (session, reset) = (begin(&store, &user).await, reset_token(&store, "a@x.example").await);
    sign_up(&store, "b@x.example", "h1").await;
    let verify = mail(&store).await.token.unwrap();
    for token in [&session, &reset] {
        assert!(store.users().find_by_verification(token).await.unwrap().is_none());
        assert!(!store.users().verify(token).await.unwrap());
    }
    for token in [&session, &verify] {
        assert!(!store.users().can_reset(token).await.unwrap());
        assert!(!store.users().reset_password(token, checked("h2")).await.unwrap());
    }
    for token in [&reset, &verify] {
        assert!(!is_live(&store, token).await);
    }
    assert!(store.users().reset_password(&reset, checked("h2")).await.unwrap());
}

async fn two_that_use_a_token_at_once_are_one(place: Place) {
    let store = std::sync::Arc::new(place.open().await);
    verified(&store, "a@x.example").await;
    let token = reset_token(&store, "a@x.example").await;
    let mut uses = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, token) = (std::sync::Arc::clone(&store), token.clone());
        uses.spawn(async move {
            store.users().reset_password(&token, checked(&format!("n{number}"))).await.unwrap()
        });
    }
    let used = uses.join_all().await;
    assert_eq!(used.iter().filter(|used| **used).count(), 1, "{used:?}");
}

#[test]
fn asking_for_a_mail_writes_whoever_it_is_for() {
    // The transaction that wrote a row last.
    const WRITER: &str = "SELECT xmin::text::bigint FROM attempts";
    run(Database::Postgres, async |place: Place| {
        let store = place.open().await;
        verified(&store, "a@x.example").await;
        assert_eq!(store.attempts().take(&[asked()]).await.unwrap(), Ok(()));
        // The mail that tells of the account waits from the second time on; of the others there is none.
        for address in ["a@x.example", "a@x.example", "a@x.example", "b@x.example"] {
            let before = place.number(WRITER).await;
            sign_up(&store, address, "h1").await;
            assert_ne!(place.number(WRITER).await, before, "{address}");
        }
        for address in ["a@x.example", "nobody@x.example"] {
            let before = place.number(WRITER).await;
            store.users().resend_verification(&email(address), asked()).await.unwrap();
            assert_ne!(place.number(WRITER).await, before, "{address}");
        }
    });
}

#[test]
fn a_token_is_read_in_one_form_and_never_shown() {
    let directory = tempfile::TempDir::new().unwrap();
    block_on(async {
        let url = kizaki_store::StoreUrl::of_file(&directory.path().join("a.db"));
        let store = Store::open(&url, kizaki_store::Clock::Store).await.unwrap();
        sign_up(&store, "a@x.example", "h1").await;
        let token = mail(&store).await.token.unwrap();
        let text = token.expose();
        assert_eq!(Token::parse(text).unwrap().expose(), text);
        assert!(!format!("{token:?}").contains(text));
        for wrong in ["", &text[1..], &format!("{text}0"), &text.replace(&text[..1], "_")] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    });
}
