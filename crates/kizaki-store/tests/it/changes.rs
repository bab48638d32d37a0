//! Making, listing, rotating and revoking: what comes back, what is refused, and what the lists show.

use kizaki_store::{
    ErrorKind, Filter, Key, KeyState, Kind, Lifetime, MOST_GRACE_MS, MOST_LIFETIME_MS, NewApiKey,
    NewPlatformKey, Revocation, Rotation,
};

use crate::support::{Place, START_MS, api_key, on_both};

on_both! {
    what_is_beyond_the_limits_is_refused
    lists_show_one_kind_and_what_is_asked_for
    a_key_that_is_over_cannot_be_rotated
    a_revocation_is_told_once
    ids_of_the_other_kind_are_unknown
    everything_outlives_the_process
}

async fn what_is_beyond_the_limits_is_refused(place: Place) {
    let store = place.open().await;
    let keys = store.api_keys();
    let long = "x".repeat(101);
    let lifetimes = [Lifetime::For(0), Lifetime::For(MOST_LIFETIME_MS + 1), Lifetime::For(u64::MAX)];
    let names = ["", " ", " a", "a ", "a\nb", "a\u{1b}[31m", "\u{85}", &long];
    let scopes = ["", "a\u{0}", &"s".repeat(2000)];
    let new = |scope, name, lifetime| NewApiKey { scope, name, lifetime };
    let lifetimes = lifetimes.map(|lifetime| new("reader", "a", lifetime));
    let names = names.map(|name| new("reader", name, Lifetime::DEFAULT));
    let scopes = scopes.map(|scope| new(scope, "a", Lifetime::DEFAULT));
    for refused in lifetimes.iter().chain(&names).chain(&scopes) {
        assert_eq!(keys.create(refused).await.unwrap_err().kind(), ErrorKind::Setting, "{refused:?}");
    }
    let name = "é".repeat(100);
    let largest = keys.create(&new("reader", &name, Lifetime::For(MOST_LIFETIME_MS))).await.unwrap();
    assert_eq!(largest.record.name, name);
    let error = keys.rotate(&largest.record.id, MOST_GRACE_MS + 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setting);
    assert!(matches!(keys.rotate(&largest.record.id, MOST_GRACE_MS).await.unwrap(), Rotation::Rotated(_)));
    assert_eq!(keys.list(Filter::default()).await.unwrap().keys.len(), 1);
}

async fn lists_show_one_kind_and_what_is_asked_for(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let keys = store.api_keys();
    let mut made = Vec::new();
    for (at, (scope, lifetime)) in
        (0..).zip([("reader", 1000), ("writer", 2000), ("reader", 3000), ("reader", 4000)])
    {
        clock.set_ms(START_MS + at);
        let lifetime = Lifetime::For(lifetime);
        made.push(keys.create(&NewApiKey { scope, name: "a", lifetime }).await.unwrap().record);
    }
    clock.set_ms(START_MS + 4);
    made.push(api_key(keys, Lifetime::Never).await.record);
    let platform = NewPlatformKey { name: "ci", lifetime: Lifetime::DEFAULT };
    let platform = store.platform_keys().create(&platform).await.unwrap().record;
    let Revocation::Revoked(revoked) = keys.revoke(&made[3].id).await.unwrap() else { panic!() };
    made[3] = revoked;

    clock.set_ms(START_MS + 1500);
    let list = async |scope, expiring_ms| keys.list(Filter { scope, expiring_ms }).await.unwrap().keys;
    let pick = |which: &[usize]| which.iter().map(|index| made[*index].clone()).collect::<Vec<_>>();
    assert_eq!(list(None, None).await, made);
    assert_eq!(list(Some("reader"), None).await, pick(&[0, 2, 3, 4]));
    assert_eq!(list(Some("nobody"), None).await, []);
    // Neither what is over nor what was revoked is about to end; what ends right then is.
    assert_eq!(list(None, Some(501)).await, pick(&[1]));
    assert_eq!(list(None, Some(500)).await, []);
    assert_eq!(list(None, Some(10_000)).await, pick(&[1, 2]));
    assert_eq!(list(Some("reader"), Some(10_000)).await, pick(&[2]));
    assert_eq!(store.platform_keys().list().await.unwrap().keys, [platform]);

    let listing = keys.list(Filter::default()).await.unwrap();
    let states: Vec<_> = listing.keys.iter().map(|key| key.state(listing.now_ms)).collect();
    let (active, expired) = (KeyState::Active, KeyState::Expired);
    assert_eq!(states, [expired, active, active, KeyState::Revoked, active]);
    let endless = keys.list(Filter { scope: None, expiring_ms: Some(u64::MAX) }).await.unwrap_err();
    assert_eq!(endless.kind(), ErrorKind::Setting);
}

async fn a_key_that_is_over_cannot_be_rotated(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let keys = store.api_keys();
    let expiring = api_key(keys, Lifetime::For(10)).await.record;
    let revoked = api_key(keys, Lifetime::Never).await.record;
    keys.revoke(&revoked.id).await.unwrap();
    clock.set_ms(START_MS + 9);
    assert!(matches!(keys.rotate(&expiring.id, 5).await.unwrap(), Rotation::Rotated(_)));
    clock.set_ms(START_MS + 10);
    assert!(matches!(keys.rotate(&expiring.id, 5).await.unwrap(), Rotation::Expired(_)));
    assert!(matches!(keys.rotate(&revoked.id, 5).await.unwrap(), Rotation::Revoked(_)));
    let nobody = Key::generate(Kind::Api).unwrap().id;
    assert!(matches!(keys.rotate(&nobody, 5).await.unwrap(), Rotation::Unknown));
}

async fn a_revocation_is_told_once(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let keys = store.api_keys();
    let made = api_key(keys, Lifetime::For(10)).await.record;
    // What is over can still be revoked.
    clock.set_ms(START_MS + 20);
    let Revocation::Revoked(first) = keys.revoke(&made.id).await.unwrap() else { panic!() };
    clock.set_ms(START_MS + 30);
    let Revocation::Already(second) = keys.revoke(&made.id).await.unwrap() else { panic!() };
    assert_eq!((first.revoked_ms, &first), (Some(START_MS + 20), &second));
    let nobody = Key::generate(Kind::Api).unwrap().id;
    assert!(matches!(keys.revoke(&nobody).await.unwrap(), Revocation::Unknown));
    assert_eq!(keys.find(&nobody).await.unwrap(), None);
    assert_eq!(keys.find(&made.id).await.unwrap(), Some(second));
}

async fn ids_of_the_other_kind_are_unknown(place: Place) {
    let store = place.open().await;
    let platform = NewPlatformKey { name: "ci", lifetime: Lifetime::DEFAULT };
    let platform = store.platform_keys().create(&platform).await.unwrap().record;
    let app = api_key(store.api_keys(), Lifetime::DEFAULT).await.record;
    assert!(matches!(store.api_keys().revoke(&platform.id).await.unwrap(), Revocation::Unknown));
    assert!(matches!(store.api_keys().rotate(&platform.id, 0).await.unwrap(), Rotation::Unknown));
    assert!(matches!(store.platform_keys().revoke(&app.id).await.unwrap(), Revocation::Unknown));
}

async fn everything_outlives_the_process(place: Place) {
    let (store, _) = place.open_at_start().await;
    let made = api_key(store.api_keys(), Lifetime::DEFAULT).await;
    store.close().await;
    let (store, _) = place.open_at_start().await;
    assert_eq!(store.api_keys().list(Filter::default()).await.unwrap().keys, [made.record]);
}
