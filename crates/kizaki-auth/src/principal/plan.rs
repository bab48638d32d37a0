//! How the attributes of a principal are read, made out of the artifact once.

use inspire_artifact::Artifact;
use inspire_artifact::auth::{Attribute, Binding, Condition, Operand};
use inspire_artifact::entity::{Data, Field, FieldKind, field_flag};

use serde_json::Value;

use super::value::{Kind, Number, Type};

/// References to references are followed so far.
const MOST_REFERENCES: usize = 16;

const ANYTHING: Type = Type { kind: Kind::Json, array: false };

/// Every attribute, in evaluation order.
#[derive(Debug)]
pub(crate) struct Plan(pub(super) Vec<Planned>);

/// One attribute.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(super) nullable: bool,
    pub(super) ty: Type,
    pub(super) source: Source,
    /// What must hold besides.
    pub(super) conditions: Vec<Compared>,
    /// The declaration, for people and to tell it from another of the same name.
    pub(crate) definition: String,
}

/// Where an attribute comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// This field of the user record.
    User(String),
    /// The user's row in a table.
    Row(Column),
    /// One of the user's rows in a table, by the value that the user chose.
    Choice(Column),
    /// Nowhere that could be read, and why.
    Nowhere(&'static str),
}

/// A column of the rows that belong to a user.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) table: String,
    pub(super) column: String,
    /// The column that holds the user's id.
    pub(super) link: String,
}

/// `field == operand`.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) field: String,
    pub(super) column: String,
    pub(super) kind: Kind,
    pub(super) operand: Wanted,
}

/// What a field is to equal.
#[derive(Debug)]
pub(super) enum Wanted {
    Text(String),
    /// Its digits.
    Number(String),
    Boolean(bool),
    PrincipalId,
    /// The value of an attribute that stands before.
    Attribute(String),
}

impl Plan {
    /// The attributes of an artifact whose sections were verified.
    pub(crate) fn of(artifact: &Artifact<'_>) -> Self {
        let data = artifact.data().ok().flatten();
        let auth = artifact.auth().ok().flatten();
        let planned = |attribute: Attribute<'_>| Planned::of(&attribute, data);
        let mut all: Vec<_> =
            auth.into_iter().flat_map(|auth| auth.attributes().iter().map(planned)).collect();
        if artifact.payments().ok().flatten().is_some() {
            all.extend(["plan", "planStatus"].map(Planned::of_payments));
        }
        Self(all)
    }

    /// Whether users choose anything.
    pub(crate) fn has_choices(&self) -> bool {
        self.0.iter().any(Planned::is_choice)
    }

    /// The attribute of this name, if users choose it.
    pub(crate) fn choice(&self, name: &str) -> Option<&Planned> {
        self.0.iter().find(|attribute| attribute.is_choice() && attribute.name == name)
    }

    /// Whether anything comes from the app's tables.
    pub(crate) fn reads_tables(&self) -> bool {
        self.0.iter().any(|attribute| matches!(attribute.source, Source::Row(_) | Source::Choice(_)))
    }
}

impl Planned {
    /// An attribute that comes with `payments`.
    fn of_payments(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            nullable: true,
            ty: ANYTHING,
            source: Source::Nowhere("this service knows no subscriptions"),
            conditions: Vec::new(),
            definition: String::new(),
        }
    }

    /// The one form of a value that a user names; none when it is not of the type.
    pub(crate) fn canonical(&self, value: &Value) -> Option<Value> {
        self.ty.canonical(value)
    }

    fn is_choice(&self) -> bool {
        matches!(self.source, Source::Choice(_))
    }

    fn of(attribute: &Attribute<'_>, data: Option<Data<'_>>) -> Self {
        let (entity, field) = (attribute.entity, attribute.field);
        let (ty, conditions, source) = match types(attribute, data) {
            Ok((ty, conditions)) => (ty, conditions, source(attribute)),
            Err(why) => (ANYTHING, Vec::new(), Source::Nowhere(why)),
        };
        let binding = if attribute.binding == Binding::SelectFrom { "selectFrom" } else { "from" };
        let array = if attribute.array { "[]" } else { "" };
        Self {
            name: attribute.name.to_owned(),
            nullable: attribute.nullable,
            ty,
            source,
            conditions,
            definition: format!("{}{array} @{binding}({entity}.{field})", attribute.type_name),
        }
    }
}

/// The type of an attribute and what its rows are compared with; or why it cannot be read.
fn types(attribute: &Attribute<'_>, data: Option<Data<'_>>) -> Result<(Type, Vec<Compared>), &'static str> {
    let is_user = attribute.binding == Binding::User;
    let field_type = |field: &str| match is_user {
        true => user_type(field),
        false => column_type(data, attribute.entity, field),
    };
    let compared = |condition: Condition<'_>| -> Result<Compared, &'static str> {
        Ok(Compared {
            field: condition.field.to_owned(),
            column: condition.column.to_owned(),
            kind: field_type(condition.field)?.kind,
            operand: wanted(&condition.equals),
        })
    };
    let conditions = attribute.conditions.iter().map(compared).collect::<Result<_, _>>()?;
    Ok((field_type(attribute.field)?, conditions))
}

fn source(attribute: &Attribute<'_>) -> Source {
    let column = || Column {
        table: attribute.table.to_owned(),
        column: attribute.column.to_owned(),
        link: attribute.link_column.to_owned(),
    };
    match attribute.binding {
        Binding::User => Source::User(attribute.field.to_owned()),
        Binding::From => Source::Row(column()),
        Binding::SelectFrom => Source::Choice(column()),
    }
}

fn wanted(operand: &Operand<'_>) -> Wanted {
    match operand {
        Operand::String(text) => Wanted::Text((*text).to_owned()),
        Operand::Int(number) => Wanted::Number(number.to_string()),
        Operand::Decimal(number) => Wanted::Number(number.to_string()),
        Operand::Bool(value) => Wanted::Boolean(*value),
        Operand::PrincipalId => Wanted::PrincipalId,
        Operand::Attribute(name) => Wanted::Attribute((*name).to_owned()),
    }
}

/// The types of the built-in entity `__User`.
fn user_type(field: &str) -> Result<Type, &'static str> {
    let kind = match field {
        "id" => Kind::Uuid,
        "email" | "name" => Kind::Text,
        "createdAt" => Kind::Datetime,
        _ => return Err("`__User` has no such field"),
    };
    Ok(Type { kind, array: false })
}

fn column_type(data: Option<Data<'_>>, entity: &str, field: &str) -> Result<Type, &'static str> {
    const MISSING: &str = "the artifact does not describe its field";
    let data = data.ok_or(MISSING)?;
    let mut found = find(data, entity, field).ok_or(MISSING)?;
    let array = found.flags.contains(field_flag::ARRAY);
    if found.flags.contains(field_flag::SENSITIVE) {
        return Err("its field is `@sensitive`, and so encrypted by the app");
    }
    for _ in 0..MOST_REFERENCES {
        let kind = match (found.kind, found.target, found.target_field) {
            (FieldKind::Reference, Some("__User"), _) => Kind::Uuid,
            (FieldKind::Reference, Some(entity), Some(field)) => {
                found = find(data, entity, field).ok_or(MISSING)?;
                continue;
            }
            (FieldKind::Enum, Some(name), _) => Kind::Member(members(data, name).ok_or(MISSING)?),
            (FieldKind::Reference | FieldKind::Enum, ..) => return Err(MISSING),
            (FieldKind::String | FieldKind::File, ..) => Kind::Text,
            (FieldKind::Smallint, ..) => Kind::Number(Number::Smallint),
            (FieldKind::Int, ..) => Kind::Number(Number::Int),
            (FieldKind::Bigint, ..) => Kind::Number(Number::Bigint),
            (FieldKind::Decimal, ..) => {
                let (_, scale) = found.digits.ok_or(MISSING)?;
                Kind::Number(Number::Decimal { scale })
            }
            (FieldKind::Double, ..) => Kind::Number(Number::Double),
            (FieldKind::Boolean, ..) => Kind::Boolean,
            (FieldKind::Datetime, ..) => Kind::Datetime,
            (FieldKind::Date, ..) => Kind::Date,
            (FieldKind::Uuid, ..) => Kind::Uuid,
            (FieldKind::Bytes, ..) => Kind::Bytes,
            (FieldKind::Json, ..) => Kind::Json,
            (FieldKind::Embedded, ..) => Kind::Object,
        };
        return Ok(Type { kind, array });
    }
    Err("its field refers to itself")
}

fn find<'a>(data: Data<'a>, entity: &str, field: &str) -> Option<Field<'a>> {
    data.entity(entity)?.fields.iter().find(|one| one.name == field)
}

fn members(data: Data<'_>, name: &str) -> Option<Vec<String>> {
    let found = data.enums().iter().find(|one| one.name == name)?;
    Some(found.members.iter().map(|member| member.name.to_owned()).collect())
}
