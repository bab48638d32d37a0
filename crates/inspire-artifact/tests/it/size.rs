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
fn a_million_lines_fit() {
    // A tenth of it, so that the test is quick: every record counts the same.
    let tables = schema(4_000, 5_000);
    let bytes = encode(&tables, "test");
    Artifact::from_bytes(&bytes).unwrap().verify().unwrap();
    assert!(bytes.len() as u64 * 10 < limits::FILE_BYTES, "{} bytes", bytes.len());
}
