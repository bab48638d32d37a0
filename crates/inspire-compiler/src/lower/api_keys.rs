//! `KEYS`

use inspire_artifact::api_keys::{GrantRecord, ScopeRecord, Tables};
use inspire_artifact::debug::Subject;
use inspire_artifact::{List, index};

use super::{Origins, add_doc, entity_index};
use crate::model::policy::action;
use crate::model::{Data, Policies, Policy, Scope, System};

const SCOPES: u8 = 0;

pub(super) fn lower<'a>(
    scopes: &[Scope<'a>],
    data: &Data<'a>,
    policies: &Policies<'a>,
    systems: &[System<'a>],
    origins: &mut Origins<'_, 'a>,
) -> Tables {
    let mut tables = Tables::default();
    for (i, scope) in scopes.iter().enumerate() {
        let first = tables.grants.len();
        let (from, to) = scope.policies;
        let own = policies.policies.get(from as usize..to as usize).unwrap_or_default();
        let mut at = from as usize;
        // The policies of a scope are sorted by entity: each run of one entity is one grant.
        for run in own.chunk_by(|a, b| a.entity == b.entity) {
            let record = grant(&mut tables, data, policies, run, at);
            tables.grants.push(record);
            at += run.len();
        }
        let system = systems.get(scope.system.0 as usize).map_or("", |system| system.name);
        let record = ScopeRecord {
            name: tables.strings.intern(scope.name),
            system: tables.strings.intern(system),
            grants: List::since(first, tables.grants.len()),
        };
        tables.scopes.push(record);
        let doc = origins.doc(scope.location.file, scope.location.span.start);
        add_doc(&mut tables.strings, &mut tables.docs, SCOPES.into(), i, doc);
        origins.place(Subject::ApiKeys, SCOPES, i, scope.location);
    }
    tables
}

/// All policies of one scope about one entity as one grant.
fn grant<'a>(
    tables: &mut Tables,
    data: &Data<'a>,
    policies: &Policies<'a>,
    run: &[Policy<'a>],
    first: usize,
) -> GrantRecord {
    let actions = run.iter().fold(0, |all, policy| all | policy.actions);
    let unconditional = run.iter().fold(0, |all, policy| all | whole(policies, policy));
    let entity = run.first().map_or(crate::model::EntityId::USER, |policy| policy.entity);
    GrantRecord {
        entity: entity_index(entity).into(),
        entity_name: tables.strings.intern(data.entity(entity).name),
        actions,
        unconditional,
        policies: List { first: index(first), count: index(run.len()) },
    }
}

/// The actions that a policy grants on all rows and all fields.
fn whole(policies: &Policies<'_>, policy: &Policy<'_>) -> u8 {
    if policy.condition.0 != policy.condition.1 {
        return 0;
    }
    let (from, to) = policy.action_fields;
    let listed = policies.action_fields.get(from as usize..to as usize).unwrap_or_default();
    let partial = listed.iter().fold(0, |bits, (bit, _)| bits | bit);
    policy.actions & !partial & (action::READ | action::WRITE | action::DELETE)
}
