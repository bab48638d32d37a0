//! The namespaces and what is in them.

use super::{Block, Phrase, items, text};
use crate::report::Namespace;

pub(super) fn namespaces<'p>(page: &mut Vec<Block<'p>>, namespaces: &'p [Namespace<'_>]) {
    page.push(Block::Section("Namespaces"));
    if namespaces.is_empty() {
        return page.push(text("None: no row belongs to a tenant."));
    }
    for one in namespaces {
        let tenant = format!("principal.{}", one.attribute);
        page.push(Block::Heading(Phrase::new().code(one.name)));
        let tenant = Phrase::new().words("the tenant is ").code(tenant);
        let entities = one.entities.iter().map(|name| Phrase::new().words("rows of ").code(*name));
        page.push(items(std::iter::once(tenant).chain(entities)));
    }
}
