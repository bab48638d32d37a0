//! The attributes of one principal, all read of one moment.
//!
//! An attribute has a value, which may be null, or is absent. What is not known is absent, and so is what depends on
//! it; what fails is no attribute at all but a failure of the whole.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use kizaki_store::{AppDatabase, Cell, Comparand, Equality, Error, Reading, Selection, User};
use serde_json::{Map, Value, json};

use super::plan::{Column, Compared, Plan, Planned, Source, Wanted};
use super::value::{Kind, to_text};

/// How many values are listed to choose from.
const MOST_CHOICES: u32 = 100;

/// What is known of a principal besides the user record.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Attributes {
    /// Those that have a value.
    pub(crate) values: Map<String, Value>,
    /// Those that are absent, in evaluation order.
    pub(crate) incomplete: Vec<String>,
    /// For each that the user chooses, from what, so far as that was asked for or had to be read.
    pub(crate) choices: BTreeMap<String, Vec<Value>>,
}

/// The values that a user chose, in their one form.
pub(crate) type Chosen = BTreeMap<String, Value>;

/// Whose attributes are read, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'o> {
    pub(super) user: &'o User,
    pub(super) chosen: &'o Chosen,
    /// Whether to tell what there is to choose from.
    pub(super) lists_choices: bool,
}

/// Why nothing is known.
#[derive(Debug)]
pub(super) struct Failure {
    attribute: Option<String>,
    what: String,
}

/// What an attribute's conditions come to.
enum Resolved<'p> {
    /// Every column has to have its value.
    Values(Vec<(&'p Compared, Value)>),
    /// No row can fulfil them.
    Never,
    /// One is about an attribute that is absent.
    Absent,
}

struct Evaluation<'e> {
    of: Of<'e>,
    /// None when there is no database.
    reading: Option<Reading>,
    /// Of the attributes before; none where one is absent.
    known: BTreeMap<&'e str, Option<Value>>,
    choices: BTreeMap<String, Vec<Value>>,
}

/// Reads all attributes of a plan.
pub(super) async fn evaluate(
    plan: &Plan,
    app: Option<&AppDatabase>,
    of: Of<'_>,
) -> Result<Attributes, Failure> {
    let reading = match app.filter(|_| plan.reads_tables()) {
        Some(app) => Some(app.read().await?),
        None => None,
    };
    let mut evaluation = Evaluation { of, reading, known: BTreeMap::new(), choices: BTreeMap::new() };
    let mut attributes = Attributes::default();
    for planned in &plan.0 {
        let value = evaluation.attribute(planned).await.map_err(|failure| failure.of(planned))?;
        match &value {
            Some(value) => drop(attributes.values.insert(planned.name.clone(), value.clone())),
            None => attributes.incomplete.push(planned.name.clone()),
        }
        evaluation.known.insert(&planned.name, value);
    }
    if let Some(reading) = evaluation.reading {
        reading.end().await?;
    }
    attributes.choices = evaluation.choices;
    Ok(attributes)
}

impl<'e> Evaluation<'e> {
    /// The value of an attribute; none when it is absent.
    async fn attribute(&mut self, planned: &'e Planned) -> Result<Option<Value>, Failure> {
        let resolved = self.resolve(planned);
        match &planned.source {
            Source::Nowhere(_) => Ok(None),
            Source::User(field) => Ok(match resolved {
                Resolved::Values(wanted) if self.user_has(&wanted) => user_field(self.of.user, field),
                Resolved::Values(_) | Resolved::Never => planned.without_row(),
                Resolved::Absent => None,
            }),
            Source::Row(column) => match (self.reading.as_mut(), resolved) {
                (None, _) | (_, Resolved::Absent) => Ok(None),
                (Some(_), Resolved::Never) => Ok(planned.without_row()),
                (Some(reading), Resolved::Values(wanted)) => {
                    let selection = planned.selection(column, self.of.user, &wanted)?;
                    match reading.cells(&Selection { most: 2, ..selection }).await?.as_slice() {
                        [] => Ok(planned.without_row()),
                        [cell] => planned.value(cell).map(Some),
                        _ => Ok(None),
                    }
                }
            },
            Source::Choice(column) => {
                let choices = self.choices.entry(planned.name.clone()).or_default();
                match (self.reading.as_mut(), resolved) {
                    (Some(reading), Resolved::Values(wanted)) => {
                        let selection = planned.selection(column, self.of.user, &wanted)?;
                        choice(planned, column, selection, reading, self.of, choices).await
                    }
                    _ => Ok(None),
                }
            }
        }
    }

    fn resolve(&self, planned: &'e Planned) -> Resolved<'e> {
        let mut values = Vec::new();
        let mut is_never = false;
        for compared in &planned.conditions {
            let value = match &compared.operand {
                Wanted::Text(text) => compared.kind.canonical(&json!(text)),
                Wanted::Number(digits) => number(&compared.kind, digits),
                Wanted::Boolean(value) => compared.kind.canonical(&json!(value)),
                Wanted::PrincipalId => compared.kind.canonical(&json!(self.of.user.id)),
                Wanted::Attribute(name) => match self.known.get(name.as_str()) {
                    Some(Some(Value::Null)) => None,
                    Some(Some(value)) => match &compared.kind {
                        Kind::Number(_) => to_text(value).and_then(|digits| number(&compared.kind, &digits)),
                        kind => kind.canonical(value),
                    },
                    Some(None) | None => return Resolved::Absent,
                },
            };
            match value {
                Some(value) => values.push((compared, value)),
                None => is_never = true,
            }
        }
        if is_never { Resolved::Never } else { Resolved::Values(values) }
    }

    /// Whether the user record has these values.
    fn user_has(&self, wanted: &[(&Compared, Value)]) -> bool {
        wanted.iter().all(|(one, value)| user_field(self.of.user, &one.field).as_ref() == Some(value))
    }
}

/// The value that the user chose, while it is one of theirs.
async fn choice(
    planned: &Planned,
    column: &Column,
    selection: Selection<'_>,
    reading: &mut Reading,
    of: Of<'_>,
    choices: &mut Vec<Value>,
) -> Result<Option<Value>, Failure> {
    let chosen = of.chosen.get(&planned.name);
    let comparand = chosen.and_then(|chosen| planned.ty.comparand(chosen));
    if of.lists_choices || (chosen.is_some() && comparand.is_none()) {
        let list = Selection { is_distinct: true, most: MOST_CHOICES, ..selection.clone() };
        let cells = reading.cells(&list).await?;
        *choices = cells.iter().map(|cell| planned.value(cell)).collect::<Result<_, _>>()?;
    }
    let Some(chosen) = chosen else { return Ok(None) };
    let Some(value) = comparand else {
        return Ok(choices.iter().find(|choice| *choice == chosen).cloned());
    };
    let mut selection = Selection { most: 1, ..selection };
    selection.equalities.push(Equality { column: &column.column, value });
    reading.cells(&selection).await?.first().map(|cell| planned.value(cell)).transpose()
}

impl Planned {
    /// What there is when no row matches: null where that may be, else nothing.
    fn without_row(&self) -> Option<Value> {
        self.nullable.then_some(Value::Null)
    }

    fn selection<'p>(
        &'p self,
        column: &'p Column,
        user: &User,
        wanted: &[(&'p Compared, Value)],
    ) -> Result<Selection<'p>, Failure> {
        let user = Equality { column: &column.link, value: Comparand::Uuid(user.id.clone()) };
        let mut equalities = vec![user];
        for (compared, value) in wanted {
            let value = compared.kind.comparand(value);
            let value = value.ok_or_else(|| Failure::new("a condition compares what cannot be compared"))?;
            equalities.push(Equality { column: &compared.column, value });
        }
        let form = self.ty.form();
        let (table, column) = (column.table.as_str(), column.column.as_str());
        Ok(Selection { table, column, form, equalities, is_distinct: false, most: 1 })
    }

    /// What a row has for this attribute.
    fn value(&self, cell: &Cell) -> Result<Value, Failure> {
        let value = match cell {
            Cell::Null => self.without_row(),
            cell => self.ty.read(cell),
        };
        value.ok_or_else(|| Failure::new("its column holds what is not of its type"))
    }
}

impl Failure {
    fn new(what: impl Into<String>) -> Self {
        Self { attribute: None, what: what.into() }
    }

    fn of(self, planned: &Planned) -> Self {
        Self { attribute: Some(planned.name.clone()), ..self }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(attribute) = &self.attribute {
            write!(f, "the attribute `{attribute}` cannot be read: ")?;
        }
        f.write_str(&self.what)
    }
}

fn number(kind: &Kind, digits: &str) -> Option<Value> {
    match kind {
        Kind::Number(number) => number.of_text(digits),
        _ => None,
    }
}

/// What the user record has in a field.
fn user_field(user: &User, field: &str) -> Option<Value> {
    match field {
        "id" => Some(json!(user.id)),
        "email" => Some(json!(user.email)),
        "name" => Some(json!(user.name)),
        "createdAt" => Some(json!(Timestamp::from_millisecond(user.created_ms).ok()?.to_string())),
        _ => None,
    }
}
