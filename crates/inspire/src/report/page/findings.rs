//! The part of the page that comes first: what deserves a second look.

use inspire_artifact::auth::{LONG_SESSION_SECONDS, SHORT_PASSWORD_LENGTH};
use inspire_artifact::routes::Route;

use super::phrase::{joined, marked, names, narrowed, policy, whole, with_clauses};
use super::{Block, Item, Phrase, items, text};
use crate::report::entity::Type;
use crate::report::findings::{DecidingEntity, Findings, MarkedEntity, MixedHandler, SignIn};
use crate::report::policy::Policy;
use crate::report::{SecurityReport, route};
use crate::words;

/// A kind of finding.
struct Kind<'p> {
    /// What is found; also tells that nothing was.
    title: &'static str,
    /// What that means.
    meaning: &'static str,
    items: Vec<Item<'p>>,
}

impl<'p> Kind<'p> {
    fn new(title: &'static str, meaning: &'static str, items: impl Iterator<Item = Item<'p>>) -> Self {
        Self { title, meaning, items: items.collect() }
    }

    fn push(self, page: &mut Vec<Block<'p>>) {
        page.push(Block::Heading(Phrase::new().words(format!("{}: {}", self.title, self.items.len()))));
        if !self.meaning.is_empty() {
            page.push(text(self.meaning));
        }
        page.push(Block::Items(self.items));
    }
}

/// Everything that was found, then what was not.
pub(super) fn findings<'p>(page: &mut Vec<Block<'p>>, report: &'p SecurityReport<'_>) {
    page.push(Block::Section("Look at these first"));
    let mut absent = Vec::new();
    for kind in kinds(&report.findings, &report.types) {
        if kind.items.is_empty() {
            absent.push(kind.title);
        } else {
            kind.push(page);
        }
    }
    if !absent.is_empty() {
        page.push(Block::Heading(Phrase::new().words("Looked for and not found")));
        page.push(items(absent.iter().map(|title| Phrase::new().words(*title))));
    }
}

fn kinds<'p>(found: &'p Findings<'_>, types: &'p [Type<'_>]) -> Vec<Kind<'p>> {
    vec![
        Kind::new(
            "Open routes",
            "They ask for no credential: whether a caller may is up to the handler.",
            found.open_routes.iter().map(open_route),
        ),
        Kind::new(
            "Handlers behind open and guarded routes",
            "They run for callers who showed a credential and for callers who showed none.",
            found.mixed_handlers.iter().map(mixed_handler),
        ),
        Kind::new("Anyone may change rows", "Without signing in.", policies(&found.public_writes)),
        Kind::new("Anyone may read rows", "Without signing in.", policies(&found.public_reads)),
        Kind::new(
            "Grants across tenants",
            "These callers have no tenant, so the namespace of the entity does not narrow the rows.",
            policies(&found.tenant_crossings),
        ),
        Kind::new(
            "Every row to every signed-in user",
            "On entities in no namespace. Whoever can sign up is a signed-in user.",
            policies(&found.all_rows_to_signed_in),
        ),
        Kind::new(
            "Sensitive and personal fields",
            "And the policies on reading them.",
            found.marked_entities.iter().map(marked_entity).chain(types.iter().map(marked_type)),
        ),
        Kind::new("API keys that may delete", "", policies(&found.scope_deletes)),
        Kind::new(
            "Rows that decide about access",
            "Principal attributes or memberships are read from them: whoever may change these rows changes what \
             people may do elsewhere.",
            found.deciding_entities.iter().map(deciding_entity),
        ),
        Kind::new("Denies", "", policies(&found.denies)),
        Kind::new(
            "Undeclared roles",
            "Policies name them, and no `@system` block declares them.",
            entries(&found.undeclared_roles),
        ),
        Kind::new(
            "Entities that nobody may touch",
            "No policy grants anything.",
            entries(&found.untouchable_entities),
        ),
        Kind::new(
            "Entities outside every namespace",
            "Their rows belong to no tenant; only conditions narrow them.",
            entries(&found.entities_outside_namespaces),
        ),
        Kind::new(
            "Scopes that no route asks for",
            "A key of such a scope opens no route.",
            entries(&found.unused_scopes),
        ),
        Kind::new("Weak sign-in rules", "", found.sign_in.iter().map(sign_in)),
    ]
}

fn policies<'p>(policies: &'p [Policy<'_>]) -> impl Iterator<Item = Item<'p>> {
    policies.iter().map(|policy| narrowed(whole(policy), policy))
}

fn entries<'p>(names: &'p [&'p str]) -> impl Iterator<Item = Item<'p>> {
    names.iter().map(|name| Phrase::new().code(*name).into())
}

fn open_route<'p>(one: &'p Route<'_>) -> Item<'p> {
    let limit = one.rate_limit.map_or_else(|| "no limit".to_owned(), words::rate_limit);
    Phrase::new().code(route::name(one)).words(" calls ").code(one.handler).words(format!(", {limit}")).into()
}

fn mixed_handler<'p>(one: &'p MixedHandler<'_>) -> Item<'p> {
    Item {
        phrase: Phrase::new().code(one.handler),
        notes: vec![
            Phrase::new().words("open: ").then(names(&one.open)),
            Phrase::new().words("guarded: ").then(names(&one.guarded)),
        ],
    }
}

fn marked_entity<'p>(one: &'p MarkedEntity<'_>) -> Item<'p> {
    let phrase = Phrase::new().code(one.entity).words(": ").then(marked(&one.fields));
    Item { phrase, notes: clauses(&one.policies, "nobody may read them") }
}

fn marked_type<'p>(one: &'p Type<'_>) -> Item<'p> {
    Phrase::new().words("type ").code(one.name).words(": ").then(marked(&one.marked_fields)).into()
}

fn deciding_entity<'p>(one: &'p DecidingEntity<'_>) -> Item<'p> {
    let attributes = one.attributes.iter().map(|name| Phrase::new().code(format!("principal.{name}")));
    let via = one.via.iter().map(|name| Phrase::new().words("policies of ").code(*name));
    let phrase = Phrase::new().code(one.entity).words(": ").then(joined(attributes.chain(via)));
    Item { phrase, notes: clauses(&one.policies, "no policy lets anyone change them") }
}

/// Policies of one entity, one a line, or what it means that there is none.
fn clauses<'p>(policies: &'p [Policy<'_>], none: &'static str) -> Vec<Phrase<'p>> {
    if !policies.iter().any(Policy::is_grant) {
        return vec![Phrase::new().words(none)];
    }
    let clauses = |one: &'p Policy<'_>| with_clauses(policy(one), one);
    policies.iter().map(clauses).collect()
}

fn sign_in<'p>(one: &SignIn<'p>) -> Item<'p> {
    let phrase = Phrase::new();
    match *one {
        SignIn::LongSession { session_duration_seconds } => phrase.words(format!(
            "sessions live {}, more than {}",
            words::duration(session_duration_seconds),
            words::duration(LONG_SESSION_SECONDS)
        )),
        SignIn::ShortPassword { min_length } => phrase.words(format!(
            "passwords of {min_length} characters are accepted, fewer than {SHORT_PASSWORD_LENGTH}"
        )),
        SignIn::NoPasswordBlocklist => phrase.words("neither common nor breached passwords are refused"),
        SignIn::SeveralRows { attribute } => {
            phrase.code(format!("principal.{attribute}")).words(" is read where several rows may match")
        }
    }
    .into()
}
