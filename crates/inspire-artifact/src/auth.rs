//! `AUTH`: who can sign in, and what is known of them.
//!
//! Attributes stand in evaluation order: one that reads another stands after it.

use zerocopy::little_endian::{I64, U32, U64};

use crate::record::{Code, List, Text, codes, flags, records};
use crate::table::tables;

mod check;
mod password;
mod view;

pub use password::Violation;
pub use view::{Attribute, Condition, Operand, PasswordPolicy};

/// Sessions that live longer are worth a second look: NIST SP 800-63B, 4.1.3, asks for a new sign-in
/// every 30 days (AAL1).
pub const LONG_SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;
/// A `minLength` below this is allowed and worth a second look, in code points.
pub const SHORT_PASSWORD_LENGTH: u32 = 12;

flags! {
    /// Bits of [`SettingsRecord::password_rules`].
    pub mod password_rule: u8 {
        /// An upper-case letter is required.
        UPPERCASE = 1,
        /// A lower-case letter is required.
        LOWERCASE = 2,
        /// A digit is required.
        DIGIT = 4,
        /// A special character is required.
        SPECIAL = 8,
        /// Common passwords are refused.
        BLOCK_COMMON = 16,
        /// Passwords known from breaches are refused.
        BREACH_CHECK = 32,
        =>
    }
}

codes! {
    /// A way to sign in.
    pub enum Provider {
        /// E-mail address and password.
        Email = 0 "email",
        /// Google account.
        Google = 1 "google",
        /// GitHub account.
        Github = 2 "github",
        => Email
    }

    /// Whether a signed-in user may attach further ways to sign in.
    pub enum Linking {
        /// On request of the user.
        Manual = 0 "manual",
        /// Never.
        Disabled = 1 "disabled",
        => Disabled
    }

    /// How a principal attribute gets its value.
    pub enum Binding {
        /// `@from(E.f)`: the user's row of an entity.
        From = 0 "from",
        /// `@selectFrom(E.f)`: the user picks a value out of their rows.
        SelectFrom = 1 "select_from",
        /// `@from(__User.f)`: the user record itself.
        User = 2 "user",
        => SelectFrom
    }

    /// What an attribute's condition compares with.
    pub enum OperandKind {
        /// `text`; enum members too.
        String = 0 "string",
        /// `number`.
        Int = 1 "int",
        /// `number` / 10^`scale`.
        Decimal = 2 "decimal",
        /// `number`, 0 or 1.
        Bool = 3 "bool",
        /// The user's id.
        PrincipalId = 4 "principal_id",
        /// `attribute`, which stands before the one that has the condition.
        Attribute = 5 "attribute",
        => PrincipalId
    }
}

records! {
    /// The settings of the `auth` block; the table has exactly one record.
    pub struct SettingsRecord {
        /// How long a session lives, in seconds.
        pub session_duration_seconds: U64,
        /// Whether further sign-in methods may be attached.
        pub linking: Code<Linking>,
        /// Whether passwords exist (`email` is a provider); if not, the following cells are 0.
        pub password: Code<bool>,
        /// Least length of a password, in code points.
        pub min_length: U32,
        /// Greatest length of a password, in code points.
        pub max_length: U32,
        /// Bits of [`password_rule`].
        pub password_rules: u8,
    }

    /// One provider, in the declared order.
    pub struct ProviderRecord {
        /// The provider.
        pub provider: Code<Provider>,
    }

    /// One principal attribute.
    pub struct AttributeRecord {
        /// Its name.
        pub name: Text,
        /// Kind of the declared type.
        pub type_kind: Code<crate::entity::FieldKind>,
        /// The declared type without `[]` and `?`, as written: `Guild.id`, `string`.
        pub type_name: Text,
        /// Whether it may be null.
        pub nullable: Code<bool>,
        /// Whether it is an array.
        pub array: Code<bool>,
        /// How it gets its value.
        pub binding: Code<Binding>,
        /// The entity in `DATA`; NONE for `__User`.
        pub entity: U32,
        /// The entity's name, `__User` included.
        pub entity_name: Text,
        /// The field's name.
        pub field_name: Text,
        /// The entity's table; empty for `__User`.
        pub table: Text,
        /// The field's column.
        pub column: Text,
        /// The column that holds the user's id; empty for `__User`.
        pub link_column: Text,
        /// Whether a unique key proves that at most one row matches.
        pub single_row: Code<bool>,
        /// Into `conditions`; all must hold.
        pub conditions: List,
    }

    /// `column == operand` of an attribute's `where`.
    pub struct ConditionRecord {
        /// The field's name.
        pub field_name: Text,
        /// The field's column.
        pub column: Text,
        /// What the operand is.
        pub operand: Code<OperandKind>,
        /// The string operand, else empty.
        pub text: Text,
        /// The number operand's mantissa, or 0 and 1 for a bool, else 0.
        pub number: I64,
        /// Decimal places of `number`, else 0.
        pub scale: u8,
        /// The attribute operand, else NONE.
        pub attribute: U32,
    }
}

tables! {
    /// The `AUTH` section of a file.
    pub struct Auth = Auth {
        /// Exactly one.
        settings: SettingsRecord,
        /// In declared order.
        providers: ProviderRecord,
        /// In evaluation order.
        attributes: AttributeRecord,
        /// Tiled by `attributes.conditions`.
        conditions: ConditionRecord,
    }
}
