//! The rules of `AUTH`.

use super::{
    AttributeRecord, Auth, Binding, ConditionRecord, OperandKind, Provider, SettingsRecord, password_rule,
};
use crate::check::{Check, Rules, at_most, hold, tiles, within, within_or_none};
use crate::limits;
use crate::meta::Counts;
use crate::record::NONE;
use crate::table::Place;

impl Rules for Auth<'_> {
    fn check(&self, counts: &Counts) -> Check {
        let [settings] = self.settings else {
            return hold(false, Place { table: "settings", record: 0 }, "there is not exactly one record");
        };
        self.providers_are_distinct()?;
        let email = self.providers.iter().any(|record| record.provider.get() == Provider::Email);
        settings_are_in_range(settings, email)?;
        at_most(self.attributes.len(), limits::ATTRIBUTES, "attributes")?;
        tiles(self.attributes.iter().map(|record| record.conditions), "attributes", self.conditions.len())?;
        for (record, attribute) in self.attributes.iter().enumerate() {
            self.attribute(attribute, Place { table: "attributes", record }, counts)?;
        }
        self.names_are_distinct()
    }
}

fn settings_are_in_range(settings: &SettingsRecord, email: bool) -> Check {
    let place = Place { table: "settings", record: 0 };
    let seconds = settings.session_duration_seconds.get();
    let range = limits::SESSION_SECONDS_MIN..=limits::SESSION_SECONDS_MAX;
    hold(range.contains(&seconds), place, "the session duration is not 60 seconds to 365 days")?;
    hold(settings.password.get() == email, place, "passwords and the provider `email` do not go together")?;
    let (min, max, rules) = (settings.min_length.get(), settings.max_length.get(), settings.password_rules);
    if !email {
        return hold(min == 0 && max == 0 && rules == 0, place, "there are password rules without passwords");
    }
    hold(min >= limits::PASSWORD_MIN_LENGTH, place, "the password's `minLength` is below 8")?;
    hold(max >= limits::PASSWORD_MAX_LENGTH_MIN, place, "the password's `maxLength` is below 64")?;
    hold(max <= limits::PASSWORD_MAX_LENGTH_MAX, place, "the password's `maxLength` is over 1024")?;
    hold(min <= max, place, "the password's `minLength` is over its `maxLength`")?;
    hold(rules & !password_rule::ALL == 0, place, "a password rule is unknown")
}

impl Auth<'_> {
    fn providers_are_distinct(&self) -> Check {
        let table = "providers";
        hold(!self.providers.is_empty(), Place { table, record: 0 }, "there is none")?;
        let mut seen = 0_u8;
        for (record, provider) in self.providers.iter().enumerate() {
            let bit = 1 << (provider.provider.get() as u8);
            hold(seen & bit == 0, Place { table, record }, "a provider is there twice")?;
            seen |= bit;
        }
        Ok(())
    }

    fn attribute(&self, attribute: &AttributeRecord, place: Place, counts: &Counts) -> Check {
        let user = attribute.binding.get() == Binding::User;
        let entity = attribute.entity.get();
        hold(user == (entity == NONE), place, "binding and entity do not go together")?;
        within_or_none(entity, counts.entities(), place)?;
        let texts = [
            attribute.name,
            attribute.type_name,
            attribute.entity_name,
            attribute.field_name,
            attribute.column,
        ];
        hold(!texts.iter().any(|text| text.is_empty()), place, "a name is empty")?;
        let keys = [attribute.table, attribute.link_column];
        hold(keys.iter().all(|text| text.is_empty() == user), place, "binding and table do not go together")?;
        let name = self.texts.get(attribute.name);
        hold(!matches!(name, "id" | "plan" | "planStatus"), place, "the name is reserved")?;
        let null = attribute.binding.get() == Binding::SelectFrom && attribute.nullable.get();
        hold(!null, place, "an attribute that the user picks is nullable")?;
        for index in attribute.conditions.indexes() {
            if let Some(condition) = self.conditions.get(index as usize) {
                self.condition(condition, index as usize, place.record)?;
            }
        }
        Ok(())
    }

    /// Only the operand's own cells are filled, and an attribute operand stands before `owner`.
    fn condition(&self, condition: &ConditionRecord, record: usize, owner: usize) -> Check {
        let place = Place { table: "conditions", record };
        let names = condition.field_name.is_empty() || condition.column.is_empty();
        hold(!names, place, "a name is empty")?;
        let kind = condition.operand.get();
        let number = condition.number.get();
        let number_fits = match kind {
            OperandKind::Int | OperandKind::Decimal => true,
            OperandKind::Bool => matches!(number, 0 | 1),
            _ => number == 0,
        };
        let text_fits = kind == OperandKind::String || condition.text.is_empty();
        let scale_fits = kind == OperandKind::Decimal || condition.scale == 0;
        hold(number_fits && text_fits && scale_fits, place, "a cell does not fit the operand")?;
        match (kind, u32::try_from(owner)) {
            (OperandKind::Attribute, Ok(owner)) => within(condition.attribute.get(), owner, place),
            _ => hold(condition.attribute.get() == NONE, place, "a cell does not fit the operand"),
        }
    }

    fn names_are_distinct(&self) -> Check {
        let mut names: Vec<u32> = self.attributes.iter().map(|record| record.name.offset.get()).collect();
        names.sort_unstable();
        let distinct = names.is_sorted_by(|a, b| a < b);
        hold(distinct, Place { table: "attributes", record: 0 }, "a name is there twice")
    }
}
