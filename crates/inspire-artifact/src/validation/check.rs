//! The rules of `VTYP`.

use super::{FieldRecord, ValidationRecord, Validations, VariantRecord};
use crate::check::{
    Check, Rules, ascending, at_most, counts_up, distinct, hold, tiles, within, within_or_none,
};
use crate::entity::check::{
    default_is_canonical, digits_are_of_a_decimal, rule_is_canonical, rules_go_together,
};
use crate::entity::{FieldKind, field_flag};
use crate::limits;
use crate::meta::Counts;
use crate::record::NONE;
use crate::table::Place;

impl Rules for Validations<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.validations.len(), limits::ENTITIES, "validations")?;
        at_most(self.fields.len(), limits::VALIDATION_FIELDS, "fields")?;
        self.lists_tile()?;
        ascending(self.validations, "validations", |record| self.texts.bytes(record.name))?;
        for (record, validation) in self.validations.iter().enumerate() {
            self.check_validation(validation, Place { table: "validations", record })?;
        }
        for (record, variant) in self.variants.iter().enumerate() {
            let names = variant.fields.of(self.fields).iter().map(|field| field.name);
            distinct(names, Place { table: "variants", record }, "a field is there twice")?;
        }
        for (record, field) in self.fields.iter().enumerate() {
            self.check_field(field, Place { table: "fields", record }, counts)?;
        }
        for (record, default) in self.defaults.iter().enumerate() {
            default_is_canonical(default, Place { table: "defaults", record })?;
        }
        for (record, rule) in self.rules.iter().enumerate() {
            rule_is_canonical(rule, Place { table: "rules", record })?;
        }
        Ok(())
    }
}

impl Validations<'_> {
    fn lists_tile(&self) -> Check {
        tiles(self.validations.iter().map(|record| record.variants), "validations", self.variants.len())?;
        tiles(self.variants.iter().map(|variant| variant.fields), "variants", self.fields.len())?;
        counts_up(self.fields.iter().map(|field| field.default.get()), "fields", self.defaults.len())?;
        tiles(self.fields.iter().map(|field| field.rules), "fields", self.rules.len())
    }

    /// A union has variants with tags of their own; anything else has one variant with fields.
    fn check_validation(&self, record: &ValidationRecord, place: Place) -> Check {
        hold(!record.name.is_empty(), place, "a name is empty")?;
        let variants = record.variants.of(self.variants);
        if record.discriminant.is_empty() {
            let plain = |variant: &VariantRecord| variant.tag.is_empty() && variant.fields.count.get() > 0;
            return hold(matches!(variants, [only] if plain(only)), place, "it is no single list of fields");
        }
        hold(variants.len() >= 2, place, "a union has fewer than two variants")?;
        hold(variants.iter().all(|variant| !variant.tag.is_empty()), place, "a variant has no tag")?;
        distinct(variants.iter().map(|variant| variant.tag), place, "two variants have one tag")?;
        let mut fields = variants.iter().flat_map(|variant| variant.fields.of(self.fields));
        let repeated = fields.any(|field| field.name == record.discriminant);
        hold(!repeated, place, "the discriminant is a field, too")
    }

    fn check_field(&self, field: &FieldRecord, place: Place, counts: &Counts) -> Check {
        hold(!field.name.is_empty(), place, "a name is empty")?;
        let flags = field.flags.get();
        hold(flags & !field_flag::VALIDATION == 0, place, "a flag is unknown")?;
        let (target, target_field) = (field.target.get(), field.target_field.get());
        let kind = field.kind.get();
        let (named, field_named) = (!field.target_name.is_empty(), !field.target_field_name.is_empty());
        match kind {
            FieldKind::Enum => within(target, counts.enums(), place)?,
            FieldKind::Embedded => within(target, counts.types(), place)?,
            FieldKind::Reference => {
                within_or_none(target, counts.entities(), place)?;
                within_or_none(target_field, counts.fields(), place)?;
                hold((target == NONE) == (target_field == NONE), place, "half of its target is missing")?;
            }
            _ => hold(target == NONE, place, "a type without target has one")?,
        }
        let has_target = matches!(kind, FieldKind::Enum | FieldKind::Embedded | FieldKind::Reference);
        let reference = kind == FieldKind::Reference;
        hold(reference || target_field == NONE, place, "a type without target has one")?;
        hold(named == has_target && field_named == reference, place, "target and name do not go together")?;
        digits_are_of_a_decimal(kind, field.precision.get(), field.scale.get(), place)?;
        rules_go_together(field.rules.of(self.rules), place)?;
        let optional = flags & field_flag::OPTIONAL != 0;
        hold(!optional || field.default.get() == NONE, place, "a field left out has a default")?;
        let constant = flags & field_flag::CONSTANT != 0;
        hold(constant != field.constant.is_empty(), place, "constant and flag do not go together")?;
        let plain = flags & !(field_flag::CONSTANT | field_flag::OPTIONAL) == 0
            && kind == FieldKind::String
            && field.rules.count.get() == 0
            && field.default.get() == NONE;
        hold(!constant || plain, place, "a constant has a rule, a default or another type")
    }
}
