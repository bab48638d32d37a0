//! Validation types: what the bodies of requests have to look like, everything expanded to final fields.

use inspire_diagnostics::Location;

/// A validation type: its place among all validation types, which are sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValidationId(pub u32);

/// A validation type.
#[derive(Debug, Clone)]
pub struct Validation<'a> {
    /// Where its name stands.
    pub location: Location,
    /// Where its declaration begins.
    pub start: u32,
    /// Its name.
    pub name: &'a str,
    /// The key whose value tells the variants of a union apart; none if it is no union.
    pub discriminant: Option<&'a str>,
    /// The variants of a union, or the one list of fields.
    pub variants: Vec<Variant<'a>>,
}

/// A variant of a union, or the only one.
#[derive(Debug, Clone)]
pub struct Variant<'a> {
    /// The value of the discriminant; none if the type is no union.
    pub tag: Option<&'a str>,
    /// The fields in their order, the discriminant left out.
    pub fields: Vec<Field<'a>>,
}

/// A field of a validation type.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// What holds for it; keys and delete rules, which it may have from an entity, mean nothing here.
    pub column: super::Field<'a>,
    /// Where it is declared; none for an implicit field and those of `__User`.
    pub origin: Option<Location>,
    /// Whether it may be left out, as after `Partial`.
    pub optional: bool,
    /// The one value that it can have.
    pub constant: Option<&'a str>,
}
