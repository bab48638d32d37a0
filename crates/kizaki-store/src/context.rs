//! What users chose for a session: a value for each attribute of the principal that they pick themselves.

use crate::error::Error;
use crate::sessions::Sessions;
use crate::statement::{Statement, clocked, in_transaction, on_each, same};
use crate::token::Token;

/// A value that a user chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The attribute.
    pub attribute: String,
    /// What the attribute was declared as; the choice is of no use for another one of the same name.
    pub definition: String,
    /// The value; this store does not look into it.
    pub value: String,
}

/// What a user chooses, or no longer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'c> {
    /// The attribute.
    pub attribute: &'c str,
    /// What it is declared as.
    pub definition: &'c str,
    /// The value; none to choose nothing.
    pub value: Option<&'c str>,
}

const FIND: Statement = same!(
    "SELECT attribute, definition, value FROM session_choices WHERE session_id = $1 ORDER BY attribute"
);
/// Holds the row, so that changes of one session come one after the other and none outlives it.
const HOLD: Statement = clocked!(
    "UPDATE sessions SET id = id WHERE token_hash = $2 AND expires_ms > (SELECT now_ms FROM clock) RETURNING id"
);
const CHOOSE: Statement = same!(
    "INSERT INTO session_choices (session_id, attribute, definition, value) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (session_id, attribute) DO UPDATE SET definition = excluded.definition, value = excluded.value"
);
const FORGET: Statement = same!("DELETE FROM session_choices WHERE session_id = $1 AND attribute = $2");

impl Sessions<'_> {
    /// What was chosen for the session of this id.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn choices(&self, session: &str) -> Result<Vec<Choice>, Error> {
        let rows: Vec<(String, String, String)> = on_each!(self.0, |pool, text| {
            sqlx::query_as(text(&FIND)).bind(session).fetch_all(pool).await?
        });
        let choice = |(attribute, definition, value)| Choice { attribute, definition, value };
        Ok(rows.into_iter().map(choice).collect())
    }

    /// Makes all these choices for the session of a token; tells whether it goes on.
    ///
    /// # Errors
    ///
    /// The store failed; nothing changed.
    pub async fn choose(&self, token: &Token, changes: &[Change<'_>]) -> Result<bool, Error> {
        let now = self.0.injected_now();
        Ok(in_transaction!(self.0, |transaction, text| {
            let hold = sqlx::query_scalar(text(&HOLD)).bind(now).bind(token.hash().to_vec());
            let session: Option<String> = hold.fetch_optional(&mut *transaction).await?;
            if let Some(session) = &session {
                for change in changes {
                    let query = match change.value {
                        Some(value) => {
                            let query = sqlx::query(text(&CHOOSE)).bind(session).bind(change.attribute);
                            query.bind(change.definition).bind(value)
                        }
                        None => sqlx::query(text(&FORGET)).bind(session).bind(change.attribute),
                    };
                    query.execute(&mut *transaction).await?;
                }
            }
            session.is_some()
        }))
    }
}
