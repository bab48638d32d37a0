//! The entities: who may do what to each, at a glance and in full.

use super::phrase::{listed, marked, policy, reasoned};
use super::{Block, Item, Phrase, items, text};
use crate::report::entity::{Entity, Extent, Reach};
use crate::report::policy::Action;

const LEGEND: [&str; 4] = [
    "A anyone, U signed-in users, R roles, S system principals, K API keys",
    "capital letter: every row and every field; in a namespace, U and R mean those of their own tenant",
    "small letter: only under a condition, by a membership or for some fields",
    "! some deny takes of that; – nobody",
];

pub(super) fn entities<'p>(page: &mut Vec<Block<'p>>, entities: &'p [Entity<'_>]) {
    page.push(Block::Section("Access to entities"));
    if entities.is_empty() {
        return page.push(text("None."));
    }
    page.push(items(LEGEND.map(|line| Phrase::new().words(line))));
    let rows = entities.iter().map(row).collect();
    page.push(Block::Table(&["Entity", "Read", "Insert", "Update", "Delete"], rows));
    for one in entities {
        entity(page, one);
    }
}

fn row<'p>(entity: &'p Entity<'_>) -> Vec<Phrase<'p>> {
    let cells = Action::ALL.iter().map(|action| Phrase::new().words(letters(entity.access.of(*action))));
    std::iter::once(Phrase::new().code(entity.name)).chain(cells).collect()
}

/// `U r K !`, or a dash for nobody.
fn letters(reach: &Reach) -> String {
    let kinds = [
        (reach.anyone, 'A'),
        (reach.signed_in, 'U'),
        (reach.role, 'R'),
        (reach.system, 'S'),
        (reach.scope, 'K'),
    ];
    let letters = kinds.into_iter().filter_map(|(extent, letter)| match extent {
        Extent::None => None,
        Extent::Some => Some(letter.to_ascii_lowercase()),
        Extent::All => Some(letter),
    });
    let nobody = reach.is_nobody().then_some('–');
    let letters = letters.chain(nobody).chain(reach.denied.then_some('!'));
    letters.map(String::from).collect::<Vec<_>>().join(" ")
}

fn entity<'p>(page: &mut Vec<Block<'p>>, entity: &'p Entity<'_>) {
    page.push(Block::Heading(Phrase::new().code(entity.name)));
    let mut items: Vec<Item<'_>> = Vec::new();
    if let Some(tenancy) = entity.namespace {
        let condition = format!("resource.{0} == principal.{0}", tenancy.attribute);
        let phrase = Phrase::new().words("in namespace ").code(tenancy.name);
        items.push(phrase.words(": users reach only rows where ").code(condition).into());
    }
    if !entity.marked_fields.is_empty() {
        items.push(Phrase::new().words("marked fields: ").then(marked(&entity.marked_fields)).into());
    }
    items.extend(entity.policies.iter().map(|one| reasoned(policy(one), one)));
    let nobody = Action::ALL.into_iter().filter(|action| entity.access.of(*action).is_nobody());
    let nobody: Vec<_> = nobody.map(Action::as_str).collect();
    if !nobody.is_empty() {
        items.push(Phrase::new().words(format!("nobody may {}", listed(&nobody))).into());
    }
    page.push(Block::Items(items));
}
