//! Entities, enums and embedded types, their fields and hooks, and the principal.

use super::{App, Choices};

/// An entity while the schema is made.
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    /// The entity with this number is its tenant.
    pub(super) tenant: Option<usize>,
}

/// A field, as far as others want to know.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) nullable: bool,
    pub(super) array: bool,
    /// What stands behind the type.
    tail: String,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ty {
    Scalar(&'static str),
    Enum(usize),
    Embedded,
    Row(usize),
    User,
}

/// Words of the language, which are names like any other.
const WORDS: [&str; 12] =
    ["title", "type", "where", "role", "plan", "to", "grant", "auth", "on", "status", "email", "in"];

const SCALARS: [&str; 13] = [
    "string",
    "int",
    "boolean",
    "datetime",
    "smallint",
    "bigint",
    "decimal(10, 2)",
    "double",
    "date",
    "uuid",
    "bytes",
    "json",
    "file",
];

impl Entity {
    /// The fields that one value can be compared with.
    pub(super) fn comparable(&self) -> Vec<&Field> {
        let opaque = |ty| matches!(ty, Ty::Embedded | Ty::Scalar("json" | "file" | "bytes"));
        self.fields.iter().filter(|field| !field.array && !opaque(field.ty)).collect()
    }

    /// The only field that ties a row to a user.
    pub(super) fn user_link(&self) -> Option<&Field> {
        let mut links = self.fields.iter().filter(|field| field.ty == Ty::User);
        links.next().filter(|_| links.next().is_none())
    }

    /// The fields that refer to the entity with this number.
    pub(super) fn references(&self, target: usize) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.ty == Ty::Row(target))
    }
}

impl App {
    pub(super) fn data(&mut self, choices: &mut Choices<'_>) {
        for index in 0..choices.between(0, 3) {
            let members: Vec<_> = (0..choices.between(1, 4)).map(|member| format!("M{member}")).collect();
            self.declarations.push(format!("enum Kind{index} {{ {} }}\n", members.join(", ")));
            self.enums.push(members);
        }
        self.declarations.push("type Address { street: string @maxLength(80), zip: string? }\n".to_owned());
        let count = choices.between(1, 6);
        for index in 0..count {
            let fields =
                (0..choices.between(1, 7)).map(|field| self.field(index, field, count, choices)).collect();
            self.entities.push(Entity { name: format!("Thing{index}"), fields, tenant: None });
        }
    }

    fn field(&self, entity: usize, field: usize, count: usize, choices: &mut Choices<'_>) -> Field {
        let word = choices.pick(&WORDS);
        let kind = choices.between(0, 9);
        let (name, ty) = match kind {
            7 => (format!("user{field}Id"), Ty::User),
            8 => (format!("row{field}Id"), Ty::Row(choices.between(0, count - 1))),
            9 if !self.enums.is_empty() => {
                (format!("{word}{field}"), Ty::Enum(choices.between(0, self.enums.len() - 1)))
            }
            6 => (format!("{word}{field}"), Ty::Embedded),
            _ if field < WORDS.len() && (entity + field).is_multiple_of(3) => {
                (WORDS[field].to_owned(), Ty::Scalar(choices.pick(&SCALARS)))
            }
            _ => (format!("{word}{field}"), Ty::Scalar(choices.pick(&SCALARS))),
        };
        let single = matches!(ty, Ty::User | Ty::Row(_) | Ty::Scalar("file"));
        let nullable = choices.chance(1, 3);
        let array = !single && choices.chance(1, 5);
        let tail = if array { String::new() } else { self.tail(ty, nullable, choices) };
        Field { name, ty, nullable, array, tail }
    }

    fn tail(&self, ty: Ty, nullable: bool, choices: &mut Choices<'_>) -> String {
        let tails: &[&str] = match ty {
            Ty::Scalar("string") => &[
                "",
                "@minLength(1) @maxLength(40)",
                "= \"some \\u{e9} text\"",
                "@trim @regex(\"^[a-z]+$\")",
                "@email @unique",
                "@url",
                "@pii",
                "@sensitive",
            ],
            Ty::Scalar("int" | "bigint" | "smallint") => &["", "@min(-5) @max(99) = 7", "= 0", "@unique"],
            Ty::Scalar("decimal(10, 2)" | "double") => &["", "@min(0) @max(9.5) = 1.5", "= 3"],
            Ty::Scalar("boolean") => &["", "= true", "= false"],
            Ty::Scalar("file") => &["", "@maxSize(5000000) @accept(\"image/*,application/pdf\")"],
            Ty::Scalar("uuid" | "date" | "datetime") => &["", "@unique"],
            Ty::User | Ty::Row(_) if nullable => &["", "@onDelete(setNull)", "@onDelete(cascade)"],
            Ty::User | Ty::Row(_) => &["", "@onDelete(restrict)", "@onDelete(cascade)", "@unique"],
            Ty::Enum(index) => {
                let member = &self.enums[index][0];
                return match choices.between(0, 2) {
                    0 => String::new(),
                    1 => format!("= {member}"),
                    _ => format!("= \"{member}\""),
                };
            }
            _ => &[""],
        };
        choices.pick(tails).to_owned()
    }

    fn type_of(&self, field: &Field) -> String {
        let base = match field.ty {
            Ty::Scalar(name) => name.to_owned(),
            Ty::Enum(index) => format!("Kind{index}"),
            Ty::Embedded => "Address".to_owned(),
            Ty::Row(index) => format!("{}.id", self.entities[index].name),
            Ty::User => "__User.id".to_owned(),
        };
        let array = if field.array { "[]" } else { "" };
        let nullable = if field.nullable { "?" } else { "" };
        format!("{base}{array}{nullable}")
    }

    /// The declaration of the entity with this number.
    pub(super) fn entity(&self, index: usize, choices: &mut Choices<'_>) -> String {
        let entity = &self.entities[index];
        let mut text = String::new();
        if choices.chance(1, 3) {
            text += "/// A thing that somebody\n/// keeps in this app.\n";
        }
        text += &format!("entity {} {{\n", entity.name);
        for field in &entity.fields {
            let comma = choices.pick(&["", ","]);
            text += &format!("  {}: {} {}{comma}\n", field.name, self.type_of(field), field.tail);
        }
        if entity.fields.len() > 1 && choices.chance(1, 4) {
            let plain = |field: &&Field| !field.array && !field.tail.contains("@sensitive");
            let names: Vec<_> = entity.fields.iter().filter(plain).map(|field| field.name.as_str()).collect();
            if let [one, other, ..] = names.as_slice() {
                text += &format!("  @unique([{one}, {other}])\n");
            }
        }
        for _ in 0..choices.between(0, 4) {
            text += &format!("  {}\n", self.policy(index, choices));
        }
        for number in 0..choices.between(0, 2) {
            text += &format!("  {}\n", hook(entity, number, choices));
        }
        text + "}\n"
    }

    pub(super) fn principal(&mut self, choices: &mut Choices<'_>) {
        if self.auth.is_none() {
            return;
        }
        for (index, entity) in self.entities.iter().enumerate() {
            if entity.user_link().is_none() {
                continue;
            }
            for field in entity.fields.iter().filter(|field| !field.array) {
                let name = format!("{}Of{index}", field.name.trim_end_matches("Id"));
                match field.ty {
                    Ty::Row(target) if !field.nullable && choices.chance(2, 3) => {
                        let target_name = &self.entities[target].name;
                        self.attributes.push(format!(
                            "{name}: {target_name}.id @selectFrom({}.{})",
                            entity.name, field.name
                        ));
                        self.tenants.push((name, target));
                    }
                    Ty::Scalar("int" | "bigint") if choices.flag() => {
                        let ty = self.type_of(field).trim_end_matches('?').to_owned();
                        let condition = match entity.user_link().filter(|_| choices.flag()) {
                            Some(user) => format!(", where {}.{} == principal.id", entity.name, user.name),
                            None => String::new(),
                        };
                        self.attributes
                            .push(format!("{name}: {ty}? @from({}.{}{condition})", entity.name, field.name));
                        self.numbers.push(name);
                    }
                    _ => {}
                }
            }
        }
    }

    pub(super) fn namespaces(&mut self, choices: &mut Choices<'_>) {
        for (attribute, target) in self.tenants.clone() {
            let members: Vec<_> = (0..self.entities.len())
                .filter(|index| *index != target && self.entities[*index].tenant.is_none())
                .filter(|_| choices.chance(1, 3))
                .collect();
            if members.is_empty() {
                continue;
            }
            let names: Vec<_> = members.iter().map(|index| self.entities[*index].name.as_str()).collect();
            self.declarations.push(format!(
                "namespace Of{attribute} {{ scope: principal.{attribute}, entities: [{}] }}\n",
                names.join(", ")
            ));
            for index in members {
                self.entities[index].tenant = Some(target);
            }
        }
    }
}

/// A hook of an entity; `number` keeps the names of handlers apart.
fn hook(entity: &Entity, number: usize, choices: &mut Choices<'_>) -> String {
    let field = entity.fields.first().map(|field| format!("update, {}", field.name)).unwrap_or_default();
    let event = choices.pick(&["insert", "update", "delete", &field]).to_owned();
    if choices.flag() {
        return format!("@on({event}) trigger run{number}");
    }
    let backoff = choices.pick(&["exponential(1s)", "linear(250ms)", "fixed(1m30s)"]);
    let options = match choices.between(0, 2) {
        0 => String::new(),
        1 => format!("{{ retries: {}, backoff: {backoff} }}", choices.between(0, 100)),
        _ => format!("{{\n    timeout: {}s\n  }}", choices.between(1, 900)),
    };
    format!("@on({event}) effect tell{number} {options}")
}
