//! Namespaces: entities whose rows belong to a tenant.

use inspire_diagnostics::Location;

use super::{AttributeId, EntityId, FieldId};

/// `namespace`
#[derive(Debug)]
pub struct Namespace<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is declared.
    pub location: Location,
    /// Where its declaration begins.
    pub start: u32,
    /// The principal attribute that tells the tenant.
    pub attribute: AttributeId,
    /// The attribute's name.
    pub attribute_name: &'a str,
    /// The entities and their tenant columns, sorted by entity.
    pub members: Vec<(EntityId, FieldId)>,
}
