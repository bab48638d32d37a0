//! `PLCY`

use inspire_artifact::debug::Subject;
use inspire_artifact::policy::{
    self as artifact, ActionFieldRecord, Effect, OpRecord, PolicyRecord, StepRecord, SystemRecord, Tables,
    TieKind, ViaRecord,
};
use inspire_artifact::{List, NONE, Text};
use inspire_syntax::ast::{Operator, Verb};

use super::{Origins, add_doc, entity_index, field_index};
use crate::model::{Audience, Data, Op, Policies, Policy, System, SystemKind, Tie, Via};

const POLICIES: u8 = 0;
const SYSTEMS: u8 = 2;

pub(super) fn lower<'a>(
    policies: &Policies<'a>,
    systems: &[System<'a>],
    data: &Data<'a>,
    origins: &mut Origins<'_, 'a>,
) -> Tables {
    let mut tables = Tables::default();
    tables.policies.reserve_exact(policies.policies.len());
    tables.ops.reserve_exact(policies.ops.len());
    tables.steps.reserve_exact(policies.steps.len());
    for (i, item) in policies.policies.iter().enumerate() {
        let record = policy(&mut tables, item);
        tables.policies.push(record);
        let doc = origins.doc(item.location.file, item.location.span.start);
        add_doc(&mut tables.strings, &mut tables.docs, POLICIES.into(), i, doc);
        origins.place(Subject::Policies, POLICIES, i, item.location);
    }
    let listed = policies.action_fields.iter();
    tables.action_fields.extend(
        listed
            .map(|(action, field)| ActionFieldRecord { action: *action, field: field_index(*field).into() }),
    );
    for item in &policies.ops {
        let record = op(&mut tables, item);
        tables.ops.push(record);
    }
    for step in &policies.steps {
        let name = tables.strings.intern(data.field(*step).name);
        tables.steps.push(StepRecord { field: field_index(*step).into(), name });
    }
    for (i, item) in systems.iter().enumerate() {
        let record = system(&mut tables, item);
        tables.systems.push(record);
        let doc = origins.doc(item.location.file, item.start);
        add_doc(&mut tables.strings, &mut tables.docs, SYSTEMS.into(), i, doc);
        origins.place(Subject::Policies, SYSTEMS, i, item.location);
    }
    tables
}

fn policy(tables: &mut Tables, policy: &Policy<'_>) -> PolicyRecord {
    let via = match policy.via {
        Some(item) => {
            tables.vias.push(via(item));
            tables.vias.len() as u32 - 1
        }
        None => NONE,
    };
    let (audience, system, role) = match policy.audience {
        Audience::SignedIn => (artifact::Audience::SignedIn, NONE, ""),
        Audience::Public => (artifact::Audience::Public, NONE, ""),
        Audience::Role(name, declared) => (artifact::Audience::Role, declared.map_or(NONE, |id| id.0), name),
        Audience::System(id) => (artifact::Audience::System, id.0, ""),
    };
    let effect = if policy.effect == Verb::Deny { Effect::Deny } else { Effect::Grant };
    let list = |(from, to): (u32, u32)| List::since(from as usize, to as usize);
    PolicyRecord {
        entity: entity_index(policy.entity).into(),
        effect: effect.into(),
        actions: policy.actions,
        audience: audience.into(),
        system: system.into(),
        role_name: tables.strings.intern(role),
        via: via.into(),
        condition: list(policy.condition),
        action_fields: list(policy.action_fields),
        why: tables.strings.intern(policy.why),
    }
}

fn via(via: Via) -> ViaRecord {
    let (tie, theirs, ours) = match via.tie {
        Tie::Condition => (TieKind::Condition, NONE, NONE),
        Tie::Reference(theirs, ours) => (TieKind::Reference, field_index(theirs), field_index(ours)),
        Tie::Common(theirs, ours) => (TieKind::CommonReference, field_index(theirs), field_index(ours)),
        Tie::Tenant(theirs, ours) => (TieKind::Tenant, field_index(theirs), field_index(ours)),
    };
    ViaRecord {
        junction: entity_index(via.junction).into(),
        user_field: field_index(via.user_field).into(),
        tie: tie.into(),
        junction_field: theirs.into(),
        entity_field: ours.into(),
    }
}

fn system(tables: &mut Tables, system: &System<'_>) -> SystemRecord {
    let (kind, display_name, role_name) = match system.kind {
        SystemKind::Role(display) => {
            let role = heck::ToPascalCase::to_pascal_case(system.name);
            (artifact::SystemKind::Role, tables.strings.intern(display), tables.strings.intern(&role))
        }
        SystemKind::System => (artifact::SystemKind::System, Text::EMPTY, Text::EMPTY),
        SystemKind::Scope => (artifact::SystemKind::Scope, Text::EMPTY, Text::EMPTY),
    };
    SystemRecord { name: tables.strings.intern(system.name), display_name, role_name, kind: kind.into() }
}

fn op(tables: &mut Tables, op: &Op<'_>) -> OpRecord {
    use artifact::Op as Kind;
    let here = tables.ops.last().map_or(0, |last| last.steps.first.get() + last.steps.count.get());
    let plain = |op: Kind, number: i64| OpRecord {
        op: op.into(),
        scale: 0,
        number: number.into(),
        text: Text::EMPTY,
        attribute: NONE.into(),
        steps: List { first: here.into(), count: 0.into() },
    };
    let path = |op: Kind, from: u32, to: u32| OpRecord {
        steps: List { first: from.into(), count: (to - from).into() },
        ..plain(op, 0)
    };
    match op {
        Op::Null => plain(Kind::Null, 0),
        Op::Bool(value) => plain(Kind::Bool, i64::from(*value)),
        Op::Number(number) => OpRecord { scale: number.scale, ..plain(Kind::Number, number.mantissa) },
        Op::String(text) => OpRecord { text: tables.strings.intern(text), ..plain(Kind::String, 0) },
        Op::PrincipalId => plain(Kind::PrincipalId, 0),
        Op::PrincipalPlan => plain(Kind::PrincipalPlan, 0),
        Op::PrincipalPlanStatus => plain(Kind::PrincipalPlanStatus, 0),
        Op::Principal(name, id) => OpRecord {
            text: tables.strings.intern(name),
            attribute: id.map_or(NONE, |id| id.0).into(),
            ..plain(Kind::Principal, 0)
        },
        Op::Resource(from, to) => path(Kind::Resource, *from, *to),
        Op::Junction(from, to) => path(Kind::Junction, *from, *to),
        Op::List(count) => plain(Kind::List, i64::from(*count)),
        Op::Compare(operator) => plain(
            match operator {
                Operator::Equal => Kind::Eq,
                Operator::NotEqual => Kind::Ne,
                Operator::Less => Kind::Lt,
                Operator::LessOrEqual => Kind::Le,
                Operator::Greater => Kind::Gt,
                Operator::GreaterOrEqual => Kind::Ge,
            },
            0,
        ),
        Op::In => plain(Kind::In, 0),
        Op::And(count) => plain(Kind::And, i64::from(*count)),
        Op::Or(count) => plain(Kind::Or, i64::from(*count)),
        Op::Not => plain(Kind::Not, 0),
    }
}
