//! The rules of `KEYS`.

use super::{ApiKeys, action};
use crate::check::{Check, Rules, ascending, at_most, hold, tiles, within_or_none};
use crate::limits;
use crate::meta::Counts;
use crate::table::Place;

impl Rules for ApiKeys<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.scopes.len(), limits::SCOPES, "scopes")?;
        tiles(self.scopes.iter().map(|scope| scope.grants), "scopes", self.grants.len())?;
        for (record, scope) in self.scopes.iter().enumerate() {
            let place = Place { table: "scopes", record };
            hold(!scope.name.is_empty() && !scope.system.is_empty(), place, "a name is empty")?;
            let grants = scope.grants.of(self.grants);
            let sorted = grants.is_sorted_by(|a, b| a.entity.get() < b.entity.get());
            hold(sorted, place, "its grants are not in order, or one entity is there twice")?;
        }
        ascending(self.scopes, "scopes", |scope| self.texts.bytes(scope.name))?;
        for (record, grant) in self.grants.iter().enumerate() {
            let place = Place { table: "grants", record };
            within_or_none(grant.entity.get(), counts.entities(), place)?;
            hold(!grant.entity_name.is_empty(), place, "a name is empty")?;
            hold(grant.actions != 0 && grant.actions & !action::ALL == 0, place, "an action is unknown")?;
            let subset = grant.unconditional & !grant.actions == 0;
            hold(subset, place, "an unconditional action is not granted")?;
            let policies = grant.policies.indexes();
            hold(!policies.is_empty(), place, "no policy grants it")?;
            hold(policies.end <= counts.policies(), place, "an index is out of range")?;
        }
        Ok(())
    }
}
