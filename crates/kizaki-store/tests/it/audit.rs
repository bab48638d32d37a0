//! The audit has every change and every refusal, and does not grow with what is thrown at it.

use std::sync::Arc;

use kizaki_store::{
    Actor, AuditEvent, AuditKind, AuditRecord, Check, Key, Kind, Lifetime, NewPlatformKey, Reason, Rotation,
    Store,
};

use crate::support::{Place, START_MS, api_key, on_both};

on_both! {
    every_change_and_every_refusal_leaves_a_record
    refusals_that_are_alike_are_counted_by_the_hour
    unknown_ids_leave_one_record
    a_record_tells_who_acted
    records_from_before_there_were_actors_are_kept
    refusals_at_once_are_all_counted
    old_refusals_are_forgotten_and_changes_are_not
}

async fn refuse(store: &Store, presented: &str, reason: Reason) {
    assert_eq!(store.api_keys().check(presented).await.unwrap(), Check::Refused(reason));
}

fn events(records: &[AuditRecord]) -> Vec<(AuditEvent, AuditKind, bool, u64)> {
    let event = |one: &AuditRecord| (one.event, one.kind, one.id.is_some(), one.count);
    records.iter().rev().map(event).collect()
}

async fn every_change_and_every_refusal_leaves_a_record(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let keys = store.api_keys();
    let made = api_key(keys, Lifetime::Never).await;
    let id = &made.record.id;
    let mut at = START_MS;
    let mut later = || {
        at += 1;
        clock.set_ms(at);
    };
    later();
    let Rotation::Rotated(_) = keys.rotate(id, 0).await.unwrap() else { panic!() };
    later();
    refuse(&store, made.key.expose(), Reason::RotatedOut).await;
    later();
    let forged = Key::generate_for(Kind::Api, id.clone()).unwrap();
    refuse(&store, forged.to_text().expose(), Reason::WrongSecret).await;
    later();
    keys.revoke(id).await.unwrap();
    later();
    refuse(&store, made.key.expose(), Reason::Revoked).await;
    later();
    refuse(&store, "kza_", Reason::Malformed).await;
    later();
    let platform = NewPlatformKey { name: "ci", lifetime: Lifetime::For(1) };
    let platform = store.platform_keys().create(&platform).await.unwrap();
    later();
    refuse(&store, platform.key.expose(), Reason::WrongKind).await;
    later();
    let check = store.platform_keys().check(platform.key.expose()).await.unwrap();
    assert_eq!(check, Check::Refused(Reason::Expired));

    let records = store.audit(100).await.unwrap();
    let (api, refused) = (AuditKind::Api, AuditEvent::Refused);
    let expected = [
        (AuditEvent::Created, api, true, 1),
        (AuditEvent::Rotated, api, true, 1),
        (refused(Reason::RotatedOut), api, true, 1),
        (refused(Reason::WrongSecret), api, true, 1),
        (AuditEvent::Revoked, api, true, 1),
        (refused(Reason::Revoked), api, true, 1),
        (refused(Reason::Malformed), api, false, 1),
        (AuditEvent::Created, AuditKind::Platform, true, 1),
        (refused(Reason::WrongKind), api, false, 1),
        (refused(Reason::Expired), AuditKind::Platform, true, 1),
    ];
    assert_eq!(events(&records), expected);
    let times: Vec<_> = records.iter().rev().map(|one| one.first_ms).collect();
    assert_eq!(times, (START_MS..=at).collect::<Vec<_>>());
    assert_eq!(store.audit(3).await.unwrap(), records[..3]);
    // What came to nothing leaves nothing.
    keys.rotate(id, 0).await.unwrap();
    keys.revoke(id).await.unwrap();
    assert_eq!(store.audit(100).await.unwrap(), records);
}

async fn refusals_that_are_alike_are_counted_by_the_hour(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let hour_ms = 3_600_000;
    assert_eq!(START_MS % hour_ms, 0);
    let made = api_key(store.api_keys(), Lifetime::Never).await;
    store.api_keys().revoke(&made.record.id).await.unwrap();
    for at in [1, 2, hour_ms - 1, hour_ms] {
        clock.set_ms(START_MS + at);
        refuse(&store, made.key.expose(), Reason::Revoked).await;
    }
    let records = store.audit(2).await.unwrap();
    let spans: Vec<_> =
        records.iter().map(|one| (one.first_ms - START_MS, one.last_ms - START_MS, one.count)).collect();
    assert_eq!(spans, [(hour_ms, hour_ms, 1), (1, hour_ms - 1, 3)]);
}

async fn unknown_ids_leave_one_record(place: Place) {
    let (store, _) = place.open_at_start().await;
    for _ in 0..20 {
        let unknown = Key::generate(Kind::Api).unwrap().to_text();
        refuse(&store, unknown.expose(), Reason::UnknownId).await;
    }
    let records = store.audit(100).await.unwrap();
    assert_eq!(events(&records), [(AuditEvent::Refused(Reason::UnknownId), AuditKind::Api, false, 20)]);
}

async fn refusals_at_once_are_all_counted(place: Place) {
    let (store, _) = place.open_at_start().await;
    let (other, _) = place.open_at_start().await;
    let (store, other) = (Arc::new(store), Arc::new(other));
    let task = |number: usize| {
        let store = if number.is_multiple_of(2) { store.clone() } else { other.clone() };
        tokio::spawn(async move { refuse(&store, "no key", Reason::Malformed).await })
    };
    for task in (0..200).map(task).collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let records = store.audit(100).await.unwrap();
    assert_eq!(events(&records), [(AuditEvent::Refused(Reason::Malformed), AuditKind::Api, false, 200)]);
}

async fn old_refusals_are_forgotten_and_changes_are_not(place: Place) {
    let (store, clock) = place.open_at_start().await;
    api_key(store.api_keys(), Lifetime::Never).await;
    refuse(&store, "no key", Reason::Malformed).await;
    let days_90 = 90 * 24 * 3_600_000;
    clock.set_ms(START_MS + days_90);
    refuse(&store, "no key", Reason::Malformed).await;
    assert_eq!(store.audit(100).await.unwrap().len(), 3);
    clock.set_ms(START_MS + days_90 + 3_600_000);
    refuse(&store, "no key", Reason::Malformed).await;
    let records = store.audit(100).await.unwrap();
    assert_eq!(records.last().unwrap().event, AuditEvent::Created);
    assert_eq!(records.len(), 3);
}

async fn a_record_tells_who_acted(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let platform = NewPlatformKey { name: "ci", lifetime: Lifetime::Never };
    let login = store.platform_keys().by(Actor::Login("l1"));
    let platform = login.create(&platform).await.unwrap();
    clock.set_ms(START_MS + 1);
    let by_key = store.api_keys().by(Actor::PlatformKey(&platform.record.id));
    let made = api_key(by_key, Lifetime::Never).await;
    clock.set_ms(START_MS + 2);
    by_key.rotate(&made.record.id, 0).await.unwrap();
    clock.set_ms(START_MS + 3);
    store.api_keys().revoke(&made.record.id).await.unwrap();
    let records = store.audit(10).await.unwrap();
    let actors: Vec<_> = records.iter().map(|one| one.actor.as_deref()).collect();
    let key = format!("key:{}", platform.record.id);
    assert_eq!(actors, [None, Some(key.as_str()), Some(key.as_str()), Some("login:l1")]);
    assert_eq!(records[3].id.as_deref(), Some(platform.record.id.as_str()));
}

async fn records_from_before_there_were_actors_are_kept(place: Place) {
    // A node of the version before writes like this, for as long as it goes on.
    let (store, _) = place.open_at_start().await;
    place
        .execute(
            "INSERT INTO audit (event, kind, key_id, reason, hour, first_ms, last_ms, count) \
             VALUES ('created', 'api', 'abcdefghij', '', 0, 1, 1, 1)",
        )
        .await;
    let records = store.audit(10).await.unwrap();
    assert_eq!((records.len(), &records[0].actor), (1, &None));
    assert_eq!(records[0].id.as_deref(), Some("abcdefghij"));
}
