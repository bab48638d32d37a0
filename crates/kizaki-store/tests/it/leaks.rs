//! Passwords that are still to be looked up among those known from leaks, and the mail about one that is.

use kizaki_store::{MailKind, NewPassword, NewUser, Store};

use crate::accounts::{asked, checked, email, mail};
use crate::support::{Place, on_both};

on_both! {
    a_password_is_to_be_looked_up_until_it_was
    every_new_password_says_whether_it_was_looked_up
    a_mail_about_a_leaked_password_has_a_link_to_choose_another
}

const ADA: &str = "a@x.example";

fn unchecked(hash: &str) -> NewPassword<'_> {
    NewPassword { hash, is_unchecked: true }
}

async fn sign_up(store: &Store, password: NewPassword<'_>) {
    let new = NewUser { email: &email(ADA), name: "Ada", password };
    store.users().sign_up(&new, asked()).await.unwrap();
}

async fn is_unchecked(store: &Store) -> bool {
    store.users().find(&email(ADA)).await.unwrap().unwrap().is_unchecked
}

async fn user_id(store: &Store) -> String {
    store.users().find(&email(ADA)).await.unwrap().unwrap().user.id
}

async fn a_password_is_to_be_looked_up_until_it_was(place: Place) {
    let store = place.open().await;
    sign_up(&store, unchecked("h1")).await;
    let id = user_id(&store).await;
    assert!(is_unchecked(&store).await);
    assert!(store.users().find_by_id(&id).await.unwrap().unwrap().is_unchecked);
    // What was found out about another password says nothing about this one.
    store.users().checked(&id, "h0").await.unwrap();
    store.users().checked("nobody", "h1").await.unwrap();
    assert!(is_unchecked(&store).await);
    // The same password in another hash is as unknown as before.
    store.users().rehash(&id, "h1", "h1'").await.unwrap();
    assert!(is_unchecked(&store).await);
    store.users().checked(&id, "h1'").await.unwrap();
    assert!(!is_unchecked(&store).await);
    store.users().rehash(&id, "h1'", "h1''").await.unwrap();
    assert!(!is_unchecked(&store).await);
}

async fn every_new_password_says_whether_it_was_looked_up(place: Place) {
    let store = place.open().await;
    // Of two that sign up with one address, the later one decides.
    for password in [unchecked("h1"), checked("h2"), unchecked("h3")] {
        sign_up(&store, password).await;
        assert_eq!(is_unchecked(&store).await, password.is_unchecked);
    }
    let token = mail(&store).await.token.unwrap();
    let found = store.users().find_by_verification(&token).await.unwrap().unwrap();
    assert!(found.is_unchecked);
    assert!(store.users().verify(&token).await.unwrap());
    assert!(is_unchecked(&store).await);
    // A sign-up with the address of an account changes nothing of it.
    sign_up(&store, checked("h9")).await;
    assert!(is_unchecked(&store).await);
    assert_eq!(mail(&store).await.kind, MailKind::Exists);

    let id = user_id(&store).await;
    let kept = store.sessions().begin(&id, "h3", 60, None).await.unwrap().unwrap();
    for (old, new) in [("h3", checked("h4")), ("h4", unchecked("h5"))] {
        assert!(store.users().change_password(&id, old, new, &kept).await.unwrap());
        assert_eq!(is_unchecked(&store).await, new.is_unchecked);
    }
    assert!(!store.users().change_password(&id, "h4", checked("h6"), &kept).await.unwrap());
    assert!(is_unchecked(&store).await);
    for new in [checked("h6"), unchecked("h7")] {
        store.users().forgot_password(&email(ADA), asked()).await.unwrap();
        let token = mail(&store).await.token.unwrap();
        assert!(store.users().reset_password(&token, new).await.unwrap());
        assert_eq!(is_unchecked(&store).await, new.is_unchecked);
    }
}

async fn a_mail_about_a_leaked_password_has_a_link_to_choose_another(place: Place) {
    let store = place.open().await;
    sign_up(&store, unchecked("h1")).await;
    mail(&store).await;
    for _ in 0..2 {
        store.users().leaked_password(&email(ADA), asked()).await.unwrap();
    }
    store.users().leaked_password(&email("nobody@x.example"), asked()).await.unwrap();
    let told = mail(&store).await;
    assert_eq!((told.kind, told.email.as_str()), (MailKind::Leaked, ADA));
    // One waits at a time, and nobody else gets one.
    assert!(store.mails().take().await.unwrap().is_none());
    let token = told.token.unwrap();
    assert!(store.users().find_by_verification(&token).await.unwrap().is_none());
    assert!(store.users().reset_password(&token, checked("h2")).await.unwrap());
    assert!(!is_unchecked(&store).await);
}
