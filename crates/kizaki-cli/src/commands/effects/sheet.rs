//! How the effects stand, as people read it.

use inspire_diagnostics::table::Table;
use kizaki_auth::effects_document::{EffectDocument, ListDocument, RowDocument, StatusDocument};

use crate::commands::keys::sheet::{block, fitting};
use crate::commands::moment::relative;

/// What stands in a cell that has nothing to say.
const NOTHING: &str = "–";

/// The counts of each effect in columns; or one below the other, where columns would not fit the `width` that there is.
pub(super) fn status(document: &StatusDocument, width: Option<usize>) -> String {
    let now_ms = document.now_ms;
    let mut columns = Table::default();
    let has_discarded = document.effects.iter().any(|effect| effect.discarded > 0);
    let heads = ["EFFECT", "PENDING", "LEASED", "RETRYING", "DEAD", "DELIVERED"].into_iter();
    columns.row(heads.chain(has_discarded.then_some("DISCARDED")).chain(["OLDEST", "LAST ERROR"]));
    for effect in &document.effects {
        let counts = [effect.pending, effect.leased, effect.retrying, effect.dead, effect.delivered];
        let counts = counts.into_iter().chain(has_discarded.then_some(effect.discarded));
        let mut row = vec![name(effect)];
        row.extend(counts.map(|count| count.to_string()));
        row.push(oldest(effect, now_ms).unwrap_or_else(|| NOTHING.to_owned()));
        row.push(last_error(effect, now_ms).unwrap_or_else(|| NOTHING.to_owned()));
        columns.row(row);
    }
    fitting(&columns, width, |width| {
        let block = |effect: &EffectDocument| {
            let counts = [
                ("pending", effect.pending),
                ("leased", effect.leased),
                ("retrying", effect.retrying),
                ("dead", effect.dead),
                ("delivered", effect.delivered),
                ("discarded", effect.discarded),
            ];
            let counts = counts.iter().filter(|(_, count)| *count > 0);
            let counts: Vec<_> = counts.map(|(state, count)| format!("{count} {state}")).collect();
            let lines = [
                Some(counts.join(", ")).filter(|counts| !counts.is_empty()),
                oldest(effect, now_ms).map(|oldest| format!("oldest {oldest}")),
                last_error(effect, now_ms).map(|error| format!("last error {error}")),
            ];
            block(&name(effect), lines.into_iter().flatten(), width)
        };
        document.effects.iter().map(block).collect()
    })
}

/// Rows in columns; or one below the other.
pub(super) fn list(document: &ListDocument, width: Option<usize>) -> String {
    let now_ms = document.now_ms;
    let mut columns = Table::default();
    columns.row(["ID", "EFFECT", "CHANGE", "STATE", "TRIES", "WRITTEN", "LAST ERROR"]);
    for row in &document.effects {
        let written = relative(row.created_ms, now_ms);
        let (change, error) = (change(row), row.error.clone().unwrap_or_else(|| NOTHING.to_owned()));
        columns.row([
            &row.id,
            &row.effect,
            &change,
            &state(row, now_ms),
            &row.tries.to_string(),
            &written,
            &error,
        ]);
    }
    fitting(&columns, width, |width| {
        let block = |row: &RowDocument| {
            let tries = if row.tries == 1 { "1 try".to_owned() } else { format!("{} tries", row.tries) };
            let lines = [
                Some(match change(row).as_str() {
                    NOTHING => row.effect.clone(),
                    change => format!("{} after {change}", row.effect),
                }),
                Some(format!(
                    "{}, {tries}, written {}",
                    state(row, now_ms),
                    relative(row.created_ms, now_ms)
                )),
                row.error.clone(),
            ];
            block(&row.id, lines.into_iter().flatten(), width)
        };
        document.effects.iter().map(block).collect()
    })
}

/// An effect that waits until an artifact declares it says so.
fn name(effect: &EffectDocument) -> String {
    match effect.declared {
        Some(false) => format!("{} (undeclared)", effect.effect),
        _ => effect.effect.clone(),
    }
}

fn oldest(effect: &EffectDocument, now_ms: i64) -> Option<String> {
    effect.oldest_ms.map(|oldest_ms| relative(oldest_ms, now_ms))
}

fn last_error(effect: &EffectDocument, now_ms: i64) -> Option<String> {
    let (error, failed_ms) = (effect.error.as_ref()?, effect.failed_ms?);
    Some(format!("{}: {error}", relative(failed_ms, now_ms)))
}

/// `Task update of status`; a dash where the app wrote nothing.
fn change(row: &RowDocument) -> String {
    let field = if row.field.is_empty() { String::new() } else { format!("of {}", row.field) };
    let words: Vec<_> =
        [&row.entity, &row.event, &field].into_iter().filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        NOTHING.to_owned()
    } else {
        words.into_iter().cloned().collect::<Vec<_>>().join(" ")
    }
}

/// The state, and when it ends.
fn state(row: &RowDocument, now_ms: i64) -> String {
    match (row.state.as_str(), row.due_ms, row.done_ms) {
        ("retrying", Some(due_ms), _) => format!("retrying {}", relative(due_ms, now_ms)),
        ("pending", Some(due_ms), _) if due_ms > now_ms => {
            format!("pending, due {}", relative(due_ms, now_ms))
        }
        ("leased", Some(due_ms), _) if due_ms <= now_ms => {
            format!("leased, until {}", relative(due_ms, now_ms))
        }
        (state, _, Some(done_ms)) => format!("{state} {}", relative(done_ms, now_ms)),
        (state, ..) => state.to_owned(),
    }
}
