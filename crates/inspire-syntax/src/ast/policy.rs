//! `@grant` and `@deny`: actions, clauses and conditions.
//!
//! Chains of `&&` and `||` are lists, so that the depth of a condition is that of its parentheses, at most 128.

use inspire_diagnostics::Span;

use super::{Argument, Name, Path, Value, ValueKind};

/// `@grant read where …`
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// Grant or deny.
    pub verb: Verb,
    /// The actions; never empty.
    pub actions: &'a [Action<'a>],
    /// The clauses in the order of the text.
    pub clauses: &'a [Clause<'a>],
    /// The whole policy, without a comma after it.
    pub span: Span,
}

impl Policy<'_> {
    /// The place of the verb.
    #[must_use]
    pub fn verb_span(&self) -> Span {
        let len = match self.verb {
            Verb::Grant => "@grant".len(),
            Verb::Deny => "@deny".len(),
            Verb::OldGrant => "grant".len(),
        };
        Span::new(self.span.start, self.span.start + len as u32)
    }
}

/// What a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `@grant`
    Grant,
    /// `@deny`
    Deny,
    /// `grant`, the old form of `@grant`.
    OldGrant,
}

/// `read` or `read(a, b)`
#[derive(Debug, Clone, Copy)]
pub struct Action<'a> {
    /// The action as it was written.
    pub name: Name<'a>,
    /// The field list; none when there are no parentheses.
    pub fields: Option<&'a FieldList<'a>>,
}

impl Action<'_> {
    /// The whole action.
    #[must_use]
    pub fn span(&self) -> Span {
        self.fields.map_or(self.name.span, |list| self.name.span.to(list.span))
    }
}

/// The fields that an action is limited to.
#[derive(Debug, Clone, Copy)]
pub struct FieldList<'a> {
    /// Words, if it is well formed.
    pub arguments: &'a [Argument<'a>],
    /// The parentheses.
    pub span: Span,
}

/// One clause of a policy.
#[derive(Debug, Clone, Copy)]
pub enum Clause<'a> {
    /// `on Entity`
    On(Span, Name<'a>),
    /// `to who`
    To(Span, Who<'a>),
    /// `via Junction` or `via Junction(field)`
    Via(&'a Via<'a>),
    /// `where condition`
    Where(Span, &'a (Cond<'a>, Span)),
    /// `@why("…")`
    Why(Span, &'a [Argument<'a>]),
}

impl Clause<'_> {
    /// The place of the word that starts the clause.
    #[must_use]
    pub fn keyword(&self) -> Span {
        match self {
            Self::On(span, _) | Self::To(span, _) | Self::Where(span, _) | Self::Why(span, _) => *span,
            Self::Via(via) => via.keyword,
        }
    }
}

/// `via Junction` or `via Junction(field)`
#[derive(Debug, Clone, Copy)]
pub struct Via<'a> {
    /// The word `via`.
    pub keyword: Span,
    /// The entity that ties users to rows.
    pub junction: Name<'a>,
    /// The field that ties it to the user; none when there are no parentheses.
    pub arguments: Option<&'a [Argument<'a>]>,
}

/// Whom a policy is for.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// `*`: any signed-in user.
    Anyone(Span),
    /// `@public` and whatever else starts with `@`.
    At(Name<'a>),
    /// `role(Name)` and whatever else looks like it.
    Call(&'a (Name<'a>, &'a [Argument<'a>]), Span),
    /// A bare word, which means nothing.
    Word(Name<'a>),
}

/// A condition.
#[derive(Debug, Clone, Copy)]
pub enum Cond<'a> {
    /// Two or more, joined by `||`.
    Any(&'a [Self]),
    /// Two or more, joined by `&&`.
    All(&'a [Self]),
    /// `!condition`; the span is that of the `!`.
    Not(Span, &'a Self),
    /// Two sides and an operator.
    Compare(&'a Comparison<'a>),
    /// `operand in [..]`
    In(&'a (Self, Value<'a>)),
    /// `resource.field` and other words with dots between them.
    Path(Path<'a>),
    /// A literal.
    Literal(&'a Value<'a>),
}

impl<'a> Cond<'a> {
    /// The value, when the condition is a literal or a path.
    #[must_use]
    pub fn operand(&self) -> Option<Value<'a>> {
        match self {
            Self::Path(path) => Some(Value { kind: ValueKind::Path(*path), span: path.span() }),
            Self::Literal(value) => Some(**value),
            _ => None,
        }
    }

    /// The place of the condition, without parentheses around it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Any(list) | Self::All(list) => match (list.first(), list.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => Span::default(),
            },
            Self::Not(bang, inner) => bang.to(inner.span()),
            Self::Compare(comparison) => comparison.left.span().to(comparison.right.span()),
            Self::In(pair) => pair.0.span().to(pair.1.span),
            Self::Path(path) => path.span(),
            Self::Literal(value) => value.span,
        }
    }
}

/// `left operator right`
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// The left side.
    pub left: Cond<'a>,
    /// The operator.
    pub operator: Operator,
    /// The place of the operator.
    pub operator_span: Span,
    /// The right side.
    pub right: Cond<'a>,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
