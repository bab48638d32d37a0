//! Hooks and schedules: what the loader refuses, and what a reader gets.

use inspire_artifact::hook::{Backoff, EffectOptions, Event, HookKind};
use inspire_artifact::{Artifact, DecodeError, Text, encode, hook};

use crate::rules::broken;
use crate::sample;

fn hooks(change: impl FnOnce(&mut hook::Tables)) -> &'static str {
    broken(|tables| change(tables.hooks.as_mut().unwrap()))
}

#[test]
fn hook_records() {
    assert_eq!(hooks(|t| t.hooks[0].entity = 2.into()), "an index is out of range");
    assert_eq!(hooks(|t| t.hooks[1].field = 13.into()), "an index is out of range");
    assert_eq!(hooks(|t| t.hooks[0].handler = Text::EMPTY), "a name is empty");
    assert_eq!(hooks(|t| t.hooks[1].field_name = Text::EMPTY), "a field has no name, or a name no field");
    assert_eq!(hooks(|t| t.hooks[1].event = Event::Delete.into()), "only an update has a field");
    assert_eq!(hooks(|t| t.hooks[0].retries = 1), "a trigger has options");
    assert_eq!(hooks(|t| t.hooks[1].retries = 101), "there are more than 100 retries");
    assert_eq!(hooks(|t| t.hooks[1].delay_ms = 0.into()), "a delay is zero or over a day");
    assert_eq!(hooks(|t| t.hooks[1].timeout_ms = 900_001.into()), "a timeout is zero or over 15 minutes");
    assert_eq!(hooks(|t| t.hooks[0].entity = 0.into()), "none");
    assert_eq!(hooks(|t| t.hooks[1].entity = 0.into()), "the records are not in order");
    assert_eq!(hooks(|t| t.schedules[0].timeout_ms = 0.into()), "a timeout is zero or over 15 minutes");
    assert_eq!(hooks(|t| t.schedules[0].cron = t.schedules[0].name), "a time has not five fields");
    assert_eq!(
        hooks(|t| t.schedules.push(t.schedules[0])),
        "the records are not in order, or one is there twice"
    );
}

/// Why the loader refuses an artifact with a schedule at `time`, if it does.
fn refused_time(time: &str) -> Option<&'static str> {
    let mut tables = sample::tables();
    let hooks = tables.hooks.as_mut().unwrap();
    hooks.schedules[0].cron = hooks.strings.intern(time);
    let bytes = encode(&tables, sample::PRODUCER);
    match Artifact::from_bytes(&bytes).unwrap().hooks() {
        Ok(hooks) => {
            assert_eq!(hooks.unwrap().schedules().iter().next().unwrap().cron, time);
            None
        }
        Err(DecodeError::Invalid { rule, .. }) => Some(rule),
        Err(error) => panic!("{time}: {error}"),
    }
}

#[test]
fn times_of_schedules() {
    let good = [
        "* * * * *",
        "0 3 * * 1-5",
        "*/15 8-17 1,15 JAN-MAR,dec *",
        "0 0 29 2 *",
        "0 0 1-31/2 * SUN",
        "0 0 * * FRI-SUN",
        "0 0 * * 0-7",
        "0 0 */2 * *",
        "59 23 31 12 7",
    ];
    for time in good {
        assert_eq!(refused_time(time), None, "{time}");
    }
    let part = "a part of a time has no meaning";
    let fields = "a time has not five fields";
    let two = "a time has two meanings";
    let never = "a day of a time never comes";
    let long = format!("{}0 * * * *", "0,".repeat(256));
    let bad = [
        ("60 * * * *", part),
        ("* 24 * * *", part),
        ("* * 0 * *", part),
        ("* * * 13 *", part),
        ("* * * * 8", part),
        (", * * * *", part),
        ("1,,2 * * * *", part),
        ("*,2 * * * *", part),
        ("MON * * * *", part),
        ("* * * JANFEB *", part),
        ("* * * * MONDAY", part),
        ("* * L * *", part),
        ("* * ? * *", part),
        ("* * * * 5#3", part),
        ("* * * * 5L", part),
        ("+5 * * * *", part),
        ("-5 * * * *", part),
        ("5- * * * *", part),
        ("5-1 * * * *", part),
        ("* * * * SAT-MON", part),
        ("1-2-3 * * * *", part),
        ("0/5 * * * *", part),
        ("/5 * * * *", part),
        ("*/0 * * * *", part),
        ("*/ * * * *", part),
        ("*/5/5 * * * *", part),
        ("*/60 * * * *", part),
        ("*/65536 * * * *", part),
        ("* * * * */7", part),
        ("10-14/5 * * * *", part),
        ("* * * *", fields),
        ("* * * * * *", fields),
        ("@daily", fields),
        (" * * * * *", fields),
        ("*  * * * *", fields),
        ("", fields),
        ("*\t* * * *", fields),
        ("0 0 */2 * 1", two),
        ("0 0 1 * */2", two),
        ("0 0 30,31 2 *", never),
        ("0 0 31 2,4,6,9,11 1", never),
        (long.as_str(), "a time is too long"),
    ];
    for (time, rule) in bad {
        assert_eq!(refused_time(time), Some(rule), "{time}");
    }
}

#[test]
fn hooks_and_schedules_are_read_as_written() {
    let artifact = Artifact::from_vec(sample::bytes()).unwrap();
    let hooks = artifact.hooks().unwrap().unwrap();
    let [trigger, effect] = [0, 1].map(|number| hooks.hooks().iter().nth(number).unwrap());
    assert_eq!((trigger.entity, trigger.event, trigger.field), ("Membership", Event::Insert, None));
    assert_eq!((trigger.kind, trigger.handler, trigger.options), (HookKind::Trigger, "fillDefaults", None));
    assert_eq!((effect.event, effect.field, effect.kind), (Event::Update, Some("rank"), HookKind::Effect));
    let options = EffectOptions { retries: 5, backoff: Backoff::Linear, delay_ms: 250, timeout_ms: 45_000 };
    assert_eq!(effect.options, Some(options));

    let json = serde_json::to_value(artifact.to_json().unwrap()).unwrap();
    assert_eq!(json["hooks"][0].get("options"), None);
    assert_eq!(json["hooks"][1]["options"]["delay_ms"], 250);
    let schedule = serde_json::json!({
        "name": "nightly", "cron": "0 3 * * *", "function": "closeSeason", "timeout_ms": 30_000
    });
    assert_eq!(json["schedules"][0], schedule);
}

#[test]
fn delays_grow_as_their_backoff_says_and_never_over_a_day() {
    const DAY: u64 = 86_400_000;
    let delays = |backoff, delay_ms| {
        let options = EffectOptions { retries: 100, backoff, delay_ms, timeout_ms: 1 };
        [1, 2, 3, 4, 100].map(|retry| options.delay_before_ms(retry))
    };
    assert_eq!(delays(Backoff::Exponential, 1000), [1000, 2000, 4000, 8000, DAY]);
    assert_eq!(delays(Backoff::Linear, 1000), [1000, 2000, 3000, 4000, 100_000]);
    assert_eq!(delays(Backoff::Linear, DAY / 3), [DAY / 3, DAY / 3 * 2, DAY, DAY, DAY]);
    assert_eq!(delays(Backoff::Fixed, 1000), [1000; 5]);
    assert_eq!(delays(Backoff::Exponential, DAY), [DAY; 5]);
}
