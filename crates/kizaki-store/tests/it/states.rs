//! Every state of a key, a millisecond before its boundary, at it, and one after.

use kizaki_store::{
    Check, Issued, Key, KeyId, Kind, Lifetime, NewPlatformKey, Reason, Revocation, Rotation, Store,
};

use crate::support::{Place, START_MS, api_key, on_both};

on_both! {
    an_app_key_in_every_state
    a_platform_key_in_every_state
    a_key_is_accepted_with_what_it_was_made_with
}

/// What a check is to say: let in with the current secret, with the one before, or not.
type Verdict = Result<bool, Reason>;

const CURRENT: Verdict = Ok(false);
const IN_GRACE: Verdict = Ok(true);

/// Something to present, and what is said to it at which time after the start.
struct Case {
    what: &'static str,
    presented: String,
    verdicts: [(i64, Verdict); 3],
}

fn case(what: &'static str, issued: &Issued, verdicts: [(i64, Verdict); 3]) -> Case {
    Case { what, presented: issued.key.expose().to_owned(), verdicts }
}

/// The same at a boundary and on both sides of it.
fn around(boundary: i64, verdict: Verdict) -> [(i64, Verdict); 3] {
    [(boundary - 1, verdict), (boundary, verdict), (boundary + 1, verdict)]
}

async fn rotate(store: &Store, id: &KeyId, grace_ms: u64) -> Issued {
    match store.api_keys().rotate(id, grace_ms).await.unwrap() {
        Rotation::Rotated(issued) => issued,
        other => panic!("{other:?}"),
    }
}

async fn an_app_key_in_every_state(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let keys = store.api_keys();
    let seconds = Lifetime::For(1000);

    let lasting = api_key(keys, Lifetime::Never).await;
    let expiring = api_key(keys, seconds).await;
    let (rotated, cut, twice, at_once) = (
        api_key(keys, Lifetime::Never).await,
        api_key(keys, seconds).await,
        api_key(keys, Lifetime::Never).await,
        api_key(keys, Lifetime::Never).await,
    );
    let (revoked, revoked_in_grace, revoked_and_over) = (
        api_key(keys, Lifetime::Never).await,
        api_key(keys, Lifetime::Never).await,
        api_key(keys, seconds).await,
    );

    clock.set_ms(START_MS + 100);
    let rotated_new = rotate(&store, &rotated.record.id, 500).await;
    assert_eq!(rotated_new.record.previous_ends_ms, Some(START_MS + 600));
    let cut_new = rotate(&store, &cut.record.id, 5000).await;
    assert_eq!(cut_new.record.previous_ends_ms, cut.record.expires_ms);
    let at_once_new = rotate(&store, &at_once.record.id, 0).await;
    let twice_second = rotate(&store, &twice.record.id, 500).await;
    let grace_new = rotate(&store, &revoked_in_grace.record.id, 500).await;
    clock.set_ms(START_MS + 200);
    let twice_third = rotate(&store, &twice.record.id, 500).await;
    for one in [&revoked, &revoked_in_grace, &revoked_and_over] {
        assert!(matches!(keys.revoke(&one.record.id).await.unwrap(), Revocation::Revoked(_)));
    }

    let forged =
        Key::generate_for(Kind::Api, lasting.record.id.clone()).unwrap().to_text().expose().to_owned();
    let unknown = Key::generate(Kind::Api).unwrap().to_text().expose().to_owned();
    let platform = NewPlatformKey { name: "ci", lifetime: Lifetime::Never };
    let platform = store.platform_keys().create(&platform).await.unwrap();
    let mut mistyped = lasting.key.expose().to_owned();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == '0' { '1' } else { '0' });
    let text = |what, presented, reason| Case { what, presented, verdicts: around(1000, Err(reason)) };

    let over =
        |time, before| [(time - 1, before), (time, Err(Reason::Expired)), (time + 1, Err(Reason::Expired))];
    let out = |time, before| {
        [(time - 1, before), (time, Err(Reason::RotatedOut)), (time + 1, Err(Reason::RotatedOut))]
    };
    let cases = [
        case("active", &lasting, around(1000, CURRENT)),
        case("at its end", &expiring, over(1000, CURRENT)),
        case("rotated, old secret", &rotated, out(600, IN_GRACE)),
        case("rotated, new secret", &rotated_new, around(600, CURRENT)),
        case("grace cut to the key's end, old secret", &cut, over(1000, IN_GRACE)),
        case("grace cut to the key's end, new secret", &cut_new, over(1000, CURRENT)),
        case("no grace, old secret", &at_once, around(101, Err(Reason::RotatedOut))),
        case("no grace, new secret", &at_once_new, around(101, CURRENT)),
        case("rotated twice, first secret", &twice, around(600, Err(Reason::WrongSecret))),
        case("rotated twice, second secret", &twice_second, out(700, IN_GRACE)),
        case("rotated twice, third secret", &twice_third, around(700, CURRENT)),
        // Revocation does not ask for the time, so that a clock that goes back revives nothing.
        case("revoked", &revoked, around(200, Err(Reason::Revoked))),
        case("revoked in grace, old secret", &revoked_in_grace, around(200, Err(Reason::Revoked))),
        case("revoked in grace, new secret", &grace_new, around(200, Err(Reason::Revoked))),
        case("revoked and at its end", &revoked_and_over, around(1000, Err(Reason::Revoked))),
        case("platform key", &platform, around(1000, Err(Reason::WrongKind))),
        text("another secret", forged, Reason::WrongSecret),
        text("unknown", unknown, Reason::UnknownId),
        text("wrong checksum", mistyped, Reason::Malformed),
        text("nothing", String::new(), Reason::Malformed),
        text("no key", "Bearer kza_".to_owned(), Reason::Malformed),
    ];
    for Case { what, presented, verdicts } in &cases {
        for (at, verdict) in verdicts {
            clock.set_ms(START_MS + at);
            let found = match keys.check(presented).await.unwrap() {
                Check::Accepted(access) => Ok(access.in_grace),
                Check::Refused(reason) => Err(reason),
            };
            assert_eq!(found, *verdict, "{what} at {at}");
        }
    }
}

async fn a_platform_key_in_every_state(place: Place) {
    let (store, clock) = place.open_at_start().await;
    let keys = store.platform_keys();
    let new = |lifetime| NewPlatformKey { name: "ci", lifetime };
    let lasting = keys.create(&new(Lifetime::Never)).await.unwrap();
    let expiring = keys.create(&new(Lifetime::For(1000))).await.unwrap();
    let revoked = keys.create(&new(Lifetime::Never)).await.unwrap();
    keys.revoke(&revoked.record.id).await.unwrap();
    let app = api_key(store.api_keys(), Lifetime::Never).await;
    // The right secret of an app's key under the other prefix, with its checksum in order.
    let mut relabelled = Key::parse(app.key.expose()).unwrap();
    relabelled.kind = Kind::Platform;
    let relabelled = relabelled.to_text();

    let cases = [
        ("active", lasting.key.expose(), [Ok(()), Ok(()), Ok(())]),
        ("at its end", expiring.key.expose(), [Ok(()), Err(Reason::Expired), Err(Reason::Expired)]),
        ("revoked", revoked.key.expose(), [Err(Reason::Revoked); 3]),
        ("app key", app.key.expose(), [Err(Reason::WrongKind); 3]),
        ("app key under the other prefix", relabelled.expose(), [Err(Reason::UnknownId); 3]),
    ];
    for (what, presented, verdicts) in cases {
        for (at, verdict) in (999..).zip(verdicts) {
            clock.set_ms(START_MS + at);
            let found = match keys.check(presented).await.unwrap() {
                Check::Accepted(access) => {
                    assert_eq!(access.name, "ci");
                    Ok(())
                }
                Check::Refused(reason) => Err(reason),
            };
            assert_eq!(found, verdict, "{what} at {at}");
        }
    }
}

async fn a_key_is_accepted_with_what_it_was_made_with(place: Place) {
    let store = place.open().await;
    let made = api_key(store.api_keys(), Lifetime::DEFAULT).await;
    let Check::Accepted(access) = store.api_keys().check(made.key.expose()).await.unwrap() else { panic!() };
    assert_eq!((access.id, access.scope.as_str(), access.name.as_str()), (made.record.id, "reader", "a key"));
    let day_ms = 24 * 60 * 60 * 1000;
    assert_eq!(made.record.expires_ms, Some(made.record.created_ms + 90 * day_ms));
    // The database's clock is this machine's, as far as tests go.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    assert!(i64::try_from(now).unwrap().abs_diff(made.now_ms) < 60_000);
}
