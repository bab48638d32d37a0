//! What an artifact says of effects: which there are, and how each is tried.

use std::collections::HashMap;
use std::time::Duration;

use inspire_artifact::hook::EffectOptions;
use kizaki_store::Lease;

use crate::artifact::Snapshot;
use crate::authorize::decision::Refusal;
use crate::settings::Limits;

/// The effects of one artifact, by the function that each calls.
#[derive(Debug)]
pub(super) struct Declared<'a>(HashMap<&'a str, Vec<Of<'a>>>);

/// What an effect follows, and how it is tried then.
#[derive(Debug, Clone, Copy)]
struct Of<'a> {
    entity: &'a str,
    event: &'a str,
    field: &'a str,
    options: EffectOptions,
}

impl<'a> Declared<'a> {
    /// The effects of entities and of payments.
    ///
    /// # Errors
    ///
    /// A section of the artifact cannot be read, which its verification rules out.
    pub(super) fn of(snapshot: &'a Snapshot) -> Result<Self, Refusal> {
        let mut declared: HashMap<&str, Vec<Of<'_>>> = HashMap::new();
        let hooks = snapshot.artifact.hooks().map_err(|_| Refusal::Unavailable)?;
        for hook in hooks.iter().flat_map(|hooks| hooks.hooks().iter()) {
            // A trigger has no options.
            let Some(options) = hook.options else { continue };
            let field = hook.field.unwrap_or_default();
            let of = Of { entity: hook.entity, event: hook.event.as_str(), field, options };
            declared.entry(hook.handler).or_default().push(of);
        }
        let payments = snapshot.artifact.payments().map_err(|_| Refusal::Unavailable)?;
        let payments = payments.and_then(|tables| tables.payments());
        for hook in payments.iter().flat_map(|payments| payments.hooks.iter()) {
            let of = Of { entity: "", event: hook.event.as_str(), field: "", options: hook.options };
            declared.entry(hook.handler).or_default().push(of);
        }
        Ok(Self(declared))
    }

    /// Whether there is an effect of this name.
    pub(super) fn has(&self, effect: &str) -> bool {
        self.0.contains_key(effect)
    }

    /// How long a row of an effect is taken for; none when there is no such effect.
    pub(super) fn lease_of(&self, effect: &str, limits: &Limits) -> Option<Duration> {
        let longest = self.0.get(effect)?.iter().map(|of| of.options.timeout_ms).max()?;
        Some(Duration::from_millis(longest).min(limits.lease_time) + limits.lease_margin)
    }

    /// How a row is tried: as the hook says that is about the row's entity, event and field, or else the first that calls
    /// this function.
    pub(super) fn options(&self, row: &Lease) -> Option<EffectOptions> {
        let of = self.0.get(row.effect.as_str())?;
        let is_it = |of: &&Of<'_>| (of.entity, of.event, of.field) == (&row.entity, &row.event, &row.field);
        of.iter().find(is_it).or_else(|| of.first()).map(|of| of.options)
    }
}
