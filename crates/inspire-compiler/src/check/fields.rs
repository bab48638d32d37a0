//! The layout of all fields: every field has its number before the first type is looked at.

use std::hash::Hasher;

use heck::ToSnakeCase;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::Tail;
use rustc_hash::{FxHashMap, FxHasher};

use super::Checker;
use super::namespace::Draft;
use crate::model::{EntityId, FieldId, TypeId};
use crate::resolve::{duplicate_name, reserved_name};

/// The fields that every entity has unless it declares them.
pub(crate) const IMPLICIT: [&str; 3] = ["id", "createdAt", "updatedAt"];

/// The fields of `__User`, in the order of their numbers.
pub(crate) const USER: [&str; 4] = ["id", "email", "name", "createdAt"];

/// So many fields of one owner are found by comparing their names; with more a table is faster.
const SCANNED: usize = 16;

/// Numbers and names of all fields.
#[derive(Default)]
pub(crate) struct Fields<'a> {
    /// The name of each field by its number; empty for a field whose name was taken.
    names: Vec<&'a str>,
    /// The fields behind the first few of their owner, by owner and name.
    further: FxHashMap<(u32, &'a str), FieldId>,
    /// For each entity and then each embedded type: its fields, from and up to.
    ranges: Vec<(u32, u32)>,
    entities: u32,
    /// For each entity its tenant column, if it is in a namespace and does not declare the column itself.
    tenant_columns: FxHashMap<EntityId, &'a str>,
}

impl<'a> Fields<'a> {
    /// The field of `entity` called `name`.
    pub(crate) fn find(&self, entity: EntityId, name: &str) -> Option<FieldId> {
        if entity == EntityId::USER {
            let at = USER.iter().position(|field| *field == name)?;
            return Some(FieldId(FieldId::USER.0 + at as u32));
        }
        let (from, to) = self.of_entity(entity);
        self.find_among(entity.0, from, to, name)
    }

    /// The field of an embedded type called `name`.
    pub(crate) fn find_in_type(&self, id: TypeId, name: &str) -> Option<FieldId> {
        let (from, to) = self.of_type(id);
        self.find_among(self.entities + id.0, from, to, name)
    }

    /// The field called `name` among those of `owner`, from and up to.
    fn find_among(&self, owner: u32, from: u32, to: u32, name: &str) -> Option<FieldId> {
        let own = self.names.get(from as usize..to as usize).unwrap_or_default();
        let found = own.iter().take(SCANNED).position(|known| *known == name);
        let found = found.map(|at| FieldId(from + at as u32));
        found.or_else(|| if own.len() > SCANNED { self.further.get(&(owner, name)).copied() } else { None })
    }

    /// The fields of an entity, from and up to.
    pub(crate) fn of_entity(&self, id: EntityId) -> (u32, u32) {
        self.ranges.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The fields of an embedded type, from and up to.
    pub(crate) fn of_type(&self, id: TypeId) -> (u32, u32) {
        self.ranges.get((self.entities + id.0) as usize).copied().unwrap_or_default()
    }

    /// How many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The tenant column that is added to `entity`.
    pub(crate) fn tenant_column(&self, entity: EntityId) -> Option<&'a str> {
        self.tenant_columns.get(&entity).copied()
    }

    /// The names of the fields of `entity`, for suggestions.
    pub(crate) fn names(&self, cx: &Checker<'a>, entity: EntityId) -> Vec<&'a str> {
        match cx.names.entities.get(entity.0 as usize) {
            None => USER.to_vec(),
            Some(declared) => {
                declared.node.fields.iter().map(|field| field.name.text).chain(IMPLICIT).collect()
            }
        }
    }

    /// Gives the next number to the field `name` of `owner`, whose fields begin at `start`; if the name is taken,
    /// gives the field that has it instead.
    fn add(&mut self, owner: u32, start: u32, name: &'a str) -> Option<FieldId> {
        let next = self.names.len() as u32;
        let first = self.find_among(owner, start, next, name);
        if first.is_none() {
            if (next - start) as usize >= SCANNED {
                self.further.insert((owner, name), FieldId(next));
            }
            self.names.push(name);
        }
        first
    }

    fn next(&self) -> u32 {
        self.names.len() as u32
    }
}

/// Numbers the fields of all entities and embedded types, and checks their names.
pub(crate) fn lay_out<'a>(cx: &mut Checker<'a>, namespaces: &[Draft<'a>]) -> Fields<'a> {
    let entities = std::mem::take(&mut cx.names.entities);
    let types = std::mem::take(&mut cx.names.types);
    let total: usize = entities.iter().map(|entity| entity.node.fields.len() + IMPLICIT.len()).sum();
    let mut fields = Fields { entities: entities.len() as u32, ..Fields::default() };
    fields.names.reserve(total);
    let mut columns = Columns::default();
    let tenants: FxHashMap<EntityId, ast::Name<'a>> = namespaces
        .iter()
        .filter_map(|draft| Some((draft, draft.attribute?)))
        .flat_map(|(draft, attribute)| draft.entities.iter().map(move |(id, _)| (*id, attribute)))
        .collect();
    for (owner, declared) in (0..).zip(&entities) {
        let start = fields.next();
        declare(cx, &mut fields, owner, declared.file, declared.node.fields);
        let own_key = declared.node.fields.iter().any(is_primary_key);
        for name in IMPLICIT.into_iter().filter(|name| !(*name == "id" && own_key)) {
            // One that is declared by hand has its number already.
            fields.add(owner, start, name);
        }
        if let Some(name) = tenants.get(&EntityId(owner))
            && fields.add(owner, start, name.text).is_none()
        {
            fields.tenant_columns.insert(EntityId(owner), name.text);
        }
        fields.ranges.push((start, fields.next()));
        columns.do_not_collide(cx, declared.file, declared.node.fields);
    }
    for (owner, declared) in (fields.entities..).zip(&types) {
        let start = fields.next();
        declare(cx, &mut fields, owner, declared.file, declared.node.body.fields);
        fields.ranges.push((start, fields.next()));
    }
    cx.names.entities = entities;
    cx.names.types = types;
    tables_do_not_collide(cx);
    fields
}

fn declare<'a>(
    cx: &mut Checker<'a>,
    fields: &mut Fields<'a>,
    owner: u32,
    file: FileId,
    declared: &'a [ast::Field<'a>],
) {
    let start = fields.next();
    for field in declared {
        let place = Location::new(file, field.name.span);
        if field.name.text.starts_with("__") {
            cx.report(reserved_name(place, field.name.text));
        }
        if let Some(first) = fields.add(owner, start, field.name.text) {
            fields.names.push("");
            let first =
                declared.get((first.0 - start) as usize).map_or(field.name.span, |first| first.name.span);
            cx.report(duplicate_name(field.name.text, place, Location::new(file, first)));
        }
    }
}

/// Whether the field carries `@primaryKey`.
pub(crate) fn is_primary_key(field: &ast::Field<'_>) -> bool {
    field
        .tails
        .iter()
        .any(|tail| matches!(tail, Tail::Annotation(annotation) if annotation.name.text == "@primaryKey"))
}

/// Finds names that differ in the schema and are one column in the database.
#[derive(Default)]
struct Columns {
    folded: Vec<u64>,
}

impl Columns {
    fn do_not_collide<'a>(&mut self, cx: &mut Checker<'a>, file: FileId, fields: &'a [ast::Field<'a>]) {
        // Two names with one column are equal without case and underscores. That is rare, so it is looked at first.
        self.folded.clear();
        self.folded.extend(
            IMPLICIT
                .iter()
                .filter(|name| fields.iter().all(|f| f.name.text != **name))
                .map(|name| fold(name)),
        );
        self.folded.extend(fields.iter().map(|field| fold(field.name.text)));
        self.folded.sort_unstable();
        if self.folded.windows(2).any(|pair| pair.first() == pair.last()) {
            columns_do_not_collide(cx, file, fields);
        }
    }
}

/// A number that is equal for names that differ in case and underscores only.
fn fold(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    for byte in name.bytes().filter(|byte| *byte != b'_') {
        hasher.write_u8(byte.to_ascii_lowercase());
    }
    hasher.finish()
}

#[cold]
fn columns_do_not_collide<'a>(cx: &mut Checker<'a>, file: FileId, fields: &'a [ast::Field<'a>]) {
    let implicit = IMPLICIT.iter().map(|name| (name.to_snake_case(), None));
    let mut seen: FxHashMap<String, Option<&'a ast::Field<'a>>> = implicit.collect();
    for field in fields {
        let column = field.name.text.to_snake_case();
        let place = Location::new(file, field.name.span);
        match seen.get(&column) {
            Some(Some(first)) if first.name.text != field.name.text => {
                let first = Location::new(file, first.name.span);
                cx.report(collision("column", &column, place, Some(first)));
            }
            Some(None) if !IMPLICIT.contains(&field.name.text) => {
                cx.report(collision("column", &column, place, None));
            }
            _ => {
                seen.insert(column, Some(field));
            }
        }
    }
}

fn tables_do_not_collide(cx: &mut Checker<'_>) {
    let mut folded: Vec<u64> =
        cx.names.entities.iter().map(|declared| fold(declared.node.name.text)).collect();
    folded.sort_unstable();
    if !folded.windows(2).any(|pair| pair.first() == pair.last()) {
        return;
    }
    let mut tables: Vec<_> = (cx.names.entities.iter())
        .map(|declared| (declared.node.name.text.to_snake_case(), declared.at(declared.node.name.span)))
        .collect();
    tables.sort_unstable();
    for pair in tables.windows(2) {
        if let [(first, first_place), (table, place)] = pair
            && first == table
        {
            cx.report(collision("table", table, *place, Some(*first_place)));
        }
    }
}

#[cold]
fn collision(what: &str, name: &str, place: Location, first: Option<Location>) -> Diagnostic {
    let new = Diagnostic::new(Code::ColumnCollision, place, format!("two names become the {what} `{name}`"))
        .label(format!("becomes `{name}`"))
        .help("names are written in snake_case in the database; rename one of them");
    match first {
        Some(first) => new.related(first, "so does this one"),
        None => new.help(format!("every entity has the {what} `{name}` already; take another name")),
    }
}
