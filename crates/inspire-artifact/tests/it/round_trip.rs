//! What is encoded is what is read, and encodes to the same bytes again.

use inspire_artifact::auth::{Linking, Operand, Provider};
use inspire_artifact::debug::Subject;
use inspire_artifact::routes::Method;
use inspire_artifact::{Artifact, SectionId, Strings, Tables, encode};

use crate::sample;

#[test]
fn sample_decodes_and_encodes_to_the_same_bytes() {
    let bytes = sample::bytes();
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    artifact.verify().unwrap();
    assert_eq!(artifact.re_encode().unwrap(), bytes);
    assert_eq!(artifact.format_version(), (1, 0));
    let known: Vec<_> = artifact.sections().iter().filter_map(|section| section.known).collect();
    assert_eq!(known, SectionId::ALL);
    assert_eq!(artifact.meta().unwrap().counts.of(SectionId::Data, 0), Some(2));
    assert_eq!(sample::file(&sample::split(&bytes)), bytes);
}

#[test]
fn empty_schema_has_no_section_but_meta() {
    let bytes = encode(&Tables::default(), "test");
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    artifact.verify().unwrap();
    assert_eq!(artifact.sections().len(), 1);
    assert!(artifact.routes().unwrap().is_none());
    assert_eq!(artifact.re_encode().unwrap(), bytes);
}

#[test]
fn order_of_interning_does_not_matter() {
    let mut tables = sample::tables();
    let data = tables.data.as_mut().unwrap();
    let mut strings = Strings::default();
    strings.intern("is used by no record");
    let old = std::mem::take(&mut data.strings);
    let mut again = |text| strings.intern(old.text(text));
    for record in data.types.iter_mut() {
        record.name = again(record.name);
    }
    for record in data.entities.iter_mut() {
        (record.table, record.name) = (again(record.table), again(record.name));
    }
    data.docs.iter_mut().for_each(|record| record.text = again(record.text));
    data.members.iter_mut().rev().for_each(|record| record.name = again(record.name));
    data.enums.iter_mut().for_each(|record| record.name = again(record.name));
    data.rules.iter_mut().for_each(|record| record.text = again(record.text));
    data.defaults.iter_mut().for_each(|record| record.text = again(record.text));
    for record in data.fields.iter_mut().rev() {
        (record.column, record.name) = (again(record.column), again(record.name));
    }
    data.strings = strings;
    assert_eq!(encode(&tables, sample::PRODUCER), sample::bytes());
}

#[test]
fn views_show_what_was_written() {
    let artifact = Artifact::from_vec(sample::bytes()).unwrap();
    let auth = artifact.auth().unwrap().unwrap();
    assert_eq!(auth.providers().collect::<Vec<_>>(), [Provider::Email, Provider::Github]);
    assert_eq!(auth.session_duration_seconds(), 43_200);
    assert_eq!(auth.linking(), Linking::Manual);
    assert_eq!(auth.password().unwrap().min_length, 14);
    let rank = auth.attributes().get(1).unwrap();
    assert_eq!((rank.name, rank.type_name, rank.link_column), ("rank", "GuildRank", "player_id"));
    let condition = rank.conditions.get(0).unwrap();
    assert_eq!((condition.column, condition.equals), ("guild_id", Operand::Attribute("guildId")));
    let keys = artifact.api_keys().unwrap().unwrap();
    let scope = keys.scope("read").unwrap();
    assert!(scope.allows(0, 1) && !scope.allows(0, 8) && !scope.allows(1, 1));
    assert_eq!(keys.scope("write"), None);
    let routes = artifact.routes().unwrap().unwrap();
    let first = routes.routes().get(0).unwrap();
    assert_eq!((first.method, first.path, first.handler), (Method::Get, "/", "get/"));
    let data = artifact.data().unwrap().unwrap();
    assert_eq!(data.entity("Membership").unwrap().fields.len(), 6);
    assert_eq!(data.entity("Members"), None);
    let policies = artifact.policies().unwrap().unwrap();
    let policy = policies.policies(Some(data)).get(0).unwrap();
    assert_eq!(
        policy.condition.to_string(),
        r#"!(resource.guild.title == "x" && 1.5 < principal.rank) || Membership.rank in ["a", null]"#
    );
    let debug = artifact.debug().unwrap().unwrap();
    assert_eq!(debug.origin(Subject::Data, 0, 1).unwrap().file, "app.inspire");
    assert_eq!(debug.origin(Subject::Data, 0, 0), None);
}

#[test]
fn json_uses_the_artifacts_own_names() {
    let artifact = Artifact::from_vec(sample::bytes()).unwrap();
    let json = serde_json::to_value(artifact.to_json().unwrap()).unwrap();
    assert_eq!(json["auth"]["session_duration_seconds"], 43_200);
    assert_eq!(json["auth"]["principal"][1]["where"][0]["equals"]["attribute"], "guildId");
    assert_eq!(json["routes"][4]["path"], "/v1/players/:playerId/items/:item");
    assert_eq!(json["routes"][4]["params"], serde_json::json!(["playerId", "item"]));
    assert_eq!(json["entities"][0]["fields"][2]["target"], "Guild");
    assert_eq!(json["entities"][0]["fields"][3]["target"], "__User");
    assert_eq!(json["entities"][0]["fields"][0]["primary_key"], true);
    assert_eq!(json["entities"][0]["unique"], serde_json::json!([["guildId", "playerId"]]));
    assert_eq!(json["policies"][0]["via"]["junction"], "Membership");
    assert_eq!(json["policies"][0]["why"], "members see their guild");
    assert_eq!(json["namespaces"][0]["entities"][0]["column"], "guild_id");
    assert_eq!(json["api_keys"][0]["grants"][1]["entity"], "__User");
    assert_eq!(json["format"], "1.0");
}

#[test]
fn asking_twice_gives_the_same_section() {
    let artifact = Artifact::from_vec(sample::bytes()).unwrap();
    let first = artifact.routes().unwrap().unwrap().routes();
    assert_eq!(first, artifact.routes().unwrap().unwrap().routes());
}
