//! Resolving: declarations of all files → name tables and typed ids.
//!
//! Never fails: of two declarations with one name the earlier counts and the later is reported.
//! Ids follow the order of the names, so that neither the order of files nor that of declarations shows in them.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::Parsed;
use inspire_syntax::ast::{
    ApiKeys, Auth, Declaration, Email, Entity, Enum, Integrations, Name, Namespace, Network, Payments,
    RouteGroup, Schedule, System, TypeDeclaration, Validation,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{EntityId, EnumId, TypeId, ValidationId};

/// A declaration and the file it stands in.
#[derive(Debug)]
pub struct Declared<'a, T> {
    /// The file.
    pub file: FileId,
    /// The declaration.
    pub node: &'a T,
}

impl<T> Clone for Declared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Declared<'_, T> {}

impl<T> Declared<'_, T> {
    /// The place `span` in the declaration's file.
    pub fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }
}

/// What the name of a type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeName {
    /// An entity, `__User` included.
    Entity(EntityId),
    /// An enum.
    Enum(EnumId),
    /// An embedded type.
    Embedded(TypeId),
    /// A validation type, which no column has.
    Validation(ValidationId),
}

/// The declarations of a schema by kind, sorted by name, and the tables that find them.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// `auth`
    pub auth: Option<Declared<'a, Auth<'a>>>,
    /// `apiKeys`
    pub api_keys: Option<Declared<'a, ApiKeys<'a>>>,
    /// The entities; an [`EntityId`] is a place here.
    pub entities: Vec<Declared<'a, Entity<'a>>>,
    /// The enums; an [`EnumId`] is a place here.
    pub enums: Vec<Declared<'a, Enum<'a>>>,
    /// The embedded types; a [`TypeId`] is a place here.
    pub types: Vec<Declared<'a, TypeDeclaration<'a>>>,
    /// The namespaces.
    pub namespaces: Vec<Declared<'a, Namespace<'a>>>,
    /// The `@system` declarations, in the order of the text.
    pub systems: Vec<Declared<'a, System<'a>>>,
    /// The outermost groups of routes, in the order of the text.
    pub routes: Vec<Declared<'a, RouteGroup<'a>>>,
    /// The schedules.
    pub schedules: Vec<Declared<'a, Schedule<'a>>>,
    /// The validation types; their place here is their number.
    pub validations: Vec<Declared<'a, Validation<'a>>>,
    /// `payments`
    pub payments: Option<Declared<'a, Payments<'a>>>,
    /// `integrations`
    pub integrations: Option<Declared<'a, Integrations<'a>>>,
    /// `network`
    pub network: Option<Declared<'a, Network<'a>>>,
    /// `email`
    pub email: Option<Declared<'a, Email<'a>>>,
    type_names: FxHashMap<&'a str, TypeName>,
    lost: FxHashSet<&'a str>,
    truncated: bool,
}

impl<'a> Names<'a> {
    /// What the type name `name` stands for.
    pub fn type_name(&self, name: &str) -> Option<TypeName> {
        if name == "__User" {
            return Some(TypeName::Entity(EntityId::USER));
        }
        self.type_names.get(name).copied()
    }

    /// Whether `name` may be declared by something that could not be read.
    pub fn may_be_lost(&self, name: &str) -> bool {
        self.truncated || self.lost.contains(name)
    }

    /// The names of all entities, for suggestions.
    pub fn entity_names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.entities.iter().map(|entity| entity.node.name.text).chain(["__User"])
    }

    /// Every name a field's type may have, for suggestions; entities are none, a reference names a field of theirs.
    pub fn type_names(&self) -> impl Iterator<Item = &'a str> + '_ {
        let enums = self.enums.iter().map(|declared| declared.node.name.text);
        enums.chain(self.types.iter().map(|declared| declared.node.name.text))
    }
}

/// Collects the declarations of all files.
pub fn resolve<'a>(files: &[(FileId, &Parsed<'a>)], diagnostics: &mut Vec<Diagnostic>) -> Names<'a> {
    let mut names = Names::default();
    for (file, parsed) in files {
        names.lost.extend(parsed.schema.lost_names.iter().map(|name| name.text));
        names.truncated |= parsed.schema.truncated;
        for declaration in parsed.schema.declarations {
            collect(&mut names, *file, *declaration, diagnostics);
        }
    }
    sort(&mut names);
    one_declaration_a_name(&mut names, diagnostics);
    one_declaration_of(&mut names.namespaces, |node| node.name, diagnostics);
    one_declaration_of(&mut names.schedules, |node| node.name, diagnostics);
    names
}

fn collect<'a>(
    names: &mut Names<'a>,
    file: FileId,
    declaration: Declaration<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match declaration {
        Declaration::Auth(node) => once(&mut names.auth, "auth", file, node, |it| it.keyword, diagnostics),
        Declaration::ApiKeys(node) => {
            once(&mut names.api_keys, "apiKeys", file, node, |it| it.keyword, diagnostics);
        }
        Declaration::Payments(node) => {
            once(&mut names.payments, "payments", file, node, |it| it.keyword, diagnostics);
        }
        Declaration::Integrations(node) => {
            once(&mut names.integrations, "integrations", file, node, |it| it.keyword, diagnostics);
        }
        Declaration::Network(node) => {
            once(&mut names.network, "network", file, node, |it| it.keyword, diagnostics);
        }
        Declaration::Email(node) => once(&mut names.email, "email", file, node, |it| it.keyword, diagnostics),
        Declaration::Entity(node) => names.entities.push(Declared { file, node }),
        Declaration::Enum(node) => names.enums.push(Declared { file, node }),
        Declaration::Type(node) => names.types.push(Declared { file, node }),
        Declaration::Namespace(node) => names.namespaces.push(Declared { file, node }),
        Declaration::System(node) => names.systems.push(Declared { file, node }),
        Declaration::Routes(node) => names.routes.push(Declared { file, node }),
        Declaration::Schedule(node) => names.schedules.push(Declared { file, node }),
        Declaration::Validation(node) => names.validations.push(Declared { file, node }),
        Declaration::Migration(keyword) => {
            diagnostics.push(migration_in_schema(Location::new(file, keyword)));
        }
    }
}

/// Keeps the first of the blocks that may stand once.
fn once<'a, T>(
    place: &mut Option<Declared<'a, T>>,
    name: &str,
    file: FileId,
    node: &'a T,
    keyword: fn(&T) -> Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let new = Declared { file, node };
    match place {
        Some(first) => {
            diagnostics.push(duplicate_block(name, new.at(keyword(node)), first.at(keyword(first.node))));
        }
        None => *place = Some(new),
    }
}

#[cold]
fn migration_in_schema(place: Location) -> Diagnostic {
    Diagnostic::new(Code::MigrationInSchema, place, "a migration plan is no part of a schema")
        .label("says how the data changes, not what the app is")
        .help("move it to a file of its own, `plan.migration`; the schema says what the tables look like afterwards")
}

fn sort(names: &mut Names<'_>) {
    // A stable sort keeps the order of the text among equal names, so that the later one is the duplicate.
    names.entities.sort_by_key(|declared| declared.node.name.text);
    names.enums.sort_by_key(|declared| declared.node.name.text);
    names.types.sort_by_key(|declared| declared.node.name.text);
    names.namespaces.sort_by_key(|declared| declared.node.name.text);
    names.schedules.sort_by_key(|declared| declared.node.name.text);
    names.validations.sort_by_key(|declared| declared.node.name.text);
}

/// Entities, enums, embedded types and validation types share one space of names.
fn one_declaration_a_name<'a>(names: &mut Names<'a>, diagnostics: &mut Vec<Diagnostic>) {
    let total = names.entities.len() + names.enums.len() + names.types.len() + names.validations.len();
    let mut first: FxHashMap<&'a str, Location> =
        FxHashMap::with_capacity_and_hasher(total, Default::default());
    let entities = names.entities.iter().map(|declared| (declared.file, declared.node.name));
    let enums = names.enums.iter().map(|declared| (declared.file, declared.node.name));
    let types = names.types.iter().map(|declared| (declared.file, declared.node.name));
    let validations = names.validations.iter().map(|declared| (declared.file, declared.node.name));
    for (file, name) in entities.chain(enums).chain(types).chain(validations) {
        let place = Location::new(file, name.span);
        first.entry(name.text).and_modify(|first| *first = place.min(*first)).or_insert(place);
    }
    let mut keeps = |file: FileId, name: Name<'a>| {
        let place = Location::new(file, name.span);
        if name.text.starts_with("__") {
            diagnostics.push(reserved_name(place, name.text));
            return false;
        }
        let first = first.get(name.text).copied().unwrap_or(place);
        if first != place {
            diagnostics.push(duplicate_name(name.text, place, first));
        }
        first == place
    };
    names.entities.retain(|declared| keeps(declared.file, declared.node.name));
    names.enums.retain(|declared| keeps(declared.file, declared.node.name));
    names.types.retain(|declared| keeps(declared.file, declared.node.name));
    names.validations.retain(|declared| keeps(declared.file, declared.node.name));
    let entities = (0..).map(|i| TypeName::Entity(EntityId(i)));
    let enums = (0..).map(|i| TypeName::Enum(EnumId(i)));
    let types = (0..).map(|i| TypeName::Embedded(TypeId(i)));
    let validations = (0..).map(|i| TypeName::Validation(ValidationId(i)));
    names.type_names.reserve(total);
    names.type_names.extend(names.entities.iter().map(|declared| declared.node.name.text).zip(entities));
    names.type_names.extend(names.enums.iter().map(|declared| declared.node.name.text).zip(enums));
    names.type_names.extend(names.types.iter().map(|declared| declared.node.name.text).zip(types));
    names
        .type_names
        .extend(names.validations.iter().map(|declared| declared.node.name.text).zip(validations));
}

/// Namespaces have names of their own, and so have schedules; the list is sorted by name.
fn one_declaration_of<'a, T>(
    list: &mut Vec<Declared<'a, T>>,
    name_of: fn(&T) -> Name<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut first: Option<(&str, Location)> = None;
    list.retain(|declared| {
        let name = name_of(declared.node);
        let place = declared.at(name.span);
        if name.text.starts_with("__") {
            diagnostics.push(reserved_name(place, name.text));
        }
        match first {
            Some((text, first)) if text == name.text => {
                diagnostics.push(duplicate_name(name.text, place, first));
                false
            }
            _ => {
                first = Some((name.text, place));
                true
            }
        }
    });
}

/// The diagnostic for the second declaration of a name.
#[cold]
pub fn duplicate_name(name: &str, place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, place, format!("`{name}` is declared twice"))
        .label("declared again here")
        .related(first, "first declared here")
        .help("rename one of them, or remove it")
}

/// The diagnostic for a block that may stand once and stands again.
#[cold]
pub fn duplicate_block(keyword: &str, place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicateBlock, place, format!("there is more than one `{keyword}` block"))
        .label("a second one")
        .related(first, "the first one")
        .help("move everything into one of them")
}

/// The diagnostic for a name that belongs to the platform.
#[cold]
pub fn reserved_name(place: Location, name: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::ReservedName, place, format!("`{name}` cannot be declared")).label("reserved");
    if name == "__User" {
        diagnostic.help(
            "`__User` is built in; keep what belongs to a user in an entity with a field `userId: __User.id`",
        )
    } else {
        diagnostic.help("names that start with `__` belong to the platform; take another name")
    }
}
