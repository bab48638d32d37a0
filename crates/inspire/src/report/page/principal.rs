//! Scopes, roles and system principals, each with what it may do.

use std::collections::HashSet;

use super::phrase::{about, reasoned};
use super::{Block, Item, Phrase, text};
use crate::report::SecurityReport;
use crate::report::policy::Policy;
use crate::report::principal::{Role, Scope};

pub(super) fn scopes<'p>(page: &mut Vec<Block<'p>>, report: &'p SecurityReport<'_>) {
    page.push(Block::Section("Scopes of API keys"));
    if report.scopes.is_empty() {
        return page.push(text("None."));
    }
    let members = members(report);
    for scope in &report.scopes {
        page.push(Block::Heading(Phrase::new().code(scope.name)));
        let mut items = grants(&scope.policies, &members);
        items.push(routes(scope));
        page.push(Block::Items(items));
    }
}

fn routes<'p>(scope: &'p Scope<'_>) -> Item<'p> {
    let phrase = match scope.routes.len() {
        0 => Phrase::new().words("no route asks for it"),
        1 => Phrase::new().words("1 route asks for it"),
        n => Phrase::new().words(format!("{n} routes ask for it")),
    };
    Item { phrase, notes: scope.routes.iter().map(|one| Phrase::new().code(one)).collect() }
}

pub(super) fn roles<'p>(page: &mut Vec<Block<'p>>, roles: &'p [Role<'_>]) {
    page.push(Block::Section("Roles"));
    if roles.is_empty() {
        return page.push(text("None."));
    }
    page.push(text("Whoever has a role may also do what every signed-in user may."));
    for role in roles {
        page.push(Block::Heading(Phrase::new().code(role.name)));
        let mut items = vec![declaration(role).into()];
        items.extend(grants(&role.policies, &HashSet::new()));
        page.push(Block::Items(items));
    }
}

fn declaration<'p>(role: &'p Role<'_>) -> Phrase<'p> {
    match (role.system, role.display_name) {
        (Some(system), Some(name)) => {
            let phrase = Phrase::new().words("shown as “").prose(name).words("”, declared by ");
            phrase.code(format!("@system({system:?})"))
        }
        _ => Phrase::new().words("nothing declares it"),
    }
}

pub(super) fn systems<'p>(page: &mut Vec<Block<'p>>, report: &'p SecurityReport<'_>) {
    page.push(Block::Section("System principals"));
    if report.systems.is_empty() {
        return page.push(text("None."));
    }
    let members = members(report);
    for system in &report.systems {
        page.push(Block::Heading(Phrase::new().code(system.name)));
        page.push(Block::Items(grants(&system.policies, &members)));
    }
}

/// The entities whose rows belong to tenants.
fn members<'p>(report: &'p SecurityReport<'_>) -> HashSet<&'p str> {
    report.namespaces.iter().flat_map(|one| one.entities.iter().copied()).collect()
}

/// What a principal may do, by entity; the rows of `members` belong to tenants.
fn grants<'p>(policies: &'p [Policy<'_>], members: &HashSet<&str>) -> Vec<Item<'p>> {
    if policies.is_empty() {
        return vec![Phrase::new().words("grants nothing").into()];
    }
    let item = |one: &'p Policy<'_>| {
        let crosses = one.is_grant() && one.has_no_tenant() && members.contains(one.entity);
        let phrase = about(one);
        reasoned(if crosses { phrase.words(", of every tenant") } else { phrase }, one)
    };
    policies.iter().map(item).collect()
}
