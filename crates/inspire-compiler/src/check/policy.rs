//! Policies of entities and system principals: known actions, clauses in order, names that resolve.

mod repetition;

use inspire_diagnostics::{Applicability, Code, Diagnostic, Edit, FileId, Fix, Location, Span, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Action, Argument, Clause, Name, Verb, Who};
use rustc_hash::FxHashSet;

use super::api_keys::Systems;
use super::clause::Clauses;
use super::condition::{Caller, Scope, anonymous};
use super::fields::Fields;
use super::namespace::NamespacesChecked;
use super::principal::Attributes;
use super::via::Membership;
use super::{Checker, names, setting};
use crate::model::policy::action;
use crate::model::{Audience, Data, EntityId, FieldId, Policies, Policy, SystemId, SystemKind};

const ACTIONS: [(&str, u8); 5] = [
    ("read", action::READ),
    ("write", action::WRITE),
    ("insert", action::INSERT),
    ("update", action::UPDATE),
    ("delete", action::DELETE),
];

/// The policies of a schema.
pub(crate) struct PoliciesChecked<'a> {
    pub(crate) model: Policies<'a>,
    /// The entities that some `via` names.
    pub(crate) junctions: Vec<EntityId>,
}

/// Checks all policies: those of entities in the order of the entities, then those of system principals.
pub(crate) fn check<'a>(
    cx: &mut Checker<'a>,
    data: &Data<'a>,
    fields: &Fields<'a>,
    attributes: &Attributes<'a>,
    namespaces: &NamespacesChecked<'a>,
    systems: &mut Systems<'a>,
) -> PoliciesChecked<'a> {
    let mut undeclared_roles = FxHashSet::default();
    let in_entities =
        data.entities.iter().filter_map(|entity| entity.declared).map(|(_, node)| node.policies.len());
    let in_systems = systems.entries.iter().map(|entry| entry.node.policies.len());
    let count = in_entities.chain(in_systems).sum();
    let mut reader = Reader {
        cx,
        data,
        fields,
        attributes,
        namespaces,
        systems,
        out: Policies { policies: Vec::with_capacity(count), ..Policies::default() },
        junctions: Vec::new(),
        undeclared_roles: &mut undeclared_roles,
        file: FileId(0),
    };
    for (id, entity) in (0..).map(EntityId).zip(&data.entities) {
        let Some((file, node)) = entity.declared else { continue };
        reader.file = file;
        for policy in node.policies {
            reader.policy(policy, Owner::Entity(id));
        }
    }
    for system in 0..reader.systems.entries.len() {
        reader.system(SystemId(system as u32));
    }
    let Reader { cx, out: model, junctions, systems, .. } = reader;
    repetition::policies_say_something(cx, &model, systems);
    PoliciesChecked { model, junctions }
}

/// What a policy stands in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Owner {
    Entity(EntityId),
    System(SystemId),
    Scope(SystemId),
}

pub(super) struct Reader<'r, 'a> {
    pub(super) cx: &'r mut Checker<'a>,
    data: &'r Data<'a>,
    fields: &'r Fields<'a>,
    attributes: &'r Attributes<'a>,
    namespaces: &'r NamespacesChecked<'a>,
    systems: &'r mut Systems<'a>,
    out: Policies<'a>,
    junctions: Vec<EntityId>,
    undeclared_roles: &'r mut FxHashSet<&'a str>,
    file: FileId,
}

impl<'a> Reader<'_, 'a> {
    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    pub(super) fn refuse(&mut self, span: Span, message: &str, label: &str, help: &str) {
        let new = Diagnostic::new(Code::InvalidClause, self.at(span), message).label(label).help(help);
        self.cx.report(new);
    }

    /// Checks the policies of a system principal, in the order of the entities they are about.
    fn system(&mut self, id: SystemId) {
        let Some(entry) = self.systems.entries.get(id.0 as usize) else { return };
        self.file = entry.file;
        let owner = if entry.kind == SystemKind::Scope { Owner::Scope(id) } else { Owner::System(id) };
        let start = self.out.policies.len() as u32;
        let mut policies: Vec<_> =
            entry.node.policies.iter().map(|policy| (self.named_entity(policy), policy)).collect();
        // Names sort as ids do; what is not known sorts last and comes to nothing.
        policies.sort_by_key(|(entity, _)| entity.unwrap_or(EntityId::USER));
        for (_, policy) in policies {
            self.policy(policy, owner);
        }
        let end = self.out.policies.len() as u32;
        if let Some(entry) = self.systems.entries.get_mut(id.0 as usize) {
            entry.policies = (start, end);
        }
    }

    /// The entity after `on`, without a report.
    fn named_entity(&self, policy: &ast::Policy<'a>) -> Option<EntityId> {
        let name = policy.clauses.iter().find_map(|clause| match clause {
            Clause::On(_, name) => Some(*name),
            _ => None,
        })?;
        match self.cx.names.type_name(name.text) {
            Some(crate::resolve::TypeName::Entity(id)) => Some(id),
            _ => None,
        }
    }

    fn policy(&mut self, node: &ast::Policy<'a>, owner: Owner) {
        self.verb(node, owner);
        let clauses = self.clauses(node, owner);
        let entity = match (owner, clauses.on) {
            (Owner::Entity(id), _) => Some(id),
            (_, Some(name)) => names::entity(self.cx, self.file, name),
            (_, None) => {
                self.refuse(
                    node.span,
                    "the policy does not say which entity it is about",
                    "`on` is missing",
                    "add `on Entity` after the actions",
                );
                None
            }
        };
        let (actions, action_fields) = self.actions(node.actions, entity);
        let audience = self.audience(&clauses, owner);
        let caller = match (owner, node.verb, audience) {
            (Owner::Scope(_), ..) => Caller::Key,
            (_, Verb::Grant | Verb::OldGrant, Audience::Public) => Caller::Anyone,
            _ => Caller::Principal,
        };
        let (condition, via) = self.condition_and_via(&clauses, caller, entity);
        let Some(entity) = entity else { return };
        self.out.policies.push(Policy {
            location: self.at(node.span),
            entity,
            effect: if node.verb == Verb::Deny { Verb::Deny } else { Verb::Grant },
            actions,
            audience,
            via,
            condition,
            action_fields,
            why: clauses.why.unwrap_or_default(),
        });
    }

    fn verb(&mut self, node: &ast::Policy<'a>, owner: Owner) {
        match (node.verb, owner) {
            (Verb::OldGrant, _) => {
                let place = self.at(node.verb_span());
                let new = Diagnostic::new(Code::RemovedSyntax, place, "`grant` is written `@grant`")
                    .label("the old form")
                    .help("write `@grant`")
                    .fix("replace with `@grant`", place, "@grant");
                self.cx.report(new);
            }
            (Verb::Deny, Owner::Scope(_)) => {
                let help = "a scope may do only what it is granted; remove the line, or grant less";
                self.refuse(node.verb_span(), "a scope has no `@deny`", "not in a scope", help);
            }
            _ => {}
        }
    }

    fn actions(&mut self, nodes: &'a [Action<'a>], entity: Option<EntityId>) -> (u8, (u32, u32)) {
        let (mut all, mut whole) = (0, 0);
        let mut listed: Vec<(u8, FieldId)> = Vec::new();
        for node in nodes {
            let Some(bits) = self.action(node) else { continue };
            all |= bits;
            match node.fields {
                None => whole |= bits,
                Some(_) if bits == action::DELETE => self.field_list_on_delete(node),
                Some(list) => {
                    for field in self.field_list(node, list.arguments, entity) {
                        let each = [action::READ, action::INSERT, action::UPDATE].into_iter();
                        listed.extend(each.filter(|bit| bits & bit != 0).map(|bit| (bit, field)));
                    }
                }
            }
        }
        listed.retain(|(bit, _)| whole & bit == 0);
        listed.sort_unstable();
        listed.dedup();
        let start = self.out.action_fields.len() as u32;
        self.out.action_fields.extend(listed);
        (all, (start, self.out.action_fields.len() as u32))
    }

    fn action(&mut self, node: &Action<'a>) -> Option<u8> {
        let name = node.name.text;
        if let Some((_, bits)) = ACTIONS.iter().find(|(word, _)| *word == name) {
            return Some(*bits);
        }
        let place = self.at(node.name.span);
        let meant = match name {
            "select" | "view" | "get" | "list" => Some("read"),
            "create" | "add" => Some("insert"),
            "edit" | "modify" | "change" => Some("update"),
            "remove" | "destroy" => Some("delete"),
            "upsert" => Some("write"),
            other => closest(other, ACTIONS.iter().map(|(word, _)| *word)),
        };
        let new = Diagnostic::new(Code::UnknownAction, place, format!("no action is named `{name}`"))
            .label("unknown action");
        let new = match meant {
            Some(_) => new.did_you_mean(place, meant),
            None => new.help("the actions are `read`, `write` (which is `insert` and `update`), `insert`, `update` and `delete`"),
        };
        self.cx.report(new);
        None
    }

    #[cold]
    fn field_list_on_delete(&mut self, node: &Action<'a>) {
        let place = self.at(node.span());
        let new = Diagnostic::new(Code::FieldListOnDelete, place, "a row is deleted whole")
            .label("names fields")
            .help("write `delete` without a list of fields")
            .suggestion("replace with `delete`", place, "delete");
        self.cx.report(new);
    }

    fn field_list(
        &mut self,
        node: &Action<'a>,
        arguments: &'a [Argument<'a>],
        entity: Option<EntityId>,
    ) -> Vec<FieldId> {
        if arguments.is_empty() {
            let name = node.name.text;
            self.refuse(
                node.span(),
                "the list of fields is empty",
                "allows nothing",
                &format!("write `{name}`, or name fields"),
            );
        }
        let mut found = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let name = setting::name(&argument.value).filter(|_| argument.label.is_none());
            match (name, entity) {
                (Some(name), Some(entity)) => {
                    found.extend(names::field(self.cx, self.fields, entity, self.file, name));
                }
                (Some(_), None) => {}
                (None, _) => {
                    let help = "write the names of fields with commas between them: `read(name, email)`";
                    self.refuse(argument.span(), "a list of fields holds names", "not a field", help);
                }
            }
        }
        found
    }

    fn audience(&mut self, clauses: &Clauses<'a>, owner: Owner) -> Audience<'a> {
        if let Owner::System(id) | Owner::Scope(id) = owner {
            return Audience::System(id);
        }
        match clauses.to {
            None | Some(Who::Anyone(_)) => Audience::SignedIn,
            Some(Who::At(name)) if name.text == "@public" => Audience::Public,
            Some(Who::Call((name, [argument]), _)) if name.text == "role" && argument.label.is_none() => {
                match setting::name(&argument.value) {
                    Some(role) => self.role(role),
                    None => self.unclear(argument.value.span, None),
                }
            }
            Some(Who::At(name)) => self.unclear(name.span, closest(name.text, ["@public"])),
            Some(Who::Word(name)) => self.unclear(
                name.span,
                matches!(name.text, "public" | "anyone" | "everyone").then_some("@public"),
            ),
            Some(Who::Call(_, span)) => self.unclear(span, None),
        }
    }

    #[cold]
    fn unclear(&mut self, span: Span, meant: Option<&str>) -> Audience<'a> {
        let place = self.at(span);
        let new = Diagnostic::new(Code::InvalidClause, place, "it is not clear whom the policy is for")
            .label("neither `*`, `@public` nor `role(Name)`");
        let new = match meant {
            Some(word) => new.help(format!("did you mean `{word}`?")).suggestion(
                format!("replace with `{word}`"),
                place,
                word,
            ),
            None => {
                new.help("write `to *` for any signed-in user, `to @public` for anyone, or `to role(Name)`")
            }
        };
        self.cx.report(new);
        // Nothing is lowered after an error; until then the narrower audience stands.
        Audience::SignedIn
    }

    fn role(&mut self, role: Name<'a>) -> Audience<'a> {
        let declared = self.systems.roles.get(role.text).copied();
        if declared.is_none() && self.undeclared_roles.insert(role.text) {
            let diagnostic = self.undeclared_role(role);
            self.cx.diagnostics.extend(diagnostic);
        }
        Audience::Role(role.text, declared)
    }

    #[cold]
    fn undeclared_role(&self, role: Name<'a>) -> Option<Diagnostic> {
        use heck::{ToPascalCase, ToSnakeCase, ToTitleCase};
        if self.systems.partial || self.cx.names.may_be_lost(role.text) {
            return None;
        }
        let place = self.at(role.span);
        let new = Diagnostic::new(Code::UndeclaredRole, place, format!("no role is named `{}`", role.text))
            .label("nobody can have this role");
        let pascal = role.text.to_pascal_case();
        let known = self.systems.roles.keys().map(String::as_str);
        let guess = if self.systems.roles.contains_key(&pascal) {
            Some(pascal.as_str())
        } else {
            closest(role.text, known)
        };
        let new = match guess {
            Some(_) => new.did_you_mean_name(place, guess),
            None => {
                let end = self.cx.sources.get(self.file).map_or(0, |source| source.text().len() as u32);
                let declaration = format!(
                    "@system(\"{}\") {{\n  displayName: \"{}\"\n}}",
                    role.text.to_snake_case(),
                    role.text.to_title_case()
                );
                let edit = Edit { location: self.at(Span::at(end)), text: format!("\n\n{declaration}\n") };
                new.help(format!("declare it: `{}`", declaration.replace("\n  ", " ").replace('\n', " ")))
                    .with_fix(Fix {
                        title: format!("declare the role `{}`", role.text),
                        applicability: Applicability::MaybeIncorrect,
                        edits: vec![edit],
                    })
            }
        };
        Some(if self.systems.roles.is_empty() { new.as_note() } else { new })
    }

    fn condition_and_via(
        &mut self,
        clauses: &Clauses<'a>,
        mut caller: Caller,
        entity: Option<EntityId>,
    ) -> ((u32, u32), Option<crate::model::Via>) {
        let junction = clauses.via.map(|via| (via.junction, names::entity(self.cx, self.file, via.junction)));
        self.junctions.extend(junction.and_then(|(_, id)| id));
        if let Some(via) = clauses.via.filter(|_| caller == Caller::Anyone) {
            let new = anonymous(self.at(via.junction.span));
            self.cx.report(new);
            caller = Caller::Reported;
        }
        let start = self.out.ops.len() as u32;
        let mut ties = false;
        if let Some(condition) = clauses.condition {
            let mut scope = Scope {
                cx: self.cx,
                data: self.data,
                fields: self.fields,
                attributes: self.attributes,
                out: &mut self.out,
                file: self.file,
                resource: entity,
                junction,
                caller,
                ties: false,
            };
            scope.condition(condition);
            ties = scope.ties;
        }
        let condition = (start, self.out.ops.len() as u32);
        let (Some((_, Some(junction))), Some(via), Some(entity)) = (junction, clauses.via, entity) else {
            return (condition, None);
        };
        let (cx, data, fields, namespaces) = (&mut *self.cx, self.data, self.fields, self.namespaces);
        let mut membership = Membership { cx, data, fields, namespaces, file: self.file, entity };
        (condition, membership.find(junction, via, ties))
    }
}
