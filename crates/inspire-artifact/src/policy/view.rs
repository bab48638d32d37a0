//! What a reader sees of `PLCY`; names of entities and fields come from `DATA`.

use core::fmt;

use serde::{Serialize, Serializer};

use super::{
    ActionFieldRecord, Audience, Effect, OpRecord, Policies, PolicyRecord, SystemKind, SystemRecord, TieKind,
    ViaRecord,
};
use crate::api_keys::Actions;
use crate::entity::Data;
use crate::record::NONE;
use crate::strings::Texts;
use crate::view::{Items, View};

/// The policies together with the entities they speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    pub(super) policies: Policies<'a>,
    data: Option<Data<'a>>,
}

/// One grant or deny.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Policy<'a> {
    /// The entity's name.
    pub entity: &'a str,
    /// Whether it gives or takes.
    pub effect: Effect,
    /// What it gives or takes.
    pub actions: Actions,
    /// To whom it applies.
    pub to: Audience,
    /// The system principal, or the declared role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<&'a str>,
    /// The role as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'a str>,
    /// The fields to which actions are restricted.
    #[serde(skip_serializing_if = "Items::is_empty")]
    pub fields: Items<'a, ActionField<'a>>,
    /// The membership it goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Via<'a>>,
    /// Which rows it is about.
    #[serde(rename = "where", skip_serializing_if = "Condition::is_empty")]
    pub condition: Condition<'a>,
    /// The text of `@why`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: &'a str,
    /// The entity's number in `DATA`; none for `__User`.
    #[serde(skip)]
    pub entity_index: Option<u32>,
}

/// A field to which an action is restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ActionField<'a> {
    /// The action.
    pub action: Actions,
    /// The field's name.
    pub field: &'a str,
}

/// Access by membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Via<'a> {
    /// The junction's name.
    pub junction: &'a str,
    /// Its field that holds the user's id.
    pub user_field: &'a str,
    /// How it is tied to the row.
    pub tie: TieKind,
    /// The junction's side of the tie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub junction_field: Option<&'a str>,
    /// The row's side of the tie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_field: Option<&'a str>,
}

/// One system principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct System<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: SystemKind,
    /// Its display name; empty if it is no role.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub display_name: &'a str,
    /// Its name in `role(…)`; empty if it is no role.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub role_name: &'a str,
}

/// The condition of a policy; prints as it could be written.
#[derive(Clone, Copy)]
pub struct Condition<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) via: Option<Via<'a>>,
    pub(super) ops: &'a [OpRecord],
}

impl<'a> Policies<'a> {
    /// All policies; `data` is the `DATA` section of the same artifact.
    pub fn policies(&self, data: Option<Data<'a>>) -> Items<'a, Policy<'a>> {
        Items::new(Scene { policies: *self, data }, self.policies)
    }

    /// The fields that conditions read, foreign keys on the way included, by their number in `DATA`.
    pub fn fields_read(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.steps.iter().map(|step| step.field.get()).filter(|&field| field != NONE)
    }

    /// All system principals, by name.
    pub fn systems(&self) -> Items<'a, System<'a>> {
        Items::new(self.texts, self.systems)
    }
}

impl<'a> Scene<'a> {
    fn entity(&self, entity: u32) -> &'a str {
        self.data.map_or(if entity == NONE { "__User" } else { "" }, |data| data.entity_name(entity))
    }

    fn field(&self, field: u32) -> &'a str {
        self.data.map_or("", |data| data.field_name(field))
    }

    fn field_or_none(&self, field: u32) -> Option<&'a str> {
        (field != NONE).then(|| self.field(field))
    }
}

impl<'a> View<'a> for Policy<'a> {
    type Section = Scene<'a>;
    type Record = PolicyRecord;

    fn of(scene: Scene<'a>, record: &'a PolicyRecord) -> Self {
        let tables = scene.policies;
        let via = tables.vias.get(record.via.get() as usize).map(|via| Via::of(scene, via));
        let system = tables.systems.get(record.system.get() as usize);
        Self {
            entity: scene.entity(record.entity.get()),
            effect: record.effect.get(),
            actions: Actions(record.actions),
            to: record.audience.get(),
            system: system.map(|system| tables.texts.get(system.name)),
            role: (!record.role_name.is_empty()).then(|| tables.texts.get(record.role_name)),
            fields: Items::new(scene, record.action_fields.of(tables.action_fields)),
            via,
            condition: Condition { scene, via, ops: record.condition.of(tables.ops) },
            why: tables.texts.get(record.why),
            entity_index: Some(record.entity.get()).filter(|&entity| entity != NONE),
        }
    }
}

impl<'a> View<'a> for ActionField<'a> {
    type Section = Scene<'a>;
    type Record = ActionFieldRecord;

    fn of(scene: Scene<'a>, record: &'a ActionFieldRecord) -> Self {
        Self { action: Actions(record.action), field: scene.field(record.field.get()) }
    }
}

impl<'a> View<'a> for Via<'a> {
    type Section = Scene<'a>;
    type Record = ViaRecord;

    fn of(scene: Scene<'a>, record: &'a ViaRecord) -> Self {
        Self {
            junction: scene.entity(record.junction.get()),
            user_field: scene.field(record.user_field.get()),
            tie: record.tie.get(),
            junction_field: scene.field_or_none(record.junction_field.get()),
            entity_field: scene.field_or_none(record.entity_field.get()),
        }
    }
}

impl<'a> View<'a> for System<'a> {
    type Section = Texts<'a>;
    type Record = SystemRecord;

    fn of(texts: Texts<'a>, record: &'a SystemRecord) -> Self {
        Self {
            name: texts.get(record.name),
            kind: record.kind.get(),
            display_name: texts.get(record.display_name),
            role_name: texts.get(record.role_name),
        }
    }
}

impl<'a> Condition<'a> {
    /// Whether every row is meant.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The operations in postfix form.
    pub fn ops(&self) -> &'a [OpRecord] {
        self.ops
    }
}

impl fmt::Debug for Condition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Condition<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Serialize for Condition<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
