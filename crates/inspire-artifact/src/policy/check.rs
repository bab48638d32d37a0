//! The rules of `PLCY`.

use super::{Audience, Op, OpRecord, Policies, PolicyRecord, SystemKind, ViaRecord, action};
use crate::check::{Check, Rules, ascending, at_most, counts_up, hold, tiles, within, within_or_none};
use crate::limits;
use crate::meta::Counts;
use crate::record::{NONE, index};
use crate::table::Place;

impl Rules for Policies<'_> {
    fn check(&self, counts: &Counts) -> Check {
        at_most(self.policies.len(), limits::POLICIES, "policies")?;
        tiles(self.policies.iter().map(|policy| policy.action_fields), "policies", self.action_fields.len())?;
        tiles(self.policies.iter().map(|policy| policy.condition), "policies", self.ops.len())?;
        tiles(self.ops.iter().map(|op| op.steps), "ops", self.steps.len())?;
        counts_up(self.policies.iter().map(|policy| policy.via.get()), "policies", self.vias.len())?;
        for (record, op) in self.ops.iter().enumerate() {
            self.op(op, Place { table: "ops", record }, counts)?;
        }
        for (record, policy) in self.policies.iter().enumerate() {
            self.policy(policy, Place { table: "policies", record }, counts)?;
        }
        self.policies_are_in_order()?;
        for (record, step) in self.steps.iter().enumerate() {
            let place = Place { table: "steps", record };
            within_or_none(step.field.get(), counts.fields(), place)?;
            hold(!step.name.is_empty(), place, "a name is empty")?;
        }
        for (record, via) in self.vias.iter().enumerate() {
            via_is_in_range(via, Place { table: "vias", record }, counts)?;
        }
        self.systems_are_named()
    }
}

impl Policies<'_> {
    fn policy(&self, policy: &PolicyRecord, place: Place, counts: &Counts) -> Check {
        within_or_none(policy.entity.get(), counts.entities(), place)?;
        hold(policy.actions != 0 && policy.actions & !action::ALL == 0, place, "an action is unknown")?;
        let (system, systems) = (policy.system.get(), index(self.systems.len()).get());
        let role = policy.audience.get() == Audience::Role;
        match policy.audience.get() {
            Audience::System => within(system, systems, place)?,
            Audience::Role => within_or_none(system, systems, place)?,
            _ => hold(system == NONE, place, "audience and system principal do not go together")?,
        }
        hold(role != policy.role_name.is_empty(), place, "audience and role do not go together")?;
        for field in policy.action_fields.of(self.action_fields) {
            let one = field.action.is_power_of_two() && field.action & policy.actions != 0;
            hold(one && field.action != action::DELETE, place, "a field list is of no action of the policy")?;
            within(field.field.get(), counts.fields(), place)?;
        }
        let fields = policy.action_fields.of(self.action_fields);
        let sorted = fields.is_sorted_by(|a, b| (a.action, a.field.get()) < (b.action, b.field.get()));
        hold(sorted, place, "its fields are not in order, or one is there twice")?;
        self.condition(policy, place)
    }

    fn policies_are_in_order(&self) -> Check {
        let key = |policy: &PolicyRecord| match policy.audience.get() {
            Audience::System => (true, policy.system.get(), policy.entity.get()),
            _ => (false, 0, policy.entity.get()),
        };
        let mut before = None;
        for (record, policy) in self.policies.iter().enumerate() {
            let key = Some(key(policy));
            hold(before <= key, Place { table: "policies", record }, "the policies are not in order")?;
            before = key;
        }
        Ok(())
    }

    /// The operations of a condition leave exactly one value, and take none that is not there.
    fn condition(&self, policy: &PolicyRecord, place: Place) -> Check {
        let ops = policy.condition.of(self.ops);
        let mut depth: i64 = 0;
        let mut before = None;
        for op in ops {
            let kind = op.op.get();
            let takes = operands(op);
            hold(takes <= depth, place, "its condition takes a value that is not there")?;
            depth += 1 - takes;
            let list = before == Some(Op::List);
            hold(list == (kind == Op::In), place, "a list stands elsewhere than in `in`")?;
            let junction = kind == Op::Junction && policy.via.get() == NONE;
            hold(!junction, place, "its condition reads a membership that it does not have")?;
            before = Some(kind);
        }
        let left = i64::from(!ops.is_empty());
        hold(depth == left && before != Some(Op::List), place, "its condition leaves no single value")
    }

    /// Only the operation's own cells are filled.
    fn op(&self, op: &OpRecord, place: Place, counts: &Counts) -> Check {
        let (kind, number) = (op.op.get(), op.number.get());
        let number_fits = match kind {
            Op::Number => true,
            Op::Bool => matches!(number, 0 | 1),
            Op::List => (0..=i64::from(u32::MAX)).contains(&number),
            Op::And | Op::Or => (2..=i64::from(u32::MAX)).contains(&number),
            _ => number == 0,
        };
        let text_fits = match kind {
            Op::String => true,
            Op::Principal => !op.text.is_empty(),
            _ => op.text.is_empty(),
        };
        let scale_fits = kind == Op::Number || op.scale == 0;
        hold(number_fits && text_fits && scale_fits, place, "a cell does not fit the operation")?;
        match kind {
            Op::Principal => within_or_none(op.attribute.get(), counts.attributes(), place)?,
            Op::PrincipalPlan | Op::PrincipalPlanStatus => {
                hold(counts.payments() == 1, place, "a plan is asked for where there are none")?;
            }
            _ => hold(op.attribute.get() == NONE, place, "a cell does not fit the operation")?,
        }
        let steps = op.steps.count.get();
        match kind {
            Op::Resource | Op::Junction => {
                hold((1..=limits::PATH_DEPTH + 1).contains(&steps), place, "a path is empty or too long")
            }
            _ => hold(steps == 0, place, "a cell does not fit the operation"),
        }
    }

    fn systems_are_named(&self) -> Check {
        for (record, system) in self.systems.iter().enumerate() {
            let place = Place { table: "systems", record };
            hold(!system.name.is_empty(), place, "a name is empty")?;
            let role = system.kind.get() == SystemKind::Role;
            let named = !system.role_name.is_empty() && !system.display_name.is_empty();
            let unnamed = system.role_name.is_empty() && system.display_name.is_empty();
            hold(if role { named } else { unnamed }, place, "kind and display name do not go together")?;
        }
        ascending(self.systems, "systems", |system| self.texts.bytes(system.name))
    }
}

/// How many values an operation takes from the stack.
pub(super) fn operands(op: &OpRecord) -> i64 {
    match op.op.get() {
        Op::List | Op::And | Op::Or => op.number.get(),
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In => 2,
        Op::Not => 1,
        Op::Null | Op::Bool | Op::Number | Op::String => 0,
        Op::PrincipalId | Op::PrincipalPlan | Op::PrincipalPlanStatus => 0,
        Op::Principal | Op::Resource | Op::Junction => 0,
    }
}

fn via_is_in_range(via: &ViaRecord, place: Place, counts: &Counts) -> Check {
    within(via.junction.get(), counts.entities(), place)?;
    within(via.user_field.get(), counts.fields(), place)?;
    within_or_none(via.junction_field.get(), counts.fields(), place)?;
    within_or_none(via.entity_field.get(), counts.fields(), place)
}
