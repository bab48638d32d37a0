//! Attempts that are slowed down, and mails that wait, at the boundaries of their times.

use kizaki_store::{
    Attempts, FEW_ATTEMPTS, FEW_DELAY_MS, FREE_ATTEMPTS, LONGEST_DELAY_MS, MailKind, Subject,
};

use crate::accounts::{asked, email, mail, sign_up};
use crate::support::{Database, Place, START_MS, on_both};

on_both! {
    ten_attempts_are_free_and_each_further_one_waits_twice_as_long
    five_of_few_are_free_and_then_one_in_ten_minutes
    many_at_once_are_no_more_than_one_after_the_other
    a_success_is_no_failure
    an_attempt_of_two_is_counted_for_both_or_none
    an_hour_later_all_is_forgotten
    a_mail_that_was_not_sent_is_taken_again_later
    one_mail_of_a_kind_waits_at_a_time
    a_mail_of_a_later_version_is_left_to_it
    two_nodes_never_take_the_same_mail
}

const MINUTE_MS: i64 = 60_000;

async fn use_up(attempts: Attempts<'_>, subject: Subject) {
    for _ in 0..FREE_ATTEMPTS {
        assert_eq!(attempts.take(&[subject]).await.unwrap(), Ok(()));
    }
}

async fn ten_attempts_are_free_and_each_further_one_waits_twice_as_long(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let (attempts, subject) = (store.attempts(), Subject::new("login", "a"));
    use_up(attempts, subject).await;
    let mut now = START_MS;
    for beyond in 0..12 {
        let wait = (1000 << beyond).min(LONGEST_DELAY_MS);
        clock.set_ms(now + wait - 1);
        assert_eq!(attempts.take(&[subject]).await.unwrap(), Err(1), "{beyond}");
        clock.set_ms(now);
        assert_eq!(attempts.take(&[subject]).await.unwrap(), Err(wait.unsigned_abs()), "{beyond}");
        now += wait;
        clock.set_ms(now);
        assert_eq!(attempts.take(&[subject]).await.unwrap(), Ok(()), "{beyond}");
    }
    // Others, and the same one at something else, go on.
    for other in [Subject::new("login", "b"), Subject::new("verify", "a"), Subject::new("logi", "na")] {
        assert_eq!(attempts.take(&[other]).await.unwrap(), Ok(()));
    }
}

async fn five_of_few_are_free_and_then_one_in_ten_minutes(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let (attempts, subject) = (store.attempts(), Subject::new("user-code", "a"));
    for _ in 0..FEW_ATTEMPTS {
        assert_eq!(attempts.take_of_few(&[subject]).await.unwrap(), Ok(()));
    }
    for round in 0..3 {
        let now = START_MS + round * FEW_DELAY_MS;
        clock.set_ms(now + FEW_DELAY_MS - 1);
        assert_eq!(attempts.take_of_few(&[subject]).await.unwrap(), Err(1), "{round}");
        clock.set_ms(now + FEW_DELAY_MS);
        assert_eq!(attempts.take_of_few(&[subject]).await.unwrap(), Ok(()), "{round}");
        assert_eq!(
            attempts.take_of_few(&[subject]).await.unwrap(),
            Err(FEW_DELAY_MS.unsigned_abs()),
            "{round}"
        );
    }
}

async fn many_at_once_are_no_more_than_one_after_the_other(place: Place) {
    let (store, _) = place.open_at_start().await;
    let store = std::sync::Arc::new(store);
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let store = std::sync::Arc::clone(&store);
        tries.spawn(async move { store.attempts().take(&[Subject::new("login", "a")]).await.unwrap() });
    }
    let taken = tries.join_all().await.into_iter().filter(Result::is_ok).count();
    assert_eq!(taken, FREE_ATTEMPTS as usize);
}

async fn a_success_is_no_failure(place: Place) {
    let (store, _) = place.open_at_start().await;
    let (attempts, account, address) = (store.attempts(), Subject::new("a", ""), Subject::new("b", ""));
    use_up(attempts, account).await;
    attempts.reset(account).await.unwrap();
    use_up(attempts, account).await;
    assert!(attempts.take(&[account]).await.unwrap().is_err());

    use_up(attempts, address).await;
    attempts.take_back(address).await.unwrap();
    assert_eq!(attempts.take(&[address]).await.unwrap(), Ok(()));
    assert!(attempts.take(&[address]).await.unwrap().is_err());
    attempts.take_back(Subject::new("nobody", "")).await.unwrap();
}

async fn an_attempt_of_two_is_counted_for_both_or_none(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let (attempts, address, account) = (store.attempts(), Subject::new("a", ""), Subject::new("b", ""));
    for _ in 0..FREE_ATTEMPTS - 1 {
        assert_eq!(attempts.take(&[address]).await.unwrap(), Ok(()));
    }
    use_up(attempts, account).await;
    assert_eq!(attempts.take(&[address, account]).await.unwrap(), Err(1000));
    assert_eq!(attempts.take(&[address]).await.unwrap(), Ok(()));
    // The other way round: the address has to wait, and the account is left alone.
    clock.set_ms(START_MS + 999);
    assert_eq!(attempts.take(&[address, account]).await.unwrap(), Err(1));
    clock.set_ms(START_MS + 1000);
    assert_eq!(attempts.take(&[account]).await.unwrap(), Ok(()));
    assert_eq!(attempts.take(&[account]).await.unwrap(), Err(2000));
}

async fn an_hour_later_all_is_forgotten(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let (attempts, subject) = (store.attempts(), Subject::new("login", "a"));
    use_up(attempts, subject).await;
    clock.set_ms(START_MS + 60 * MINUTE_MS - 1);
    attempts.forget().await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM attempts").await, 1);
    assert_eq!(attempts.take(&[subject]).await.unwrap(), Ok(()));
    assert!(attempts.take(&[subject]).await.unwrap().is_err());
    clock.set_ms(START_MS + 120 * MINUTE_MS - 1);
    use_up(attempts, subject).await;
    clock.set_ms(START_MS + 180 * MINUTE_MS);
    attempts.forget().await.unwrap();
    assert_eq!(place.number("SELECT count(*) FROM attempts").await, 0);
}

async fn a_mail_that_was_not_sent_is_taken_again_later(place: Place) {
    let (store, clock) = place.open_at_start().await;
    sign_up(&store, "a@x.example", "h1").await;
    let first = store.mails().take().await.unwrap().unwrap();
    assert_eq!(first.tries, 1);
    clock.set_ms(START_MS + MINUTE_MS - 1);
    assert!(store.mails().take().await.unwrap().is_none());
    clock.set_ms(START_MS + MINUTE_MS);
    let second = store.mails().take().await.unwrap().unwrap();
    assert_eq!(second.tries, 2);
    // Who was too slow does not take the mail from the one who has it now.
    store.mails().remove(&first).await.unwrap();
    clock.set_ms(START_MS + 3 * MINUTE_MS - 1);
    assert!(store.mails().take().await.unwrap().is_none());
    clock.set_ms(START_MS + 3 * MINUTE_MS);
    let third = store.mails().take().await.unwrap().unwrap();
    store.mails().remove(&third).await.unwrap();
    clock.set_ms(START_MS + 600 * MINUTE_MS);
    assert!(store.mails().take().await.unwrap().is_none());
    // Each has a link of its own, and it works for half an hour from when it was made.
    clock.set_ms(START_MS + 3 * MINUTE_MS);
    assert_ne!(first.token.as_ref().unwrap().expose(), third.token.as_ref().unwrap().expose());
    assert!(store.users().verify(&third.token.unwrap()).await.unwrap());
}

async fn one_mail_of_a_kind_waits_at_a_time(place: Place) {
    let store = place.open().await;
    sign_up(&store, "a@x.example", "h1").await;
    for _ in 0..5 {
        store.users().resend_verification(&email("a@x.example"), asked()).await.unwrap();
        store.users().forgot_password(&email("a@x.example"), asked()).await.unwrap();
    }
    let kinds = [mail(&store).await.kind, mail(&store).await.kind];
    assert_eq!(kinds, [MailKind::Verify, MailKind::Reset]);
    assert!(store.mails().take().await.unwrap().is_none());
}

async fn a_mail_of_a_later_version_is_left_to_it(place: Place) {
    let store = place.open().await;
    sign_up(&store, "a@x.example", "h1").await;
    let later = "INSERT INTO mails (kind, user_id, tries, next_ms) SELECT 'later', id, 0, 0 FROM users";
    match place.database {
        Database::Sqlite => {
            place.execute(Box::leak(format!("PRAGMA ignore_check_constraints = on; {later}").into())).await;
        }
        Database::Postgres => {
            place.execute("ALTER TABLE mails DROP CONSTRAINT mails_kind_check").await;
            place.execute(later).await;
        }
    }
    assert_eq!(mail(&store).await.kind, MailKind::Verify);
    assert!(store.mails().take().await.unwrap().is_none());
    assert_eq!(place.number("SELECT count(*) FROM mails WHERE tries = 0").await, 1);
}

async fn two_nodes_never_take_the_same_mail(place: Place) {
    let nodes = [place.open().await, place.open().await].map(std::sync::Arc::new);
    for number in 0..6 {
        sign_up(&nodes[0], &format!("{number}@x.example"), "h1").await;
    }
    let mut takers = tokio::task::JoinSet::new();
    for node in nodes {
        takers.spawn(async move {
            let mut addresses = Vec::new();
            // One that lost against the other finds nothing, and looks again.
            for _ in 0..12 {
                addresses.extend(node.mails().take().await.unwrap().map(|mail| mail.email));
            }
            addresses
        });
    }
    let mut taken = takers.join_all().await.concat();
    taken.sort();
    assert_eq!(taken, [0, 1, 2, 3, 4, 5].map(|number| format!("{number}@x.example")));
}
