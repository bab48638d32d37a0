//! `via`: exactly one field ties the membership to the user, and exactly one thing ties it to the row.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast::{self, Name};

use super::fields::Fields;
use super::namespace::NamespacesChecked;
use super::{Checker, names, setting, user_link};
use crate::model::{Data, EntityId, FieldId, Tie, TypeKind, Via};

/// Access by membership: what a policy's `via` says and what is found from it.
pub(crate) struct Membership<'r, 'a> {
    pub(crate) cx: &'r mut Checker<'a>,
    pub(crate) data: &'r Data<'a>,
    pub(crate) fields: &'r Fields<'a>,
    pub(crate) namespaces: &'r NamespacesChecked<'a>,
    pub(crate) file: FileId,
    pub(crate) entity: EntityId,
}

impl<'a> Membership<'_, 'a> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    /// Finds how `junction` is tied to the user and to the row; `by_condition` tells that the policy's `where`
    /// compares the two.
    pub(crate) fn find(
        &mut self,
        junction: EntityId,
        node: &ast::Via<'a>,
        by_condition: bool,
    ) -> Option<Via> {
        let user_field = self.user_field(junction, node)?;
        let tie = if by_condition { Tie::Condition } else { self.tie(junction, node.junction, user_field)? };
        Some(Via { junction, user_field, tie })
    }

    fn user_field(&mut self, junction: EntityId, node: &ast::Via<'a>) -> Option<FieldId> {
        let name = node.junction;
        let links = user_link::user_links(self.data, junction);
        if let Some(arguments) = node.arguments {
            let named = match arguments {
                [only] if only.label.is_none() => setting::name(&only.value),
                _ => None,
            };
            let Some(named) = named else {
                let span = arguments.iter().fold(name.span, |span, argument| span.to(argument.span()));
                let new = Diagnostic::new(
                    Code::InvalidClause,
                    self.at(span),
                    "`via` names one field in its parentheses",
                )
                .label("not one field")
                .help(format!("write `via {}(userId)`", name.text));
                self.cx.report(new);
                return None;
            };
            let field = names::field(self.cx, self.fields, junction, self.file, named)?;
            if !links.contains(&field) {
                let message = format!("`{}.{}` does not hold the id of a user", name.text, named.text);
                let new = Diagnostic::new(Code::NoUserLink, self.at(named.span), message)
                    .label("not of type `__User.id`")
                    .help("name the field that tells whose membership it is");
                self.cx.report(new);
                return None;
            }
            return Some(field);
        }
        if let [only] = links.as_slice() {
            return Some(*only);
        }
        let diagnostic = user_link::link_is_unclear(self.data, junction, &links, self.at(name.span))?;
        let diagnostic = match links.first() {
            Some(first) => {
                let first = self.data.field(*first).name;
                diagnostic.help(format!("say which one: `via {}({first})`", name.text))
            }
            None => diagnostic,
        };
        self.cx.report(diagnostic);
        None
    }

    /// The first step that yields one tie decides.
    fn tie(&mut self, junction: EntityId, name: Name<'a>, user_field: FieldId) -> Option<Tie> {
        let direct = self.direct(junction);
        if !direct.is_empty() {
            return self.one(name, &direct);
        }
        let common = self.common(junction, user_field);
        if !common.is_empty() {
            return self.one(name, &common);
        }
        let tenants = (self.namespaces.tenants.get(&junction), self.namespaces.tenants.get(&self.entity));
        if let (Some((one, theirs)), Some((other, ours))) = tenants
            && one == other
        {
            return Some(Tie::Tenant(*theirs, *ours));
        }
        self.no_path(junction, name);
        None
    }

    /// Fields of the junction that refer to the entity.
    fn direct(&self, junction: EntityId) -> Vec<Tie> {
        let fields = self.data.fields_of(junction);
        fields
            .filter_map(|(id, field)| match field.ty.kind {
                TypeKind::Reference(entity, key) if entity == self.entity => Some(Tie::Reference(id, key)),
                _ => None,
            })
            .collect()
    }

    /// Pairs of a field of the junction and one of the entity that refer to the same thing other than the user.
    fn common(&self, junction: EntityId, user_field: FieldId) -> Vec<Tie> {
        let mut found = Vec::new();
        for (theirs, field) in self.data.fields_of(junction) {
            let kind = field.ty.kind;
            let TypeKind::Reference(target, _) = kind else { continue };
            if target == EntityId::USER || theirs == user_field {
                continue;
            }
            let same = self.data.fields_of(self.entity).filter(|(_, ours)| ours.ty.kind == kind);
            found.extend(same.map(|(ours, _)| Tie::Common(theirs, ours)));
        }
        found
    }

    fn one(&mut self, name: Name<'a>, ties: &[Tie]) -> Option<Tie> {
        if let [only] = ties {
            return Some(*only);
        }
        let ways: Vec<_> = ties.iter().map(|tie| format!("`{}`", self.show(name, *tie))).collect();
        let entity = self.data.entity(self.entity).name;
        let message = format!("`{}` is tied to `{entity}` in several ways", name.text);
        let help = ties.first().map(|tie| self.show(name, *tie)).unwrap_or_default();
        let new = Diagnostic::new(Code::ViaAmbiguous, self.at(name.span), message)
            .label(format!("by {}", ways.join(", ")))
            .help(format!("say which one: add `where {help}`"));
        self.cx.report(new);
        None
    }

    fn show(&self, name: Name<'a>, tie: Tie) -> String {
        match tie {
            Tie::Reference(theirs, ours) | Tie::Common(theirs, ours) | Tie::Tenant(theirs, ours) => format!(
                "{}.{} == resource.{}",
                name.text,
                self.data.field(theirs).name,
                self.data.field(ours).name
            ),
            Tie::Condition => String::new(),
        }
    }

    #[cold]
    fn no_path(&mut self, junction: EntityId, name: Name<'a>) {
        let of_entity = self.data.entity(self.entity);
        let entity = of_entity.name;
        let lost = [of_entity.declared, self.data.entity(junction).declared];
        let broken = |id| self.data.fields_of(id).any(|(_, field)| field.ty.kind == TypeKind::Broken);
        if lost.iter().flatten().any(|(_, node)| node.partial) || broken(junction) || broken(self.entity) {
            return;
        }
        let mut new = Diagnostic::new(
            Code::ViaNoPath,
            self.at(name.span),
            format!("nothing ties `{}` to `{entity}`", name.text),
        )
        .label("which rows is it about?")
        .help(format!(
            "add a field that refers to `{entity}.id`, or say it: `where {}.field == resource.field`",
            name.text
        ));
        if let Some((file, node)) = self.data.entity(junction).declared {
            new =
                new.related(Location::new(file, node.name.span), format!("`{}` is declared here", name.text));
        }
        self.cx.report(new);
    }
}
