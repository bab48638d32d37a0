//! Conditions: every operand is known, both sides of a comparison can be compared; and their postfix form.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast;
use inspire_syntax::ast::{Comparison, Cond, Name, Operator, Path, Value, ValueKind};

use super::comparison::{Side, comparable};
use super::fields::Fields;
use super::principal::Attributes;
use super::{Checker, constant, names, types};
use crate::model::{Data, EntityId, FieldId, Op, Policies, Scalar, Type, TypeKind};

/// How many foreign keys a path may cross.
const MAX_PATH: usize = inspire_artifact::limits::PATH_DEPTH as usize;

/// What a condition may speak of.
pub(crate) struct Scope<'r, 'a> {
    pub(crate) cx: &'r mut Checker<'a>,
    pub(crate) data: &'r Data<'a>,
    pub(crate) fields: &'r Fields<'a>,
    pub(crate) attributes: &'r Attributes<'a>,
    pub(crate) out: &'r mut Policies<'a>,
    pub(crate) file: FileId,
    /// The entity whose rows it is about; none if that is not known.
    pub(crate) resource: Option<EntityId>,
    /// The junction of `via`: its name, and its entity if that is known.
    pub(crate) junction: Option<(Name<'a>, Option<EntityId>)>,
    /// On whose behalf it is asked.
    pub(crate) caller: Caller,
    /// Whether a field of the junction is compared with the row for equality.
    pub(crate) ties: bool,
}

/// On whose behalf a condition is asked.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Caller {
    /// A signed-in user, a system principal, or anyone in a deny.
    Principal,
    /// An API key, which acts for no user.
    Key,
    /// Anyone, in a grant: perhaps nobody is signed in.
    Anyone,
    /// Anyone, in a grant of which it was said that nobody may be signed in.
    Reported,
}

/// What kind of thing a path starts at.
#[derive(Clone, Copy, PartialEq)]
enum Root {
    Resource,
    Junction,
    Other,
}

impl<'a> Scope<'_, 'a> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    /// Checks a condition and appends its operations.
    pub(crate) fn condition(&mut self, condition: &Cond<'a>) {
        match condition {
            Cond::Any(list) => {
                list.iter().for_each(|inner| self.condition(inner));
                self.out.ops.push(Op::Or(list.len() as u32));
            }
            Cond::All(list) => {
                list.iter().for_each(|inner| self.condition(inner));
                self.out.ops.push(Op::And(list.len() as u32));
            }
            Cond::Not(_, inner) => {
                self.condition(inner);
                self.out.ops.push(Op::Not);
            }
            Cond::Compare(comparison) => self.comparison(comparison),
            Cond::In(pair) => self.membership(&pair.0, &pair.1),
            Cond::Path(path) => {
                let (side, _) = self.path(*path, path.span());
                self.is_condition(side, path.span());
                if matches!(side, Side::Bool) {
                    let new = constant::constant(self.at(path.span()));
                    self.cx.report(new);
                }
            }
            Cond::Literal(value) => {
                let (side, _) = self.value(value);
                self.is_condition(side, value.span);
            }
        }
    }

    /// Reports an operand that is no condition by itself.
    fn is_condition(&mut self, side: Side<'a>, span: Span) {
        if !is_truth(side) {
            let diagnostic = no_condition(self.at(span), self.cx.sources.slice(self.at(span)));
            self.cx.report(diagnostic);
        }
    }

    fn comparison(&mut self, comparison: &Comparison<'a>) {
        let (left, left_root) = self.side(&comparison.left);
        let (right, right_root) = self.side(&comparison.right);
        self.out.ops.push(Op::Compare(comparison.operator));
        let roots = [left_root, right_root];
        self.ties |= comparison.operator == Operator::Equal
            && roots.contains(&Root::Resource)
            && roots.contains(&Root::Junction);
        let (left_span, right_span) = (comparison.left.span(), comparison.right.span());
        let span = left_span.to(right_span);
        let operator = comparison.operator;
        let sides = ((left, left_span), (right, right_span));
        if comparable(self.cx, self.data, self.file, span, operator, sides.0, sides.1) {
            let sides = ((&comparison.left, left), (&comparison.right, right));
            constant::comparison(self.cx, self.file, operator, sides.0, sides.1);
        }
    }

    fn membership(&mut self, left: &Cond<'a>, list: &Value<'a>) {
        let (side, _) = self.side(left);
        let ValueKind::List(values) = list.kind else { return };
        for value in values {
            let (item, _) = self.value(value);
            let spans = (left.span(), value.span);
            let sides = ((side, spans.0), (item, spans.1));
            if comparable(self.cx, self.data, self.file, value.span, Operator::Equal, sides.0, sides.1) {
                constant::member(self.cx, self.file, (spans.0, side), (spans.1, item));
            }
        }
        if constant::is_literal(side) && !values.is_empty() {
            let new = constant::constant(self.at(left.span().to(list.span)));
            self.cx.report(new);
        }
        self.out.ops.push(Op::List(values.len() as u32));
        self.out.ops.push(Op::In);
        if values.is_empty() {
            let new = Diagnostic::new(Code::TypeMismatch, self.at(list.span), "nothing is in an empty list")
                .label("empty")
                .help("list the values: `in [\"draft\", \"review\"]`");
            self.cx.report(new);
        }
    }

    fn side(&mut self, condition: &Cond<'a>) -> (Side<'a>, Root) {
        match condition {
            Cond::Path(path) => return self.path(*path, path.span()),
            Cond::Literal(value) => return self.value(value),
            _ => {}
        }
        self.condition(condition);
        let span = condition.span();
        let new = Diagnostic::new(Code::TypeMismatch, self.at(span), "a condition cannot be compared")
            .label("a condition, not a value")
            .help("join conditions with `&&` and `||`");
        self.cx.report(new);
        (Side::Broken, Root::Other)
    }

    fn value(&mut self, value: &Value<'a>) -> (Side<'a>, Root) {
        let (op, side) = match value.kind {
            ValueKind::String(text) => (Op::String(text), Side::String(text, value.span)),
            ValueKind::Int(mantissa) => (Op::Number(ast::Decimal { mantissa, scale: 0 }), Side::Number),
            ValueKind::Decimal(number) => (Op::Number(number), Side::Number),
            ValueKind::Path(path) => return self.path(path, value.span),
            ValueKind::Malformed => (Op::Null, Side::Broken),
            _ => {
                let what = super::setting::describe(value);
                let new = Diagnostic::new(
                    Code::TypeMismatch,
                    self.at(value.span),
                    format!("{what} cannot be compared"),
                )
                .label("no value to compare with")
                .help("compare with a literal, `resource.field` or `principal.attribute`");
                self.cx.report(new);
                (Op::Null, Side::Broken)
            }
        };
        self.out.ops.push(op);
        (side, Root::Other)
    }

    fn path(&mut self, path: Path<'a>, span: Span) -> (Side<'a>, Root) {
        let Some((head, rest)) = path.names.split_first() else { return (Side::Broken, Root::Other) };
        let constant = match (head.text, rest) {
            ("true", []) => Some((Op::Bool(true), Side::Bool)),
            ("false", []) => Some((Op::Bool(false), Side::Bool)),
            ("null", []) => Some((Op::Null, Side::Null)),
            _ => None,
        };
        if let Some((op, side)) = constant {
            self.out.ops.push(op);
            return (side, Root::Other);
        }
        if rest.is_empty() {
            return self.bare_word(*head);
        }
        match head.text {
            "resource" => {
                let Some(entity) = self.resource else { return self.broken() };
                let start = self.out.steps.len() as u32;
                let side = self.steps(entity, rest, span);
                self.out.ops.push(Op::Resource(start, self.out.steps.len() as u32));
                (side, Root::Resource)
            }
            "principal" => (self.principal(rest, span), Root::Other),
            name if self.junction.is_some_and(|(junction, _)| junction.text == name) => {
                let Some(entity) = self.junction.and_then(|(_, entity)| entity) else { return self.broken() };
                let start = self.out.steps.len() as u32;
                let side = self.steps(entity, rest, span);
                self.out.ops.push(Op::Junction(start, self.out.steps.len() as u32));
                (side, Root::Junction)
            }
            _ => self.unknown_root(*head),
        }
    }

    fn broken(&mut self) -> (Side<'a>, Root) {
        self.out.ops.push(Op::Null);
        (Side::Broken, Root::Other)
    }

    #[cold]
    fn bare_word(&mut self, word: Name<'a>) -> (Side<'a>, Root) {
        let place = self.at(word.span);
        let is_field = self.resource.is_some_and(|entity| self.fields.find(entity, word.text).is_some());
        let new = Diagnostic::new(Code::UnknownField, place, format!("`{}` is no value", word.text));
        let new = match word.text {
            "resource" | "principal" => {
                new.label("names no field").help(format!("write `{}.name`", word.text))
            }
            name if is_field => {
                let path = format!("resource.{name}");
                new.label("a field without its row").help(format!("write `{path}`")).fix(
                    format!("replace with `{path}`"),
                    place,
                    path.clone(),
                )
            }
            name => new
                .label("unknown")
                .help(format!("texts and enum members stand in double quotes: `\"{name}\"`")),
        };
        self.cx.report(new);
        self.broken()
    }

    #[cold]
    fn unknown_root(&mut self, head: Name<'a>) -> (Side<'a>, Root) {
        let known = ["resource", "principal"].into_iter().chain(self.junction.map(|(name, _)| name.text));
        let guess = inspire_diagnostics::closest(head.text, known);
        let place = self.at(head.span);
        let new =
            Diagnostic::new(Code::UnknownField, place, format!("a path cannot start with `{}`", head.text))
                .label("neither the row nor the user");
        let is_entity = self.cx.names.type_name(head.text).is_some();
        let new = match guess {
            Some(_) => new.did_you_mean(place, guess),
            None if is_entity => new.help(format!("to speak of a membership, add `via {}`", head.text)),
            None => new.help("paths start with `resource` or `principal`"),
        };
        self.cx.report(new);
        self.broken()
    }

    fn principal(&mut self, rest: &[Name<'a>], span: Span) -> Side<'a> {
        let nobody = match self.caller {
            Caller::Principal => None,
            Caller::Reported => return self.broken().0,
            Caller::Key => Some(
                Diagnostic::new(
                    Code::PrincipalInScope,
                    self.at(span),
                    "an API key acts for no signed-in user",
                )
                .label("there is no principal here")
                .help("compare fields of `resource` with literals only"),
            ),
            Caller::Anyone => {
                self.caller = Caller::Reported;
                Some(anonymous(self.at(span)))
            }
        };
        if let Some(new) = nobody {
            self.cx.report(new);
            self.out.ops.push(Op::Null);
            return Side::Broken;
        }
        let [name, more @ ..] = rest else { return Side::Broken };
        if let Some(field) = more.first() {
            let place = self.at(field.span);
            let new = Diagnostic::new(
                Code::UnknownAttribute,
                place,
                "an attribute of the principal has no fields",
            )
            .label("one step too far")
            .help(format!(
                "declare an attribute for it in `auth {{ principal {{ … }} }}` and write `principal.{}`",
                field.text
            ));
            self.cx.report(new);
            self.out.ops.push(Op::Null);
            return Side::Broken;
        }
        if name.text == "id" {
            self.out.ops.push(Op::PrincipalId);
            let kind = TypeKind::Reference(EntityId::USER, FieldId::USER);
            return Side::Typed(Type { kind, array: false, nullable: false });
        }
        let paid = match name.text {
            "plan" => Some((Op::PrincipalPlan, Side::Plan)),
            "planStatus" => Some((Op::PrincipalPlanStatus, Side::PlanStatus)),
            _ => None,
        };
        if let Some((op, side)) = paid.filter(|_| self.cx.names.payments.is_some()) {
            self.out.ops.push(op);
            return side;
        }
        let found = self.attributes.find(name.text);
        self.out.ops.push(Op::Principal(name.text, found.map(|found| found.id)));
        match found {
            Some(found) => Side::Typed(found.ty),
            None => {
                let diagnostic = self.attributes.unknown(self.at(name.span), name.text);
                self.cx.diagnostics.extend(diagnostic);
                Side::Broken
            }
        }
    }

    /// Follows a path from `entity`: relations first, the field itself last.
    fn steps(&mut self, entity: EntityId, path: &[Name<'a>], span: Span) -> Side<'a> {
        let Some((last, relations)) = path.split_last() else { return Side::Broken };
        if relations.len() > MAX_PATH {
            let message = format!("a path crosses at most {MAX_PATH} references");
            let new = Diagnostic::new(Code::NestingTooDeep, self.at(span), message).label("too long");
            self.cx.report(new);
            return Side::Broken;
        }
        let mut owner = entity;
        let mut nullable = false;
        for name in relations {
            match self.relation(owner, *name) {
                Some((field, target)) => {
                    self.out.steps.push(field);
                    nullable |= self.data.field(field).ty.nullable;
                    owner = target;
                }
                None => return Side::Broken,
            }
        }
        let Some(id) = names::field(self.cx, self.fields, owner, self.file, *last) else {
            return Side::Broken;
        };
        self.out.steps.push(id);
        let field = self.data.field(id);
        let kind = types::as_reference(field.ty.kind, owner, id, field.primary_key);
        Side::Typed(Type { kind, nullable: nullable || field.ty.nullable, ..field.ty })
    }

    /// The foreign key behind a relation: `task` is that of `taskId: Task.id`.
    fn relation(&mut self, owner: EntityId, name: Name<'a>) -> Option<(FieldId, EntityId)> {
        let target = |id: FieldId| match self.data.field(id).ty {
            Type { kind: TypeKind::Reference(entity, _), array: false, .. } => Some((id, entity)),
            _ => None,
        };
        let by_key = self.fields.find(owner, &format!("{}Id", name.text)).and_then(target);
        let by_name =
            || self.fields.find(owner, name.text).filter(|_| !name.text.ends_with("Id")).and_then(target);
        if let Some(found) = by_key.or_else(by_name) {
            return Some(found);
        }
        self.no_relation(owner, name);
        None
    }

    #[cold]
    fn no_relation(&mut self, owner: EntityId, name: Name<'a>) {
        let place = self.at(name.span);
        let Some(field) = self.fields.find(owner, name.text) else {
            let diagnostic = names::unknown_field(self.cx, self.fields, owner, place, name.text);
            self.cx.diagnostics.extend(diagnostic);
            return;
        };
        let of_field = self.data.field(field);
        if of_field.ty.kind == TypeKind::Broken {
            return;
        }
        let new =
            Diagnostic::new(Code::UnknownField, place, format!("`{}` leads to no other row", name.text));
        let new = match of_field.ty.kind {
            TypeKind::Reference(..) => {
                let relation = name.text.trim_end_matches("Id");
                new.label("the reference itself")
                    .help(format!("to follow it, write `{relation}`"))
                    .suggestion(format!("replace with `{relation}`"), place, relation)
            }
            _ => new.label("no reference").help("only references are followed by a further `.`"),
        };
        self.cx.report(new);
    }
}

/// The diagnostic for a grant to anyone that asks who is signed in.
#[cold]
pub(super) fn anonymous(place: Location) -> Diagnostic {
    Diagnostic::new(Code::AnonymousPrincipal, place, "a grant to anyone cannot ask who is signed in")
        .label("perhaps nobody is")
        .help("remove `to @public` if it is for signed-in users; otherwise look at `resource` only")
}

fn is_truth(side: Side<'_>) -> bool {
    match side {
        Side::Bool | Side::Broken => true,
        Side::Typed(ty) => {
            matches!(ty.kind, TypeKind::Scalar(Scalar::Boolean) | TypeKind::Broken) && !ty.array
        }
        _ => false,
    }
}

#[cold]
fn no_condition(place: Location, text: &str) -> Diagnostic {
    Diagnostic::new(Code::TypeMismatch, place, format!("`{text}` is neither true nor false"))
        .label("not a condition")
        .help(format!("compare it with something: `{text} == …`"))
}
