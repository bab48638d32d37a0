//! Validation types: what the loader refuses, and what a reader gets.

use inspire_artifact::entity::{
    DefaultKind, DefaultRecord, FieldKind, RuleKind, RuleRecord, field_flag as flag,
};
use inspire_artifact::validation::{self, FieldRecord, ValidationRecord, VariantRecord};
use inspire_artifact::{Artifact, List, Literal, NONE, Text};

use crate::rules::broken;
use crate::sample;

/// A type with fields of several kinds, and a union of two variants.
pub fn validations() -> validation::Tables {
    let mut t = validation::Tables::default();
    let plain = FieldRecord {
        name: t.strings.intern("nick"),
        kind: FieldKind::String.into(),
        flags: flag::TRIM.into(),
        target: NONE.into(),
        target_name: Text::EMPTY,
        target_field: NONE.into(),
        target_field_name: Text::EMPTY,
        precision: 0.into(),
        scale: 0.into(),
        default: 0.into(),
        constant: Text::EMPTY,
        rules: List::since(0, 1),
    };
    t.fields.push(plain);
    let text = t.strings.intern("ann");
    t.defaults.push(DefaultRecord { kind: DefaultKind::String.into(), text, number: 0.into(), scale: 0 });
    let kind = RuleKind::MinLength.into();
    t.rules.push(RuleRecord { kind, number: 2.into(), scale: 0, text: Text::EMPTY });
    let none = FieldRecord { default: NONE.into(), rules: List::since(1, 1), flags: 0.into(), ..plain };
    t.fields.push(FieldRecord {
        name: t.strings.intern("rank"),
        kind: FieldKind::Enum.into(),
        flags: flag::OPTIONAL.into(),
        target: 0.into(),
        target_name: t.strings.intern("GuildRank"),
        ..none
    });
    t.fields.push(FieldRecord {
        name: t.strings.intern("guildId"),
        kind: FieldKind::Reference.into(),
        target: 0.into(),
        target_name: t.strings.intern("Guild"),
        target_field: 0.into(),
        target_field_name: t.strings.intern("id"),
        ..none
    });
    t.fields.push(FieldRecord {
        name: t.strings.intern("version"),
        flags: flag::CONSTANT.into(),
        constant: t.strings.intern("1"),
        ..none
    });
    t.variants.push(VariantRecord { tag: Text::EMPTY, fields: List::since(0, 4) });
    t.fields.push(FieldRecord { name: t.strings.intern("number"), ..none });
    t.variants.push(VariantRecord { tag: t.strings.intern("card"), fields: List::since(4, 5) });
    t.variants.push(VariantRecord { tag: t.strings.intern("cash"), fields: List::since(5, 5) });
    for (name, discriminant, variants) in [("NewPlayer", "", (0, 1)), ("Payment", "type", (1, 3))] {
        let (name, discriminant) = (t.strings.intern(name), t.strings.intern(discriminant));
        let variants = List::since(variants.0, variants.1);
        t.validations.push(ValidationRecord { name, discriminant, variants });
    }
    t
}

fn refused(change: impl FnOnce(&mut validation::Tables)) -> &'static str {
    broken(|tables| change(tables.validations.as_mut().unwrap()))
}

#[test]
fn validation_records() {
    assert_eq!(refused(|t| t.validations[0].name = Text::EMPTY), "a name is empty");
    assert_eq!(refused(|t| t.validations.swap(0, 1)), "a list leaves a gap or overlaps");
    assert_eq!(
        refused(|t| t.validations[0].discriminant = t.fields[0].name),
        "a union has fewer than two variants"
    );
    assert_eq!(refused(|t| t.validations[1].discriminant = Text::EMPTY), "it is no single list of fields");
    assert_eq!(refused(|t| t.variants[0].tag = t.fields[0].name), "it is no single list of fields");
    assert_eq!(refused(|t| t.variants[1].tag = Text::EMPTY), "a variant has no tag");
    assert_eq!(refused(|t| t.variants[1].tag = t.variants[2].tag), "two variants have one tag");
    assert_eq!(
        refused(|t| t.fields[4].name = t.validations[1].discriminant),
        "the discriminant is a field, too"
    );
    assert_eq!(refused(|t| t.fields[1].name = t.fields[0].name), "a field is there twice");
}

#[test]
fn field_records() {
    assert_eq!(refused(|t| t.fields[0].name = Text::EMPTY), "a name is empty");
    for strange in [flag::UNIQUE, flag::PRIMARY_KEY, flag::IMPLICIT, 1 << 12] {
        assert_eq!(refused(|t| t.fields[4].flags = strange.into()), "a flag is unknown");
    }
    assert_eq!(refused(|t| t.fields[1].target = 9.into()), "an index is out of range");
    assert_eq!(refused(|t| t.fields[2].target = NONE.into()), "half of its target is missing");
    assert_eq!(refused(|t| t.fields[4].target = 0.into()), "a type without target has one");
    assert_eq!(refused(|t| t.fields[1].target_field = 0.into()), "a type without target has one");
    assert_eq!(refused(|t| t.fields[1].target_name = Text::EMPTY), "target and name do not go together");
    assert_eq!(refused(|t| t.fields[4].precision = 2.into()), "only decimals have digits");
    assert_eq!(refused(|t| t.fields[0].flags = flag::OPTIONAL.into()), "a field left out has a default");
    assert_eq!(refused(|t| t.fields[3].flags = 0.into()), "constant and flag do not go together");
    assert_eq!(refused(|t| t.fields[3].constant = Text::EMPTY), "constant and flag do not go together");
    assert_eq!(
        refused(|t| t.fields[3].kind = FieldKind::Int.into()),
        "a constant has a rule, a default or another type"
    );
    assert_eq!(refused(|t| t.defaults[0].number = 1.into()), "a cell does not fit the kind");
    assert_eq!(refused(|t| t.rules[0].number = (-1).into()), "a cell does not fit the kind");
    assert_eq!(refused(|t| t.fields[0].default = 1.into()), "an index is out of order");
}

#[test]
fn a_reader_sees_final_fields() {
    let bytes = sample::bytes();
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    let section = artifact.validations().unwrap().unwrap();
    assert!(section.validation("Nobody").is_none());

    let player = section.validation("NewPlayer").unwrap();
    assert_eq!((player.discriminant, player.variants.len()), (None, 1));
    let fields: Vec<_> = player.variants.get(0).unwrap().fields.iter().collect();
    assert_eq!(fields[0].default, Some(Literal::String("ann")));
    assert_eq!(fields[0].rules.iter().map(|rule| rule.kind).collect::<Vec<_>>(), [RuleKind::MinLength]);
    assert_eq!((fields[1].target, fields[1].target_field), (Some("GuildRank"), None));
    assert!(fields[1].flags.contains(flag::OPTIONAL));
    assert_eq!((fields[2].target, fields[2].target_field), (Some("Guild"), Some("id")));
    assert_eq!(fields[3].value, Some("1"));

    let payment = section.validation("Payment").unwrap();
    assert_eq!(payment.discriminant, Some("type"));
    let tags: Vec<_> = payment.variants.iter().map(|variant| (variant.tag, variant.fields.len())).collect();
    assert_eq!(tags, [(Some("card"), 1), (Some("cash"), 0)]);
}
