//! Resolving: declarations of all files → name tables and typed ids.
//!
//! Never fails: of two declarations with one name the earlier counts and the later is reported.
//! Ids follow the order of the names, so that neither the order of files nor that of declarations shows in them.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span};
use inspire_syntax::ast::{
    ApiKeys, Auth, Declaration, Entity, Enum, Name, Namespace, RouteGroup, System, TypeDeclaration,
};
use inspire_syntax::{Parsed, unsupported};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{EntityId, EnumId, TypeId};

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
    one_namespace_a_name(&mut names, diagnostics);
    names
}

fn collect<'a>(
    names: &mut Names<'a>,
    file: FileId,
    declaration: Declaration<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match declaration {
        Declaration::Auth(node) => {
            let new = Declared { file, node };
            let first = names.auth.as_ref().map(|first| first.at(first.node.keyword));
            match first {
                Some(first) => diagnostics.push(duplicate_block("auth", new.at(node.keyword), first)),
                None => names.auth = Some(new),
            }
        }
        Declaration::ApiKeys(node) => {
            let new = Declared { file, node };
            let first = names.api_keys.as_ref().map(|first| first.at(first.node.keyword));
            match first {
                Some(first) => diagnostics.push(duplicate_block("apiKeys", new.at(node.keyword), first)),
                None => names.api_keys = Some(new),
            }
        }
        Declaration::Entity(node) => names.entities.push(Declared { file, node }),
        Declaration::Enum(node) => names.enums.push(Declared { file, node }),
        Declaration::Type(node) => names.types.push(Declared { file, node }),
        Declaration::Namespace(node) => names.namespaces.push(Declared { file, node }),
        Declaration::System(node) => names.systems.push(Declared { file, node }),
        Declaration::Routes(node) => names.routes.push(Declared { file, node }),
        Declaration::Unsupported(keyword) => {
            let what = format!("`{}` blocks are", keyword.text);
            diagnostics.push(unsupported(Location::new(file, keyword.span), &what));
        }
    }
}

fn sort(names: &mut Names<'_>) {
    // A stable sort keeps the order of the text among equal names, so that the later one is the duplicate.
    names.entities.sort_by_key(|declared| declared.node.name.text);
    names.enums.sort_by_key(|declared| declared.node.name.text);
    names.types.sort_by_key(|declared| declared.node.name.text);
    names.namespaces.sort_by_key(|declared| declared.node.name.text);
}

/// Entities, enums and embedded types share one space of names.
fn one_declaration_a_name<'a>(names: &mut Names<'a>, diagnostics: &mut Vec<Diagnostic>) {
    let total = names.entities.len() + names.enums.len() + names.types.len();
    let mut first: FxHashMap<&'a str, Location> =
        FxHashMap::with_capacity_and_hasher(total, Default::default());
    let entities = names.entities.iter().map(|declared| (declared.file, declared.node.name));
    let enums = names.enums.iter().map(|declared| (declared.file, declared.node.name));
    let types = names.types.iter().map(|declared| (declared.file, declared.node.name));
    for (file, name) in entities.chain(enums).chain(types) {
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
    let entities = (0..).map(|i| TypeName::Entity(EntityId(i)));
    let enums = (0..).map(|i| TypeName::Enum(EnumId(i)));
    let types = (0..).map(|i| TypeName::Embedded(TypeId(i)));
    names.type_names.reserve(total);
    names.type_names.extend(names.entities.iter().map(|declared| declared.node.name.text).zip(entities));
    names.type_names.extend(names.enums.iter().map(|declared| declared.node.name.text).zip(enums));
    names.type_names.extend(names.types.iter().map(|declared| declared.node.name.text).zip(types));
}

fn one_namespace_a_name(names: &mut Names<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: Option<(&str, Location)> = None;
    names.namespaces.retain(|declared| {
        let name = declared.node.name;
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
