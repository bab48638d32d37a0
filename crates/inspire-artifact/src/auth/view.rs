//! What a reader sees of `AUTH`.

use serde::Serialize;

use super::{AttributeRecord, Auth, Binding, ConditionRecord, Linking, OperandKind, Provider, password_rule};
use crate::entity::FieldKind;
use crate::record::NONE;
use crate::value::Decimal;
use crate::view::{Items, View};

/// The password rules; lengths count code points after NFKC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PasswordPolicy {
    /// Least length, at least 8.
    pub min_length: u32,
    /// Greatest length.
    pub max_length: u32,
    /// An upper-case letter is required.
    pub require_uppercase: bool,
    /// A lower-case letter is required.
    pub require_lowercase: bool,
    /// A digit is required.
    pub require_digit: bool,
    /// A special character is required.
    pub require_special: bool,
    /// Common passwords are refused.
    pub block_common: bool,
    /// Passwords known from breaches are refused.
    pub breach_check: bool,
}

/// One principal attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// The declared type without `[]` and `?`.
    #[serde(rename = "type")]
    pub type_name: &'a str,
    /// Kind of the declared type.
    #[serde(skip)]
    pub type_kind: FieldKind,
    /// Whether it is an array.
    pub array: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// How it gets its value.
    pub binding: Binding,
    /// The entity's name, `__User` included.
    pub entity: &'a str,
    /// The field's name.
    pub field: &'a str,
    /// The entity's table; empty for `__User`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub table: &'a str,
    /// The field's column.
    pub column: &'a str,
    /// The column that holds the user's id; empty for `__User`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub link_column: &'a str,
    /// Whether a unique key proves that at most one row matches.
    pub single_row: bool,
    /// What a row must fulfil besides belonging to the user.
    #[serde(rename = "where", skip_serializing_if = "Items::is_empty")]
    pub conditions: Items<'a, Condition<'a>>,
    /// The entity's number in `DATA`; none for `__User`.
    #[serde(skip)]
    pub entity_index: Option<u32>,
}

/// `column == operand`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Condition<'a> {
    /// The field's name.
    pub field: &'a str,
    /// The field's column.
    pub column: &'a str,
    /// What it equals.
    pub equals: Operand<'a>,
}

/// What an attribute's condition compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operand<'a> {
    /// A string or enum member.
    String(&'a str),
    /// An integer.
    Int(i64),
    /// A decimal.
    Decimal(Decimal),
    /// True or false.
    Bool(bool),
    /// The user's id.
    PrincipalId,
    /// The value of an attribute that stands before.
    Attribute(&'a str),
}

impl<'a> Auth<'a> {
    /// The providers, in declared order.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = Provider> + use<'a> {
        self.providers.iter().map(|record| record.provider.get())
    }

    /// How long a session lives, in seconds.
    pub fn session_duration_seconds(&self) -> u64 {
        self.settings.first().map_or(0, |record| record.session_duration_seconds.get())
    }

    /// Whether further sign-in methods may be attached.
    pub fn linking(&self) -> Linking {
        self.settings.first().map_or(Linking::Disabled, |record| record.linking.get())
    }

    /// The password rules; none if `email` is no provider.
    pub fn password(&self) -> Option<PasswordPolicy> {
        let record = self.settings.first().filter(|record| record.password.get())?;
        let has = |rule: u8| record.password_rules & rule != 0;
        Some(PasswordPolicy {
            min_length: record.min_length.get(),
            max_length: record.max_length.get(),
            require_uppercase: has(password_rule::UPPERCASE),
            require_lowercase: has(password_rule::LOWERCASE),
            require_digit: has(password_rule::DIGIT),
            require_special: has(password_rule::SPECIAL),
            block_common: has(password_rule::BLOCK_COMMON),
            breach_check: has(password_rule::BREACH_CHECK),
        })
    }

    /// The principal's attributes, in evaluation order.
    pub fn attributes(&self) -> Items<'a, Attribute<'a>> {
        Items::new(*self, self.attributes)
    }
}

impl<'a> View<'a> for Attribute<'a> {
    type Section = Auth<'a>;
    type Record = AttributeRecord;

    fn of(auth: Auth<'a>, record: &'a AttributeRecord) -> Self {
        let text = |text| auth.texts.get(text);
        Self {
            name: text(record.name),
            type_name: text(record.type_name),
            type_kind: record.type_kind.get(),
            array: record.array.get(),
            nullable: record.nullable.get(),
            binding: record.binding.get(),
            entity: text(record.entity_name),
            field: text(record.field_name),
            table: text(record.table),
            column: text(record.column),
            link_column: text(record.link_column),
            single_row: record.single_row.get(),
            conditions: Items::new(auth, record.conditions.of(auth.conditions)),
            entity_index: Some(record.entity.get()).filter(|&entity| entity != NONE),
        }
    }
}

impl<'a> View<'a> for Condition<'a> {
    type Section = Auth<'a>;
    type Record = ConditionRecord;

    fn of(auth: Auth<'a>, record: &'a ConditionRecord) -> Self {
        let number = record.number.get();
        let attribute = || auth.attributes.get(record.attribute.get() as usize);
        let equals = match record.operand.get() {
            OperandKind::String => Operand::String(auth.texts.get(record.text)),
            OperandKind::Int => Operand::Int(number),
            OperandKind::Decimal => Operand::Decimal(Decimal { mantissa: number, scale: record.scale }),
            OperandKind::Bool => Operand::Bool(number != 0),
            OperandKind::PrincipalId => Operand::PrincipalId,
            OperandKind::Attribute => {
                Operand::Attribute(attribute().map_or("", |record| auth.texts.get(record.name)))
            }
        };
        Self { field: auth.texts.get(record.field_name), column: auth.texts.get(record.column), equals }
    }
}
