//! The principal of a signed-in user: the user record, and the attributes that the artifact declares.

mod evaluate;
mod plan;
mod value;

use std::collections::BTreeMap;

use kizaki_store::{LiveSession, User};
use serde_json::{Value, json};

pub(crate) use self::evaluate::{Attributes, Chosen};
use self::evaluate::{Of, evaluate};
pub(crate) use self::plan::Plan;
use self::plan::Source;
use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::service::Service;

/// How much is told of the choices of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choices {
    /// What was chosen.
    Chosen,
    /// What there is to choose from, too.
    Listed,
}

/// The attributes of a session's user, with what was chosen for the session.
pub(crate) async fn of_session(
    service: &Service,
    snapshot: &Snapshot,
    live: &LiveSession,
    choices: Choices,
) -> Result<Attributes, Refusal> {
    let chosen = chosen(service, snapshot, &live.id).await?;
    of_user(service, snapshot, &live.user, &chosen, choices).await
}

/// The attributes of a user who chose these values.
pub(crate) async fn of_user(
    service: &Service,
    snapshot: &Snapshot,
    user: &User,
    chosen: &Chosen,
    choices: Choices,
) -> Result<Attributes, Refusal> {
    let of = Of { user, chosen, lists_choices: choices == Choices::Listed };
    service.ask_app(evaluate(&snapshot.plan, service.app.as_ref(), of)).await
}

/// What was chosen for a session, so far as the artifact still declares it like this.
pub(crate) async fn chosen(service: &Service, snapshot: &Snapshot, session: &str) -> Result<Chosen, Refusal> {
    if !snapshot.plan.has_choices() {
        return Ok(Chosen::new());
    }
    let stored = service.ask(service.store.sessions().choices(session)).await?;
    let value = |stored: &kizaki_store::Choice| {
        let value = serde_json::from_str(&stored.value).ok()?;
        let choice = snapshot.plan.choice(&stored.attribute)?;
        (choice.definition == stored.definition).then(|| choice.canonical(&value)).flatten()
    };
    Ok(stored.iter().filter_map(|stored| Some((stored.attribute.clone(), value(stored)?))).collect())
}

/// The principal as the app is told of it.
pub(crate) fn document(user: &User, attributes: &Attributes) -> Value {
    json!({
        "kind": "user", "id": user.id, "email": user.email, "name": user.name,
        "attributes": attributes.values, "incomplete": attributes.incomplete,
    })
}

/// Logs what keeps attributes from being read, before anybody is refused for it.
pub(crate) async fn announce(service: &Service) {
    let snapshot = service.current.snapshot();
    for attribute in &snapshot.plan.0 {
        if let Source::Nowhere(why) = attribute.source {
            tracing::warn!(attribute = attribute.name, why, "an attribute of the principal is always absent");
        }
    }
    if !snapshot.plan.reads_tables() {
        return;
    }
    if service.app.is_none() {
        tracing::warn!(
            "attributes of the principal that come from the app's tables are absent: no `--app-database` is given"
        );
    }
    // Nobody has this id; what fails is logged.
    let id = "00000000-0000-0000-0000-000000000000".to_owned();
    let nobody = User { id, email: String::new(), name: String::new(), created_ms: 0 };
    let _ = of_user(service, &snapshot, &nobody, &BTreeMap::new(), Choices::Listed).await;
}
