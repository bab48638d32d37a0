//! The principal of a signed-in user, as the app is told of it.

use inspire_artifact::auth::{Attribute, Binding};
use jiff::Timestamp;
use kizaki_store::User;
use serde_json::{Map, Value, json};

use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;

/// The user with the attributes that the artifact declares.
///
/// Those that are read from the app's own tables are not known here: they are absent and listed under `incomplete`.
pub(crate) fn of_user(snapshot: &Snapshot, user: &User) -> Result<Value, Refusal> {
    let auth = snapshot.artifact.auth().ok().flatten().ok_or(Refusal::Unavailable)?;
    let (mut attributes, mut incomplete) = (Map::new(), Vec::new());
    for attribute in auth.attributes().iter() {
        match value(&attribute, user) {
            Some(value) => drop(attributes.insert(attribute.name.to_owned(), value)),
            None => incomplete.push(attribute.name),
        }
    }
    let (id, email, name) = (&user.id, &user.email, &user.name);
    Ok(json!({
        "kind": "user", "id": id, "email": email, "name": name,
        "attributes": attributes, "incomplete": incomplete,
    }))
}

/// What the user record itself has for an attribute.
fn value(attribute: &Attribute<'_>, user: &User) -> Option<Value> {
    if attribute.binding != Binding::User || !attribute.conditions.is_empty() || attribute.array {
        return None;
    }
    match attribute.field {
        "id" => Some(json!(user.id)),
        "email" => Some(json!(user.email)),
        "name" => Some(json!(user.name)),
        "createdAt" => Some(json!(Timestamp::from_millisecond(user.created_ms).ok()?.to_string())),
        _ => None,
    }
}
