//! The rules of `DATA`.

use super::{
    Data, DefaultKind, DefaultRecord, EntityRecord, FieldKind, FieldRecord, OnDelete, RuleKind, RuleRecord,
    field_flag,
};
use crate::check::{
    Check, Rules, ascending, at_most, counts_up, distinct, hold, tiles, within, within_or_none,
};
use crate::limits;
use crate::meta::Counts;
use crate::record::{NONE, index};
use crate::table::Place;

impl Rules for Data<'_> {
    fn check(&self, _counts: &Counts) -> Check {
        self.lists_tile()?;
        at_most(self.entities.len(), limits::ENTITIES, "entities")?;
        at_most(self.fields.len(), limits::FIELDS, "fields")?;
        ascending(self.entities, "entities", |entity| self.texts.bytes(entity.name))?;
        ascending(self.enums, "enums", |record| self.texts.bytes(record.name))?;
        ascending(self.types, "types", |record| self.texts.bytes(record.name))?;
        for (record, entity) in self.entities.iter().enumerate() {
            self.check_entity(entity, Place { table: "entities", record })?;
        }
        for (record, field) in self.fields.iter().enumerate() {
            self.check_field(field, Place { table: "fields", record })?;
        }
        for (record, default) in self.defaults.iter().enumerate() {
            default_is_canonical(default, Place { table: "defaults", record })?;
        }
        for (record, rule) in self.rules.iter().enumerate() {
            rule_is_canonical(rule, Place { table: "rules", record })?;
        }
        self.enums_have_members()
    }
}

impl Data<'_> {
    fn lists_tile(&self) -> Check {
        let of_entities = self.entities.iter().map(|entity| entity.fields);
        let of_types = self.types.iter().map(|record| record.fields);
        tiles(of_entities.chain(of_types), "entities and types", self.fields.len())?;
        counts_up(self.fields.iter().map(|field| field.default.get()), "fields", self.defaults.len())?;
        tiles(self.fields.iter().map(|field| field.rules), "fields", self.rules.len())?;
        tiles(self.entities.iter().map(|entity| entity.uniques), "entities", self.uniques.len())?;
        tiles(self.uniques.iter().map(|unique| unique.fields), "uniques", self.unique_fields.len())?;
        tiles(self.enums.iter().map(|record| record.members), "enums", self.members.len())
    }

    fn check_entity(&self, entity: &EntityRecord, place: Place) -> Check {
        hold(!entity.name.is_empty() && !entity.table.is_empty(), place, "a name is empty")?;
        let own = entity.fields.indexes();
        hold(own.contains(&entity.primary_key.get()), place, "its key is not one of its fields")?;
        for (number, field) in own.clone().zip(entity.fields.of(self.fields)) {
            let key = field.flags.get() & field_flag::PRIMARY_KEY != 0;
            let right = key == (number == entity.primary_key.get());
            hold(right, place, "a field's flag and the entity's key do not go together")?;
        }
        for unique in entity.uniques.of(self.uniques) {
            let fields = unique.fields.of(self.unique_fields);
            hold(fields.len() >= 2, place, "a unique set has fewer than two fields")?;
            for (number, record) in fields.iter().enumerate() {
                hold(own.contains(&record.field.get()), place, "a unique field is not one of its fields")?;
                let before = fields.get(..number).unwrap_or_default();
                let new = before.len() < 256 && !before.contains(record);
                hold(new, place, "a unique set has a field twice, or too many")?;
            }
        }
        Ok(())
    }

    fn check_field(&self, field: &FieldRecord, place: Place) -> Check {
        hold(!field.name.is_empty() && !field.column.is_empty(), place, "a name is empty")?;
        hold(field.flags.get() & !field_flag::COLUMN == 0, place, "a flag is unknown")?;
        let (target, target_field) = (field.target.get(), field.target_field.get());
        let kind = field.kind.get();
        match kind {
            FieldKind::Enum => within(target, index(self.enums.len()).get(), place)?,
            FieldKind::Embedded => within(target, index(self.types.len()).get(), place)?,
            FieldKind::Reference => self.reference(target, target_field, place)?,
            _ => hold(target == NONE, place, "a type without target has one")?,
        }
        if kind != FieldKind::Reference {
            hold(target_field == NONE, place, "a type without target has one")?;
            hold(field.on_delete.get() == OnDelete::Restrict, place, "only references have a delete rule")?;
        }
        digits_are_of_a_decimal(kind, field.precision.get(), field.scale.get(), place)?;
        rules_go_together(field.rules.of(self.rules), place)
    }

    /// A reference leads to a field of its target; one to `__User` leads nowhere in this section.
    fn reference(&self, target: u32, target_field: u32, place: Place) -> Check {
        within_or_none(target, index(self.entities.len()).get(), place)?;
        let own = self.entities.get(target as usize).map(|entity| entity.fields.indexes());
        let right = own.map_or(target_field == NONE, |own| own.contains(&target_field));
        hold(right, place, "the target's field is not one of its fields")
    }

    fn enums_have_members(&self) -> Check {
        for (record, list) in self.enums.iter().enumerate() {
            let place = Place { table: "enums", record };
            hold(
                !list.name.is_empty() && list.members.count.get() > 0,
                place,
                "it has no name or no member",
            )?;
            let names = list.members.of(self.members).iter().map(|member| member.name);
            distinct(names, place, "a member is there twice")?;
        }
        for (record, member) in self.members.iter().enumerate() {
            hold(!member.name.is_empty(), Place { table: "members", record }, "a name is empty")?;
        }
        for (record, embedded) in self.types.iter().enumerate() {
            hold(!embedded.name.is_empty(), Place { table: "types", record }, "a name is empty")?;
        }
        Ok(())
    }
}

/// Proves that a decimal has digits, and nothing else has.
pub(crate) fn digits_are_of_a_decimal(kind: FieldKind, precision: u16, scale: u16, place: Place) -> Check {
    match kind {
        FieldKind::Decimal => {
            let right = (1..=1000).contains(&precision) && scale <= precision;
            hold(right, place, "the decimal's digits are out of range")
        }
        _ => hold(precision == 0 && scale == 0, place, "only decimals have digits"),
    }
}

/// Proves that the rules of a field are in order, and that some value keeps its ranges.
pub(crate) fn rules_go_together(rules: &[RuleRecord], place: Place) -> Check {
    let sorted = rules.is_sorted_by(|a, b| a.kind.get() < b.kind.get());
    hold(sorted, place, "its rules are not in order, or one is there twice")?;
    let value = |kind| rules.iter().find(|rule| rule.kind.get() == kind);
    let pairs = [(RuleKind::MinLength, RuleKind::MaxLength), (RuleKind::Min, RuleKind::Max)];
    let ranges = pairs.into_iter().filter_map(|(min, max)| value(min).zip(value(max)));
    hold({ ranges }.all(|(min, max)| not_above(min, max)), place, "a least value is over the greatest")
}

/// Whether `min` is at most `max`; numbers too long to compare are let pass.
fn not_above(min: &RuleRecord, max: &RuleRecord) -> bool {
    let raised = |number: i64, by: u8| 10_i128.checked_pow(by.into())?.checked_mul(number.into());
    let places = min.scale.max(max.scale);
    let raise = |rule: &RuleRecord| raised(rule.number.get(), places.saturating_sub(rule.scale));
    raise(min).zip(raise(max)).is_none_or(|(min, max)| min <= max)
}

pub(crate) fn default_is_canonical(default: &DefaultRecord, place: Place) -> Check {
    let number = default.number.get();
    let (text, number, scale) = match default.kind.get() {
        DefaultKind::Null => (default.text.is_empty(), number == 0, default.scale == 0),
        DefaultKind::String => (true, number == 0, default.scale == 0),
        DefaultKind::Member => (!default.text.is_empty(), number == 0, default.scale == 0),
        DefaultKind::Int => (default.text.is_empty(), true, default.scale == 0),
        DefaultKind::Decimal => (default.text.is_empty(), true, true),
        DefaultKind::Bool => (default.text.is_empty(), matches!(number, 0 | 1), default.scale == 0),
    };
    hold(text && number && scale, place, "a cell does not fit the kind")
}

pub(crate) fn rule_is_canonical(rule: &RuleRecord, place: Place) -> Check {
    let number = rule.number.get();
    let (text, number, scale) = match rule.kind.get() {
        RuleKind::MinLength | RuleKind::MaxLength | RuleKind::MaxSize => {
            (rule.text.is_empty(), number >= 0, rule.scale == 0)
        }
        RuleKind::Min | RuleKind::Max => (rule.text.is_empty(), true, true),
        RuleKind::Regex | RuleKind::Accept => (true, number == 0, rule.scale == 0),
    };
    hold(text && number && scale, place, "a cell does not fit the kind")
}
