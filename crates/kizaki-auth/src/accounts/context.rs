//! What a user chooses for a session: a value of an attribute out of their own rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::{Extension, Json};
use kizaki_store::Change;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::login::SessionState;
use super::problem::{FieldError, Problem, refuse_any};
use super::request::{Call, NO_SESSION};
use crate::address::Peer;
use crate::authorize::decision::Refusal;
use crate::body::{self, BodyError};
use crate::principal::{self, Choices};
use crate::service::Service;

const NOT_YOURS: &str = "Choose one of the values that the session lists.";

/// A value for each attribute that is chosen; null chooses none.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Context(BTreeMap<String, Value>);

/// Chooses all that the body names, or nothing.
pub(crate) async fn context(
    State(service): State<Arc<Service>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<Json<SessionState>, Problem> {
    let call = Call::read_only(service, peer, request.headers().clone())?;
    if !call.snapshot.plan.has_choices() {
        return Err(Refusal::NotFound.into());
    }
    let call = call.of_own_site()?;
    let Context(wanted) = body::json(request).await?;
    if wanted.is_empty() {
        return Err(BodyError::Malformed("it names no attribute".to_owned()).into());
    }
    let (token, session) = call.session().await?;
    let mut chosen = principal::chosen(&call.service, &call.snapshot, &session.id).await?;
    let (mut errors, mut texts) = (Vec::new(), Vec::new());
    for (name, value) in wanted {
        let Some(attribute) = call.snapshot.plan.choice(&name) else {
            errors.push(FieldError::new(name, "There is no attribute of this name to choose."));
            continue;
        };
        let text = match attribute.canonical(&value) {
            _ if value.is_null() => {
                chosen.remove(&name);
                None
            }
            Some(value) => {
                let text = value.to_string();
                chosen.insert(name, value);
                Some(text)
            }
            None => {
                errors.push(FieldError::new(name, NOT_YOURS));
                continue;
            }
        };
        texts.push((attribute, text));
    }
    refuse_any(errors)?;
    let attributes =
        principal::of_user(&call.service, &call.snapshot, &session.user, &chosen, Choices::Listed).await?;
    let is_absent = |name: &str| !attributes.values.contains_key(name);
    let refused = texts.iter().filter(|(attribute, text)| text.is_some() && is_absent(&attribute.name));
    refuse_any(refused.map(|(one, _)| FieldError::new(one.name.clone(), NOT_YOURS)).collect())?;
    let changes: Vec<_> = texts
        .iter()
        .map(|(attribute, value)| Change {
            attribute: &attribute.name,
            definition: &attribute.definition,
            value: value.as_deref(),
        })
        .collect();
    if !call.service.ask(call.service.store.sessions().choose(&token, &changes)).await? {
        return Err(NO_SESSION.into());
    }
    Ok(Json(SessionState::of(session, attributes)?))
}
