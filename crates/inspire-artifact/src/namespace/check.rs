//! The rules of `NSPC`.

use super::Namespaces;
use crate::check::{Check, Rules, ascending, at_most, hold, tiles, within};
use crate::limits;
use crate::meta::Counts;
use crate::table::Place;

impl Rules for Namespaces<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.namespaces.len(), limits::ENTITIES, "namespaces")?;
        tiles(self.namespaces.iter().map(|record| record.entities), "namespaces", self.members.len())?;
        ascending(self.namespaces, "namespaces", |record| self.texts.bytes(record.name))?;
        for (record, namespace) in self.namespaces.iter().enumerate() {
            let place = Place { table: "namespaces", record };
            hold(!namespace.name.is_empty() && !namespace.attribute.is_empty(), place, "a name is empty")?;
            within(namespace.attribute_index.get(), counts.attributes(), place)?;
            let members = namespace.entities.of(self.members);
            let sorted = members.is_sorted_by(|a, b| a.entity.get() < b.entity.get());
            hold(sorted, place, "its entities are not in order, or one is there twice")?;
        }
        for (record, member) in self.members.iter().enumerate() {
            let place = Place { table: "members", record };
            within(member.entity.get(), counts.entities(), place)?;
            within(member.field.get(), counts.fields(), place)?;
            hold(!member.entity_name.is_empty() && !member.column.is_empty(), place, "a name is empty")?;
        }
        self.entities_are_distinct()
    }
}

impl Namespaces<'_> {
    fn entities_are_distinct(&self) -> Check {
        let mut entities: Vec<u32> = self.members.iter().map(|member| member.entity.get()).collect();
        entities.sort_unstable();
        let distinct = entities.is_sorted_by(|a, b| a < b);
        hold(distinct, Place { table: "members", record: 0 }, "an entity is in two namespaces")
    }
}
