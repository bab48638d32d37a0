//! Who can sign in, for how long, and what is known of them.

use inspire_diagnostics::Location;
use inspire_syntax::ast;

use super::{EntityId, FieldId, Type};

/// A principal attribute: its place in evaluation order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeId(pub u32);

/// `auth`
#[derive(Debug)]
pub struct Auth<'a> {
    /// Where the block stands.
    pub location: Location,
    /// The providers in their order.
    pub providers: Vec<Provider>,
    /// How long a session lives, in seconds.
    pub session_duration_seconds: u64,
    /// Whether further ways to sign in may be attached.
    pub linking: Linking,
    /// The password policy; present exactly when `email` is a provider.
    pub password: Option<Password>,
    /// The principal attributes in evaluation order.
    pub attributes: Vec<Attribute<'a>>,
}

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// E-mail address and password.
    Email,
    /// A Google account.
    Google,
    /// A GitHub account.
    Github,
}

/// Whether a signed-in user may attach further ways to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// When the user asks for it.
    Manual,
    /// Never.
    Disabled,
}

/// What a password must be like. Lengths count Unicode code points after NFKC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Password {
    /// The least length.
    pub min_length: u32,
    /// The greatest length.
    pub max_length: u32,
    /// Whether an upper-case letter is required.
    pub require_uppercase: bool,
    /// Whether a lower-case letter is required.
    pub require_lowercase: bool,
    /// Whether a digit is required.
    pub require_digit: bool,
    /// Whether a special character is required.
    pub require_special: bool,
    /// Whether common passwords are refused.
    pub block_common: bool,
    /// Whether passwords known from breaches are refused.
    pub breach_check: bool,
}

/// A principal attribute.
#[derive(Debug)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is declared.
    pub location: Location,
    /// Its declared type.
    pub ty: Type,
    /// How it gets its value.
    pub binding: Binding,
    /// The entity it is read from.
    pub entity: EntityId,
    /// The field it is read from.
    pub field: FieldId,
    /// The field of the entity that holds the user's id; none for `__User` itself.
    pub user_link: Option<FieldId>,
    /// What narrows the rows; all must hold.
    pub conditions: Vec<Condition<'a>>,
    /// Whether at most one row can match.
    pub single_row: bool,
}

/// How an attribute gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// From the user's row.
    From,
    /// From the row the user picks.
    SelectFrom,
}

/// `field == operand`
#[derive(Debug)]
pub struct Condition<'a> {
    /// The field of the attribute's entity.
    pub field: FieldId,
    /// What it must equal.
    pub operand: Operand<'a>,
}

/// What a field is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Operand<'a> {
    /// A text or an enum member.
    String(&'a str),
    /// A number.
    Number(ast::Decimal),
    /// `true` or `false`
    Bool(bool),
    /// `principal.id`
    PrincipalId,
    /// Another attribute, which stands before.
    Attribute(AttributeId),
}
