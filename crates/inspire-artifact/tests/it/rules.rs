//! Each rule of a section is proved anew on loading, whoever wrote the bytes.

use inspire_artifact::auth::{OperandKind, Provider};
use inspire_artifact::entity::{DefaultKind, FieldKind, OnDelete, RuleKind};
use inspire_artifact::policy::{Audience, Op, SystemKind};
use inspire_artifact::routes::{AuthMode, Method, RateUnit};
use inspire_artifact::{
    Artifact, DecodeError, List, NONE, Tables, Text, api_keys, auth, encode, entity, namespace, policy,
    routes,
};

use crate::sample;

/// The rule that the sample breaks after `change`.
pub fn broken(change: impl FnOnce(&mut Tables)) -> &'static str {
    let mut tables = sample::tables();
    change(&mut tables);
    rule(&encode(&tables, sample::PRODUCER))
}

fn rule(bytes: &[u8]) -> &'static str {
    match Artifact::from_bytes(bytes).unwrap().verify() {
        Ok(()) => "none",
        Err(DecodeError::Invalid { rule, .. }) => rule,
        Err(other) => panic!("{other}"),
    }
}

fn auth(change: impl FnOnce(&mut auth::Tables)) -> &'static str {
    broken(|tables| change(tables.auth.as_mut().unwrap()))
}

fn keys(change: impl FnOnce(&mut api_keys::Tables)) -> &'static str {
    broken(|tables| change(tables.api_keys.as_mut().unwrap()))
}

fn routes(change: impl FnOnce(&mut routes::Tables)) -> &'static str {
    broken(|tables| change(tables.routes.as_mut().unwrap()))
}

fn data(change: impl FnOnce(&mut entity::Tables)) -> &'static str {
    broken(|tables| change(tables.data.as_mut().unwrap()))
}

fn policies(change: impl FnOnce(&mut policy::Tables)) -> &'static str {
    broken(|tables| change(tables.policies.as_mut().unwrap()))
}

fn namespaces(change: impl FnOnce(&mut namespace::Tables)) -> &'static str {
    broken(|tables| change(tables.namespaces.as_mut().unwrap()))
}

/// A list like this one that is longer by `by`.
fn longer(list: List, by: u32) -> List {
    List { first: list.first, count: (list.count.get() + by).into() }
}

#[test]
fn auth_settings() {
    assert_eq!(auth(|t| t.settings.clear()), "there is not exactly one record");
    assert_eq!(auth(|t| t.settings.push(t.settings[0])), "there is not exactly one record");
    for (seconds, out) in
        [(59, true), (60, false), (365 * 86_400, false), (365 * 86_400 + 1, true), (u64::MAX, true)]
    {
        let refused = auth(|t| t.settings[0].session_duration_seconds = seconds.into());
        assert_eq!(refused != "none", out, "{seconds}: {refused}");
    }
    assert_eq!(auth(|t| t.settings[0].min_length = 8.into()), "none");
    assert_eq!(auth(|t| t.settings[0].min_length = 7.into()), "the password's `minLength` is below 8");
    assert_eq!(auth(|t| t.settings[0].max_length = 63.into()), "the password's `maxLength` is below 64");
    assert_eq!(auth(|t| t.settings[0].max_length = 1025.into()), "the password's `maxLength` is over 1024");
    assert_eq!(
        auth(|t| t.settings[0].min_length = 129.into()),
        "the password's `minLength` is over its `maxLength`"
    );
    assert_eq!(auth(|t| t.settings[0].password_rules = 64), "a password rule is unknown");
    let together = "passwords and the provider `email` do not go together";
    assert_eq!(auth(|t| t.settings[0].password = false.into()), together);
    assert_eq!(auth(|t| t.providers.retain(|record| record.provider != Provider::Email.into())), together);
    let dead = auth(|t| {
        t.providers.remove(0);
        t.settings[0].password = false.into();
    });
    assert_eq!(dead, "there are password rules without passwords");
    assert_eq!(auth(|t| t.providers.clear()), "there is none");
    assert_eq!(auth(|t| t.providers[1].provider = Provider::Email.into()), "a provider is there twice");
}

#[test]
fn auth_attributes() {
    let together = "binding and entity do not go together";
    assert_eq!(auth(|t| t.attributes[0].entity = NONE.into()), together);
    assert_eq!(auth(|t| t.attributes[2].entity = 0.into()), together);
    assert_eq!(auth(|t| t.attributes[0].entity = 2.into()), "an index is out of range");
    assert_eq!(auth(|t| t.attributes[0].name = Text::EMPTY), "a name is empty");
    assert_eq!(auth(|t| t.attributes[0].table = Text::EMPTY), "binding and table do not go together");
    assert_eq!(auth(|t| t.attributes[0].name = t.strings.intern("plan")), "the name is reserved");
    assert_eq!(
        auth(|t| t.attributes[0].nullable = true.into()),
        "an attribute that the user picks is nullable"
    );
    assert_eq!(auth(|t| t.attributes[0].name = t.attributes[1].name), "a name is there twice");
    assert_eq!(auth(|t| t.conditions[0].attribute = 1.into()), "an index is out of range");
    let filled = "a cell does not fit the operand";
    assert_eq!(auth(|t| t.conditions[1].attribute = 0.into()), filled);
    assert_eq!(auth(|t| t.conditions[0].number = 1.into()), filled);
    assert_eq!(auth(|t| t.conditions[1].operand = OperandKind::Int.into()), filled);
    assert_eq!(auth(|t| t.conditions[1].operand = OperandKind::Bool.into()), filled);
    assert_eq!(auth(|t| t.conditions[0].column = Text::EMPTY), "a name is empty");
    let gap = "a list leaves a gap or overlaps";
    assert_eq!(auth(|t| t.attributes[0].conditions = t.attributes[1].conditions), gap);
    let behind = "a list ends behind its table";
    assert_eq!(auth(|t| t.attributes[2].conditions = longer(t.attributes[2].conditions, 1)), behind);
    assert_eq!(auth(|t| t.conditions.push(t.conditions[1])), "the lists do not cover their table");
}

#[test]
fn api_key_scopes() {
    let order = "the records are not in order, or one is there twice";
    assert_eq!(keys(|t| t.scopes[0].name = t.strings.intern("write")), order);
    assert_eq!(keys(|t| t.scopes[0].name = t.scopes[1].name), order);
    assert_eq!(keys(|t| t.scopes[0].system = Text::EMPTY), "a name is empty");
    let grants = "its grants are not in order, or one entity is there twice";
    assert_eq!(keys(|t| t.grants.swap(0, 1)), grants);
    assert_eq!(keys(|t| t.grants[1].entity = 0.into()), grants);
    assert_eq!(keys(|t| t.grants[0].entity = 2.into()), "an index is out of range");
    assert_eq!(keys(|t| t.grants[0].actions = 0), "an action is unknown");
    assert_eq!(keys(|t| t.grants[0].actions = 16 | 3), "an action is unknown");
    assert_eq!(keys(|t| t.grants[0].unconditional = 8), "an unconditional action is not granted");
    assert_eq!(keys(|t| t.grants[0].policies.count = 2.into()), "an index is out of range");
    assert_eq!(keys(|t| t.grants[0].policies.count = 0.into()), "no policy grants it");
}

#[test]
fn route_records() {
    let path = |path: &'static str| routes(|t| t.routes[0].path = t.strings.intern(path));
    assert_eq!(path("v1"), "the path does not start with `/`");
    assert_eq!(path("/__auth"), "the path belongs to the platform");
    assert_eq!(path("/a/"), "a segment is empty or all dots");
    assert_eq!(path("/a//b"), "a segment is empty or all dots");
    assert_eq!(path("/.."), "a segment is empty or all dots");
    assert_eq!(path("/a b"), "a segment has a reserved character");
    assert_eq!(path("/a%20"), "a segment has a reserved character");
    assert_eq!(path("/:"), "a parameter's name is malformed");
    assert_eq!(path("/:a/:a"), "a parameter is there twice");
    assert_eq!(path("/:a"), "path and parameters do not go together");
    let long = |text: String| routes(|t| t.routes[0].path = t.strings.intern(&text));
    assert_eq!(long("/a".repeat(65)), "the path has too many segments");
    assert_eq!(long("/a".repeat(1025)), "the path is too long");
    let together = "auth and scope do not go together";
    assert_eq!(routes(|t| t.routes[0].scope = 0.into()), together);
    assert_eq!(routes(|t| t.routes[0].auth = AuthMode::ApiKey.into()), together);
    assert_eq!(routes(|t| t.routes[2].scope_name = Text::EMPTY), together);
    assert_eq!(routes(|t| t.routes[2].scope = 2.into()), "an index is out of range");
    assert_eq!(routes(|t| t.routes[2].scope = NONE.into()), "an index is out of range");
    assert_eq!(routes(|t| t.routes[0].handler = Text::EMPTY), "the handler is empty");
    assert_eq!(routes(|t| t.routes[0].rate_unit = RateUnit::Day.into()), "no limit, but its window");
    let order = "the records are not in order, or one is there twice";
    assert_eq!(routes(|t| t.routes.swap(1, 2)), order);
    assert_eq!(routes(|t| t.routes[2].method = Method::Get.into()), order);
}

#[test]
fn route_index() {
    let other = "the index is not the one of the routes";
    assert_eq!(routes(|t| t.seeds.clear()), other);
    assert_eq!(routes(|t| t.seeds.push(t.seeds[0])), other);
    assert_eq!(routes(|t| t.seeds[0].seed = 0.into()), other);
    assert_eq!(routes(|t| t.lengths.clear()), other);
    assert_eq!(routes(|t| t.lengths.last_mut().unwrap().masks.count = 0.into()), other);
    assert_eq!(routes(|t| t.masks[0].params = 1.into()), other);
    assert_eq!(routes(|t| t.masks.reverse()), other);
    assert_eq!(routes(|t| t.slots.clear()), other);
    assert_eq!(routes(|t| t.slots.push(t.slots[0])), other);
    assert_eq!(routes(|t| t.slots.reverse()), other);
    let taken = |change: fn(&mut routes::SlotRecord)| {
        routes(|t| change(t.slots.iter_mut().find(|slot| slot.route.get() != NONE).unwrap()))
    };
    assert_eq!(taken(|slot| slot.route = 6.into()), other);
    assert_eq!(taken(|slot| slot.route = NONE.into()), other);
    assert_eq!(taken(|slot| slot.key = (slot.key.get() ^ 1).into()), other);
    assert_eq!(taken(|slot| slot.key = (slot.key.get() ^ 8).into()), other);
    let same_shape = broken(|tables| {
        let routes = [(Method::Get, "/a/:x", AuthMode::None), (Method::Get, "/a/:y", AuthMode::None)];
        tables.routes = Some(sample::routes(&routes));
        tables.debug = None;
    });
    assert_eq!(same_shape, "two routes have one method and shape");
}

#[test]
fn data_records() {
    let order = "the records are not in order, or one is there twice";
    assert_eq!(data(|t| t.entities[0].name = t.strings.intern("Zoo")), order);
    assert_eq!(data(|t| t.entities[0].primary_key = 6.into()), "its key is not one of its fields");
    let key = "a field's flag and the entity's key do not go together";
    assert_eq!(data(|t| t.entities[0].primary_key = 1.into()), key);
    assert_eq!(data(|t| t.fields[0].flags = 0.into()), key);
    assert_eq!(data(|t| t.fields[1].flags = (1 << 10).into()), "a flag is unknown");
    assert_eq!(data(|t| t.fields[1].column = Text::EMPTY), "a name is empty");
    assert_eq!(data(|t| t.fields[2].target = 2.into()), "an index is out of range");
    assert_eq!(data(|t| t.fields[4].target = 1.into()), "an index is out of range");
    assert_eq!(data(|t| t.fields[2].target_field = 6.into()), "the target's field is not one of its fields");
    assert_eq!(data(|t| t.fields[3].target_field = 0.into()), "the target's field is not one of its fields");
    assert_eq!(data(|t| t.fields[1].target = 0.into()), "a type without target has one");
    let cascade = data(|t| t.fields[1].on_delete = OnDelete::Cascade.into());
    assert_eq!(cascade, "only references have a delete rule");
    assert_eq!(data(|t| t.fields[5].scale = 11.into()), "the decimal's digits are out of range");
    assert_eq!(data(|t| t.fields[1].precision = 1.into()), "only decimals have digits");
    assert_eq!(data(|t| t.fields[1].kind = FieldKind::Embedded.into()), "an index is out of range");
    assert_eq!(data(|t| t.fields[1].default = 1.into()), "an index is out of order");
    assert_eq!(data(|t| t.fields[1].default = NONE.into()), "an index is out of order");
    let filled = "a cell does not fit the kind";
    assert_eq!(data(|t| t.defaults[0].kind = DefaultKind::Int.into()), filled);
    assert_eq!(data(|t| t.rules[0].number = (-1).into()), filled);
    assert_eq!(data(|t| t.rules[2].number = 1.into()), filled);
    assert_eq!(data(|t| t.rules.swap(0, 1)), "its rules are not in order, or one is there twice");
    assert_eq!(data(|t| t.rules[0].number = 21.into()), "a least value is over the greatest");
    let ranges = |min: i64, scale: u8, max: i64| {
        data(|t| {
            (t.rules[0].kind, t.rules[0].number, t.rules[0].scale) =
                (RuleKind::Min.into(), min.into(), scale);
            (t.rules[1].kind, t.rules[1].number) = (RuleKind::Max.into(), max.into());
        })
    };
    assert_eq!(ranges(15, 1, 2), "none");
    assert_eq!(ranges(21, 1, 2), "a least value is over the greatest");
    assert_eq!(ranges(i64::MAX, 255, i64::MIN), "none");
    assert_eq!(data(|t| t.unique_fields[0].field = 6.into()), "a unique field is not one of its fields");
    let twice = data(|t| t.unique_fields[0] = t.unique_fields[1]);
    assert_eq!(twice, "a unique set has a field twice, or too many");
    assert_eq!(data(|t| t.members[1] = t.members[0]), "a member is there twice");
    assert_eq!(data(|t| t.docs[0].record = 2.into()), "the record does not exist");
    assert_eq!(data(|t| t.docs[0].table = 9.into()), "the record does not exist");
    assert_eq!(data(|t| t.docs[0].text = Text::EMPTY), "the text is empty");
    assert_eq!(data(|t| t.docs.push(t.docs[0])), order);
}

#[test]
fn policy_records() {
    assert_eq!(policies(|t| t.policies[0].entity = 2.into()), "an index is out of range");
    assert_eq!(policies(|t| t.policies[0].actions = 0), "an action is unknown");
    assert_eq!(policies(|t| t.policies[2].system = NONE.into()), "an index is out of range");
    let system = policies(|t| t.policies[0].system = 0.into());
    assert_eq!(system, "audience and system principal do not go together");
    assert_eq!(policies(|t| t.policies[1].role_name = Text::EMPTY), "audience and role do not go together");
    assert_eq!(policies(|t| t.policies.swap(0, 2)), "a list leaves a gap or overlaps");
    assert_eq!(policies(|t| t.policies[0].entity = NONE.into()), "the policies are not in order");
    assert_eq!(policies(|t| t.action_fields[0].action = 2), "a field list is of no action of the policy");
    assert_eq!(policies(|t| t.action_fields[0].field = 13.into()), "an index is out of range");
    assert_eq!(policies(|t| t.vias[0].junction = 2.into()), "an index is out of range");
    assert_eq!(policies(|t| t.policies[0].via = NONE.into()), "not every record is used");
    let kind = "kind and display name do not go together";
    assert_eq!(policies(|t| t.systems[0].kind = SystemKind::Role.into()), kind);
    assert_eq!(policies(|t| t.systems[1].role_name = Text::EMPTY), kind);
    assert_eq!(policies(|t| t.steps[0].field = 13.into()), "an index is out of range");
    assert_eq!(
        policies(|t| t.policies[1].audience = Audience::Public.into()),
        "audience and system principal do not go together"
    );
}

#[test]
fn policy_conditions() {
    let op = |number: usize, op: Op| policies(move |t| t.ops[number].op = op.into());
    assert_eq!(op(2, Op::Null), "its condition leaves no single value");
    let filled = "a cell does not fit the operation";
    assert_eq!(op(1, Op::Not), filled);
    assert_eq!(op(12, Op::Eq), "a list stands elsewhere than in `in`");
    assert_eq!(op(2, Op::In), "a list stands elsewhere than in `in`");
    assert_eq!(op(10, Op::Eq), "its condition takes a value that is not there");
    assert_eq!(policies(|t| t.ops[13].number = 3.into()), "its condition takes a value that is not there");
    assert_eq!(policies(|t| t.ops[11].number = i64::MIN.into()), filled);
    assert_eq!(policies(|t| t.ops[11].number = i64::MAX.into()), filled);
    assert_eq!(policies(|t| t.ops[0].scale = 1), filled);
    assert_eq!(policies(|t| t.ops[0].attribute = 0.into()), filled);
    assert_eq!(policies(|t| t.ops[4].attribute = 3.into()), "an index is out of range");
    assert_eq!(policies(|t| t.ops[4].text = Text::EMPTY), filled);
    let junction = policies(|t| {
        t.vias.clear();
        t.policies[0].via = NONE.into();
    });
    assert_eq!(junction, "its condition reads a membership that it does not have");
}

#[test]
fn namespace_records() {
    assert_eq!(namespaces(|t| t.namespaces[0].attribute_index = 3.into()), "an index is out of range");
    assert_eq!(namespaces(|t| t.members[0].field = 13.into()), "an index is out of range");
    assert_eq!(namespaces(|t| t.members[0].entity = 2.into()), "an index is out of range");
    assert_eq!(namespaces(|t| t.members[0].column = Text::EMPTY), "a name is empty");
    let two = namespaces(|t| {
        t.members.push(t.members[0]);
        t.namespaces[0].entities.count = 2.into();
    });
    assert_eq!(two, "its entities are not in order, or one is there twice");
    let apart = namespaces(|t| {
        t.members.push(t.members[0]);
        let mut other = t.namespaces[0];
        other.name = t.strings.intern("Others");
        other.entities.first = 1.into();
        t.namespaces.push(other);
    });
    assert_eq!(apart, "an entity is in two namespaces");
}

#[test]
fn source_places() {
    let debug = |change: &dyn Fn(&mut inspire_artifact::debug::Tables)| {
        broken(|tables| change(tables.debug.as_mut().unwrap()))
    };
    assert_eq!(debug(&|t| t.spans[0].file = 1.into()), "an index is out of range");
    assert_eq!(debug(&|t| t.spans[0].record = 6.into()), "an index is out of range");
    assert_eq!(debug(&|t| t.spans[0].table = 7), "an index is out of range");
    assert_eq!(debug(&|t| t.spans[0].end = 9.into()), "it ends before it starts");
    assert_eq!(debug(&|t| t.spans.swap(0, 1)), "the records are not in order, or one is there twice");
}

#[test]
fn codes_are_known() {
    let bytes = sample::bytes();
    let mut sections = sample::split(&bytes);
    let at = sections[1].3.windows(9).position(|w| w == [0xC0, 0xA8, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    sections[1].3[at + 8] = 2;
    assert_eq!(rule(&sample::file(&sections)), "a code is unknown");
    sections[1].3[at + 8] = 1;
    assert_eq!(rule(&sample::file(&sections)), "none");
}

/// The rule that a file list of these texts breaks, over these strings.
fn texts(strings: &str, texts: &[(u32, u32)]) -> &'static str {
    let put_len = |out: &mut Vec<u8>, len: usize| match u8::try_from(len) {
        Ok(len @ 0..=250) => out.push(len),
        _ => {
            out.push(252);
            out.extend((len as u32).to_le_bytes());
        }
    };
    let mut payload = Vec::new();
    if (251..0x1_0000).contains(&strings.len()) {
        payload.push(251);
        payload.extend((strings.len() as u16).to_le_bytes());
    } else {
        put_len(&mut payload, strings.len());
    }
    payload.extend(strings.as_bytes());
    payload.push(u8::try_from(texts.len() * 8).unwrap());
    for (offset, len) in texts {
        payload.extend(offset.to_le_bytes());
        payload.extend(len.to_le_bytes());
    }
    payload.extend([0, 0]);
    let counts = [texts.len() as u8, 0, 0];
    let meta = [[0, 1, 4].as_slice(), b"DBUG", &[1, 3, 3], &counts].concat();
    rule(&sample::file(&[(b"META", 1, 1, meta), (b"DBUG", 1, 0, payload)]))
}

#[test]
fn texts_are_canonical() {
    assert_eq!(texts("ab", &[(0, 1), (1, 1)]), "none");
    assert_eq!(texts("aé", &[(0, 1), (1, 2)]), "none");
    assert_eq!(texts("aé", &[(0, 2), (2, 1)]), "a text ends inside a character");
    assert_eq!(texts("ab", &[(1, 1), (0, 1)]), "a text is out of order");
    assert_eq!(texts("aa", &[(0, 1), (1, 1)]), "a text is there twice");
    assert_eq!(texts("abc", &[(0, 2), (2, 1)]), "none");
    assert_eq!(texts("abc", &[(0, 2), (1, 1)]), "a text is part of others");
    assert_eq!(texts("abc", &[(0, 2), (1, 2)]), "a text is part of others");
    assert_eq!(texts("ab", &[(0, 1), (1, 1), (0, 2)]), "a text is part of others");
    assert_eq!(texts("ab", &[(0, 1)]), "no record uses the rest");
    assert_eq!(texts("ab", &[(0, 3)]), "a text ends behind the strings");
    assert_eq!(texts("ab", &[(0, u32::MAX)]), "a text ends behind the strings");
    assert_eq!(texts("ab", &[(0, 2), (u32::MAX, u32::MAX)]), "a text is out of order");
    assert_eq!(texts("", &[(1, 0)]), "an empty text is not 0, 0");
    assert_eq!(texts("ab", &[(0, 2), (0, 2)]), "the records are not in order, or one is there twice");
    let long = "x".repeat(300);
    assert_eq!(texts(&long, &[(0, 300), (0, 300)]), "the records are not in order, or one is there twice");
    assert_eq!(texts(&long, &[(0, 300), (0, 299)]), "a text is part of others");
    assert_eq!(texts(&long.repeat(2), &[(0, 300), (300, 300)]), "a text is there twice");
    assert_eq!(texts(&"x".repeat(65_536), &[(0, 65_536)]), "none");
    assert_eq!(texts(&"x".repeat(65_537), &[(0, 65_537)]), "a text is too long");
}
