//! The largest schema that must fit, and how its size is made up.

use inspire_artifact::entity::{self, EntityRecord, FieldKind, field_flag};
use inspire_artifact::routes::{AuthMode, Method};
use inspire_artifact::{Artifact, List, Tables, api_keys, encode, index, limits, policy};

use crate::sample;

/// So many entities of 17 declared and 3 implicit fields and 3 policies, and four times so many routes as paths.
fn schema(entities: u32, paths: u32) -> Tables {
    let mut data = entity::Tables::default();
    let mut policies = policy::Tables::default();
    for number in 0..entities {
        let first = data.fields.len();
        for field in 0..20 {
            let name = format!("field{field}OfThing{}", number % 97);
            let kind = if field == 0 { FieldKind::Uuid } else { FieldKind::String };
            let flags = if field == 0 { field_flag::PRIMARY_KEY } else { 0 };
            let record = sample::field(&mut data, &name, kind, flags);
            data.fields.push(record);
        }
        let name = data.strings.intern(&format!("Entity{number:05}"));
        let table = data.strings.intern(&format!("entity_{number:05}"));
        let (fields, primary_key) = (List::since(first, data.fields.len()), index(first));
        data.entities.push(EntityRecord { name, table, fields, uniques: List::default(), primary_key });
        for _ in 0..3 {
            condition(&mut policies, number);
        }
    }
    let paths: Vec<String> =
        (0..paths).map(|number| format!("/v1/area{}/things{number:05}/:thingId", number % 100)).collect();
    let routes: Vec<_> = paths
        .iter()
        .flat_map(|path| {
            Method::ALL.iter().take(4).map(move |&method| (method, path.as_str(), AuthMode::None))
        })
        .collect();
    Tables {
        api_keys: Some(api_keys::Tables::default()),
        routes: Some(sample::routes(&routes)),
        data: Some(data),
        policies: Some(policies),
        ..Tables::default()
    }
}

/// `resource.ownerId == principal.id`
fn condition(t: &mut policy::Tables, entity: u32) {
    let (first, step) = (t.ops.len(), t.steps.len());
    let name = t.strings.intern("ownerId");
    t.steps.push(policy::StepRecord { field: 1.into(), name });
    let mut path = sample::op(policy::Op::Resource, step);
    path.steps.count = 1.into();
    t.ops.push(path);
    t.ops.push(sample::op(policy::Op::PrincipalId, step + 1));
    t.ops.push(sample::op(policy::Op::Eq, step + 1));
    let mut policy = sample::policies().policies[1];
    policy.entity = entity.into();
    policy.audience = policy::Audience::SignedIn.into();
    policy.system = inspire_artifact::NONE.into();
    policy.role_name = inspire_artifact::Text::EMPTY;
    policy.condition = List::since(first, t.ops.len());
    policy.action_fields = List::default();
    t.policies.push(policy);
}

#[test]
#[ignore = "slow without optimisation; run with --release -- --ignored --nocapture"]
fn the_largest_schema_fits() {
    let time = |name: &str, start: std::time::SystemTime| {
        println!("{name}: {:?}", start.elapsed().unwrap_or_default());
    };
    let tables = schema(40_000, 50_000);
    let start = now();
    let mut again = tables.routes.clone().unwrap();
    time("clone routes", start);
    let start = now();
    again.build_trie();
    time("build_trie, 200,000 routes", start);
    let start = now();
    let bytes = encode(&tables, "test");
    time("encode", start);
    println!("bytes: {}", bytes.len());
    let start = now();
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    time("open (digest)", start);
    for section in artifact.sections() {
        println!("{} {}", section.id, section.length);
    }
    let start = now();
    artifact.routes().unwrap();
    time("validate RTES", start);
    let start = now();
    artifact.data().unwrap();
    time("validate DATA", start);
    let start = now();
    artifact.policies().unwrap();
    time("validate PLCY", start);
    assert!((bytes.len() as u64) < limits::FILE_BYTES);
    assert_eq!(artifact.re_encode().unwrap(), bytes);
}

#[test]
#[ignore = "a measurement; run with --release -- --ignored --nocapture"]
fn find_at_10_000_routes() {
    let paths: Vec<String> =
        (0..10_000).map(|number| format!("/v1/area{}/things{number:05}/:thingId", number % 100)).collect();
    let routes: Vec<_> = paths.iter().map(|path| (Method::Get, path.as_str(), AuthMode::None)).collect();
    let tables = Tables { routes: Some(sample::routes(&routes)), ..Tables::default() };
    let artifact = Artifact::from_vec(encode(&tables, "test")).unwrap();
    let asked: Vec<String> = paths.iter().map(|path| path.replace(":thingId", "42")).collect();
    for spread in [1, 10, 1_000, 10_000] {
        let nanoseconds = least(500, || {
            for number in 0..1_000 {
                let path = &asked[number * 7919 % spread];
                let found = artifact.routes().unwrap().unwrap().find("GET", path).unwrap();
                assert_eq!(found.params.len(), 1);
            }
        });
        println!("find among {spread} of 10,000: {} ns", nanoseconds / 1_000);
    }
}

#[test]
#[ignore = "a measurement; run with --release -- --ignored --nocapture"]
fn ten_thousand_lines() {
    let tables = schema(400, 500);
    let bytes = encode(&tables, "test");
    println!("bytes: {}", bytes.len());
    println!("encode: {} ns", least(200, || drop(std::hint::black_box(encode(&tables, "test")))));
    println!("open: {} ns", least(200, || drop(Artifact::from_bytes(&bytes).unwrap())));
    let validate = |name: &str, section: &dyn Fn(&Artifact<'_>)| {
        let time = least(200, || section(&Artifact::from_bytes(&bytes).unwrap()));
        println!("open and validate {name}: {time} ns");
    };
    validate("RTES", &|artifact| assert!(artifact.routes().unwrap().is_some()));
    validate("DATA", &|artifact| assert!(artifact.data().unwrap().is_some()));
    validate("PLCY", &|artifact| assert!(artifact.policies().unwrap().is_some()));
}

/// The least nanoseconds of so many runs: what it costs when nothing else runs.
fn least(runs: usize, mut run: impl FnMut()) -> u128 {
    let timed = |run: &mut dyn FnMut()| {
        let start = now();
        run();
        start.elapsed().unwrap_or_default().as_nanos()
    };
    (0..runs).map(|_| timed(&mut run)).min().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
