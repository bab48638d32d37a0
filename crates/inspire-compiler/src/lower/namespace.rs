//! `NSPC`

use inspire_artifact::List;
use inspire_artifact::debug::Subject;
use inspire_artifact::namespace::{MemberRecord, NamespaceRecord, Tables};

use super::{Origins, add_doc, column, entity_index, field_index};
use crate::model::{Data, Namespace};

const NAMESPACES: u8 = 0;

pub(super) fn lower<'a>(
    namespaces: &[Namespace<'a>],
    data: &Data<'a>,
    origins: &mut Origins<'_, 'a>,
) -> Tables {
    let mut tables = Tables::default();
    for (i, namespace) in namespaces.iter().enumerate() {
        let first = tables.members.len();
        for (entity, field) in &namespace.members {
            let record = MemberRecord {
                entity: entity_index(*entity).into(),
                entity_name: tables.strings.intern(data.entity(*entity).name),
                column: tables.strings.intern(&column(data.field(*field).name)),
                field: field_index(*field).into(),
            };
            tables.members.push(record);
        }
        let record = NamespaceRecord {
            name: tables.strings.intern(namespace.name),
            attribute: tables.strings.intern(namespace.attribute_name),
            attribute_index: namespace.attribute.0.into(),
            entities: List::since(first, tables.members.len()),
        };
        tables.namespaces.push(record);
        let doc = origins.doc(namespace.location.file, namespace.start);
        add_doc(&mut tables.strings, &mut tables.docs, NAMESPACES.into(), i, doc);
        origins.place(Subject::Namespaces, NAMESPACES, i, namespace.location);
    }
    tables
}
