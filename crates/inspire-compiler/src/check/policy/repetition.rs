//! Policies that say nothing new: written twice, contained in another grant, or taken back by a deny.
//!
//! Policies are compared within a group: those for people about one entity, and those of one other principal about
//! one entity. Two of them are compared only when one's conditions can be among the other's.

use std::hash::{Hash, Hasher};

use inspire_diagnostics::{Code, Diagnostic, Location};
use inspire_syntax::ast::Verb;
use rustc_hash::FxHasher;

use crate::check::Checker;
use crate::check::api_keys::Systems;
use crate::model::policy::action;
use crate::model::{Audience, EntityId, FieldId, Op, Policies, Policy, SystemId, SystemKind};

/// So many policies for the same people are compared with another one; an entity has a handful.
const CANDIDATES: usize = 64;

const EACH_ACTION: [u8; 4] = [action::READ, action::INSERT, action::UPDATE, action::DELETE];

/// Reports policies that say nothing new.
pub(super) fn policies_say_something<'a>(cx: &mut Checker<'a>, model: &Policies<'a>, systems: &Systems<'a>) {
    let mut groups: Vec<((EntityId, Option<SystemId>), u32)> =
        (0..).zip(&model.policies).map(|(number, policy)| (group(policy, systems), number)).collect();
    groups.sort_unstable();
    let mut group = Group { model, systems, terms: Vec::new(), members: Vec::new(), keys: Vec::new() };
    for members in groups.chunk_by(|(a, _), (b, _)| a == b).filter(|members| members.len() > 1) {
        let policies = members.iter().filter_map(|(_, number)| model.policies.get(*number as usize));
        group.fill(policies);
        let found = group.members.iter().filter_map(|member| group.repetition(member));
        cx.diagnostics.extend(found);
    }
}

/// What policies are compared within: the entity, and the principal unless it is people.
fn group(policy: &Policy<'_>, systems: &Systems<'_>) -> (EntityId, Option<SystemId>) {
    let principal = match policy.audience {
        Audience::System(id) if !is_role(id, systems) => Some(id),
        _ => None,
    };
    (policy.entity, principal)
}

fn is_role(id: SystemId, systems: &Systems<'_>) -> bool {
    systems.entries.get(id.0 as usize).is_some_and(|entry| matches!(entry.kind, SystemKind::Role(_)))
}

/// One of the conditions that must all hold for a policy to apply.
#[derive(Clone, Copy)]
struct Term {
    /// Equal for equal terms, and never 0.
    hash: u64,
    /// Its place in the table of operations: from and up to.
    ops: (u32, u32),
}

/// A policy and its terms in `Group::terms`, sorted by hash: from and up to; none if it always applies.
struct Member<'p, 'a> {
    policy: &'p Policy<'a>,
    terms: (u32, u32),
}

/// How a member of a group is found; the keys are sorted, denies before grants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The smallest hash of its terms, 0 if it has none.
    term: u64,
    people: People,
    is_grant: bool,
    number: u32,
}

/// Whom a policy is for, with one value for a role and the principal that declares it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum People {
    Anyone,
    SignedIn,
    Declared(SystemId),
    /// A role that nothing declares, by the hash of its name.
    Undeclared(u64),
}

impl People {
    fn of(policy: &Policy<'_>) -> Self {
        match policy.audience {
            Audience::Public => Self::Anyone,
            Audience::SignedIn => Self::SignedIn,
            Audience::System(id) | Audience::Role(_, Some(id)) => Self::Declared(id),
            Audience::Role(name, None) => {
                let mut hasher = FxHasher::default();
                name.hash(&mut hasher);
                Self::Undeclared(hasher.finish())
            }
        }
    }
}

struct Group<'p, 'a> {
    model: &'p Policies<'a>,
    systems: &'p Systems<'a>,
    terms: Vec<Term>,
    members: Vec<Member<'p, 'a>>,
    keys: Vec<Key>,
}

impl<'p, 'a> Group<'p, 'a> {
    fn fill(&mut self, policies: impl Iterator<Item = &'p Policy<'a>>) {
        self.terms.clear();
        self.members.clear();
        self.keys.clear();
        for (number, policy) in (0..).zip(policies) {
            let start = self.terms.len();
            self.add_terms(policy.condition);
            let own = self.terms.get_mut(start..).unwrap_or_default();
            own.sort_unstable_by_key(|term| term.hash);
            let term = own.first().map_or(0, |term| term.hash);
            let is_grant = policy.effect == Verb::Grant;
            self.keys.push(Key { term, people: People::of(policy), is_grant, number });
            self.members.push(Member { policy, terms: (start as u32, self.terms.len() as u32) });
        }
        self.keys.sort_unstable();
    }

    fn terms_of(&self, member: &Member<'p, 'a>) -> &[Term] {
        self.terms.get(member.terms.0 as usize..member.terms.1 as usize).unwrap_or_default()
    }

    /// The other members that apply to every row that `one` applies to.
    fn others<'g>(&'g self, one: &'g Member<'p, 'a>) -> impl Iterator<Item = &'g Member<'p, 'a>> {
        let terms = [0].into_iter().chain(self.terms_of(one).iter().map(|term| term.hash));
        let own = People::of(one.policy);
        let people = [People::Anyone, People::SignedIn, own].into_iter();
        // Nobody else's policies contain those for anyone, and each list is looked at once.
        let people = people.take(if own == People::Anyone {
            1
        } else if own == People::SignedIn {
            2
        } else {
            3
        });
        let pairs = terms.flat_map(move |term| people.clone().map(move |people| (term, people)));
        let keys = pairs.flat_map(|pair| {
            let start = self.keys.partition_point(|key| (key.term, key.people) < pair);
            let from = self.keys.get(start..).unwrap_or_default();
            from.iter().take_while(move |key| (key.term, key.people) == pair).take(CANDIDATES)
        });
        let members = keys.take(4 * CANDIDATES).filter_map(|key| self.members.get(key.number as usize));
        members.filter(|other| other.policy.location != one.policy.location && self.applies_where(other, one))
    }

    fn repetition(&self, one: &Member<'p, 'a>) -> Option<Diagnostic> {
        let location = one.policy.location;
        let is_same = |other: &&Member<'p, 'a>| {
            other.policy.location < location
                && other.policy.effect == one.policy.effect
                && self.is_contained(one.policy, other.policy)
                && self.is_contained(other.policy, one.policy)
                && self.applies_where(one, other)
        };
        if let Some(first) = self.others(one).find(is_same) {
            return Some(duplicate(location, first.policy.location));
        }
        if one.policy.effect != Verb::Grant {
            return None;
        }
        let is_deny = |other: &&Member<'p, 'a>| {
            other.policy.effect == Verb::Deny && self.is_for_all_of(other.policy, one.policy)
        };
        let denies: Vec<_> = self.others(one).filter(is_deny).map(|deny| deny.policy).collect();
        if let Some(deny) = denies.first().filter(|_| self.take_back(&denies, one.policy)) {
            return Some(dead(location, deny.location));
        }
        let is_broader = |other: &&Member<'p, 'a>| {
            other.policy.effect == Verb::Grant
                && self.is_contained(one.policy, other.policy)
                // Two that are equal are told of as duplicates.
                && !(self.is_contained(other.policy, one.policy) && self.applies_where(one, other))
        };
        let broader = self.others(one).find(is_broader)?;
        Some(redundant(location, broader.policy.location))
    }

    /// Whether `other` applies to every row that `one` applies to: its terms are among those of `one`.
    fn applies_where(&self, other: &Member<'p, 'a>, one: &Member<'p, 'a>) -> bool {
        let mut own = self.terms_of(one);
        let mut is_known = |term: &Term| {
            // Both are sorted by hash, so what was passed once is never looked at again.
            let start = own.iter().position(|known| known.hash >= term.hash).unwrap_or(own.len());
            own = own.get(start..).unwrap_or_default();
            let mut alike = own.iter().take_while(|known| known.hash == term.hash);
            alike.any(|known| self.is_same_term(known.ops, term.ops))
        };
        (other.policy.via.is_none() || other.policy.via == one.policy.via)
            && self.terms_of(other).iter().all(&mut is_known)
    }

    /// Whether what `one` allows or forbids is part of what `other` does, for all whom it is for.
    fn is_contained(&self, one: &Policy<'a>, other: &Policy<'a>) -> bool {
        self.is_for_all_of(other, one)
            && EACH_ACTION.into_iter().all(|bit| {
                one.actions & bit == 0
                    || other.actions & bit != 0
                        && match (self.listed(one, bit), self.listed(other, bit)) {
                            (_, []) => true,
                            ([], _) => false,
                            (own, wider) => own.iter().all(|field| wider.contains(field)),
                        }
            })
    }

    /// Whether denies take back every action of a grant, each for all of its fields.
    fn take_back(&self, denies: &[&Policy<'a>], grant: &Policy<'a>) -> bool {
        EACH_ACTION.into_iter().filter(|bit| grant.actions & bit != 0).all(|bit| {
            let denies = denies.iter().filter(|deny| deny.actions & bit != 0);
            let mut lists = denies.map(|deny| self.listed(deny, bit));
            match self.listed(grant, bit) {
                [] => lists.any(<[_]>::is_empty),
                fields => {
                    let lists: Vec<_> = lists.collect();
                    let is_denied = |field| lists.iter().any(|list| list.is_empty() || list.contains(field));
                    fields.iter().all(is_denied)
                }
            }
        }) && grant.actions != 0
    }

    /// The fields that an action of a policy is limited to; none if it is about all.
    fn listed(&self, policy: &Policy<'a>, bit: u8) -> &'p [(u8, FieldId)] {
        let (from, to) = policy.action_fields;
        let fields = self.model.action_fields.get(from as usize..to as usize).unwrap_or_default();
        // Sorted by action, so those of one action stand together.
        let start = fields.partition_point(|(action, _)| *action < bit);
        let end = fields.partition_point(|(action, _)| *action <= bit);
        fields.get(start..end).unwrap_or_default()
    }

    /// Whether everybody whom `one` is for is among those whom `wider` is for.
    fn is_for_all_of(&self, wider: &Policy<'a>, one: &Policy<'a>) -> bool {
        let people = |audience| match audience {
            Audience::System(id) => is_role(id, self.systems),
            _ => true,
        };
        match (wider.audience, one.audience) {
            (wider, one) if wider == one => true,
            (Audience::Public, one) => people(one),
            (Audience::SignedIn, Audience::Public) => false,
            (Audience::SignedIn, one) => people(one),
            (Audience::Role(_, role), Audience::System(id))
            | (Audience::System(id), Audience::Role(_, role)) => role == Some(id),
            _ => false,
        }
    }

    /// Adds the terms of a condition: the operands of its outermost `&&`, or the whole.
    fn add_terms(&mut self, (from, to): (u32, u32)) {
        let ops = self.model.ops.get(from as usize..to as usize).unwrap_or_default();
        let Some(Op::And(count)) = ops.last() else {
            if !ops.is_empty() {
                self.add_term((from, to));
            }
            return;
        };
        // In postfix form the operands of `&&` stand before it; each ends where the next begins.
        let mut stack: Vec<u32> = Vec::with_capacity(*count as usize + 2);
        for (at, op) in (from..to - 1).zip(ops) {
            let takes = match op {
                Op::Compare(_) | Op::In => 2,
                Op::Not => 1,
                Op::And(count) | Op::Or(count) | Op::List(count) => *count as usize,
                _ => 0,
            };
            let keep = stack.len().saturating_sub(takes);
            let start = stack.get(keep).copied().unwrap_or(at);
            stack.truncate(keep);
            stack.push(start);
        }
        let ends = stack.iter().skip(1).copied().chain([to - 1]);
        stack.iter().copied().zip(ends).for_each(|ops| self.add_term(ops));
    }

    fn add_term(&mut self, ops: (u32, u32)) {
        let hash = self.hash(ops);
        self.terms.push(Term { hash, ops });
    }

    fn ops(&self, (from, to): (u32, u32)) -> impl Iterator<Item = (&'p Op<'a>, &'p [FieldId])> {
        let ops = self.model.ops.get(from as usize..to as usize).unwrap_or_default();
        ops.iter().map(|op| {
            let (from, to) = match op {
                Op::Resource(from, to) | Op::Junction(from, to) => (*from, *to),
                _ => (0, 0),
            };
            (op, self.model.steps.get(from as usize..to as usize).unwrap_or_default())
        })
    }

    fn hash(&self, term: (u32, u32)) -> u64 {
        let mut hasher = FxHasher::default();
        for (op, steps) in self.ops(term) {
            match op {
                Op::Resource(..) => (0_u8, steps).hash(&mut hasher),
                Op::Junction(..) => (1_u8, steps).hash(&mut hasher),
                other => other.hash(&mut hasher),
            }
        }
        hasher.finish().max(1)
    }

    fn is_same_term(&self, one: (u32, u32), other: (u32, u32)) -> bool {
        one.1 - one.0 == other.1 - other.0
            && self.ops(one).zip(self.ops(other)).all(|((a, a_steps), (b, b_steps))| match (a, b) {
                (Op::Resource(..), Op::Resource(..)) | (Op::Junction(..), Op::Junction(..)) => {
                    a_steps == b_steps
                }
                _ => a == b,
            })
    }
}

#[cold]
fn duplicate(place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicatePolicy, place, "this policy is there already")
        .label("written again here")
        .related(first, "first written here")
        .help("remove one of them")
        .suggestion("remove it", place, "")
}

#[cold]
fn dead(place: Location, deny: Location) -> Diagnostic {
    Diagnostic::new(Code::DeadGrant, place, "this grant gives nothing, because a deny takes all of it back")
        .label("has no effect")
        .related(deny, "a deny always wins")
        .help("remove the grant, or narrow the deny with `to`, `where` or a list of fields")
}

#[cold]
fn redundant(place: Location, broader: Location) -> Diagnostic {
    Diagnostic::new(Code::RedundantGrant, place, "another grant gives all of this already")
        .label("gives nothing new")
        .related(broader, "gives the same and perhaps more")
        .help("remove it, or narrow the other one")
        .suggestion("remove it", place, "")
}
