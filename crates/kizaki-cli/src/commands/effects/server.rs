//! The effects of a server, by its management API.

use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::effects_document::{ChangedDocument, ListDocument, StatusDocument};
use kizaki_store::{OutboxFilter, OutboxState};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use super::place::{settled, unknown};
use crate::commands::login::cannot_run;
use crate::commands::runtime::block_on;
use crate::commands::side;
use crate::failure::Failure;
use crate::remote::{Account, Refusal};

const EFFECTS: &str = "/__platform/effects";
const STATUS: &str = "/__platform/effects/status";
/// The codes of refusals that are about an effect.
const UNKNOWN: &str = "unknown_effect";
const SETTLED: &str = "settled_effect";
/// What may have been done when a change has no answer.
const UNDONE: &str = "whether the effect was changed is not known: look at the list of effects";

/// A server, and who asks it.
pub(super) struct Server {
    account: Account,
}

impl Server {
    pub(super) fn new(account: Account) -> Self {
        Self { account }
    }

    pub(super) fn status(&self) -> Result<StatusDocument, Failure> {
        self.run(self.next_status())?
    }

    /// The status, where something asynchronous goes on already.
    pub(super) async fn next_status(&self) -> Result<StatusDocument, Failure> {
        let request = self.account.remote().get(STATUS);
        let asked = self.account.ask::<StatusDocument, StatusDocument>(request, None).await?;
        asked.map_err(|refusal| self.refused(&refusal))
    }

    /// Does asynchronous work with this server to its end.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        block_on(work).map_err(|error| cannot_run(self.account.remote().server(), &error).into())
    }

    pub(super) fn list(&self, filter: OutboxFilter<'_>) -> Result<ListDocument, Failure> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(filter.state.map(|state| ("state", state.as_str())));
        query.extend_pairs(filter.effect.map(|effect| ("effect", effect)));
        query.append_pair("limit", &filter.most.to_string());
        let request = self.account.remote().get(&format!("{EFFECTS}?{}", query.finish()));
        self.ask::<ListDocument, _>(request, None)?.map_err(|refusal| self.refused(&refusal))
    }

    /// Changes an effect, and tells the state that it was in.
    pub(super) fn change(&self, id: &str, change: &str) -> Result<OutboxState, Failure> {
        let Some(segment) = segment(id) else { return Err(self.cannot_name(id).into()) };
        let request = self.account.remote().post(&format!("{EFFECTS}/{segment}/{change}"));
        self.ask::<ChangedDocument, _>(request, Some(UNDONE))?.map_err(|refusal| {
            match refusal.code.as_str() {
                UNKNOWN => unknown(id, &format!(" --server {}", self.account.remote().server())),
                SETTLED => settled(refusal.message),
                _ => self.refused(&refusal),
            }
        })
    }

    fn ask<Document: DeserializeOwned, T: TryFrom<Document>>(
        &self,
        request: RequestBuilder,
        undone: Option<&str>,
    ) -> Result<Result<T, Refusal>, Failure> {
        side::ask::<Document, T>(&self.account, request, undone)
    }

    /// What to tell where the server does not do what it was asked.
    fn refused(&self, refusal: &Refusal) -> Failure {
        let message = format!("the server `{}` refused: {}", self.account.remote().server(), refusal.message);
        Diagnostic::without_place(Code::ServerFailed, message).into()
    }

    fn cannot_name(&self, id: &str) -> Diagnostic {
        let server = self.account.remote().server();
        let message = format!("the server `{server}` cannot be asked for an effect with the id `{id}`");
        Diagnostic::without_place(Code::UnknownEffect, message)
            .help("no address can hold it; name the app's database with `--app-database`")
    }
}

/// An id as a part of a path; none for what is no part of one (WHATWG URL, 4.1: segments of dots).
fn segment(id: &str) -> Option<String> {
    if matches!(id, "" | "." | "..") {
        return None;
    }
    let form: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    // In a path a blank is no `+`.
    Some(form.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn an_id_is_one_part_of_a_path() {
        let parts = [
            ("5084855d-07dc", "5084855d-07dc"),
            ("a+b c", "a%2Bb%20c"),
            ("../x?y#z%", "..%2Fx%3Fy%23z%25"),
            ("%2e", "%252e"),
            ("é", "%C3%A9"),
        ];
        for (id, part) in parts {
            assert_eq!(segment(id).as_deref(), Some(part), "{id}");
        }
        for id in ["", ".", ".."] {
            assert_eq!(segment(id), None, "{id}");
        }
    }
}
