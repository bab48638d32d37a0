//! What a reader sees of `MAIL`.

use serde::Serialize;

use super::{Mail, MailProvider};

/// The settings of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Email<'a> {
    /// The sender: an address, or `Name <address>`.
    pub from: &'a str,
    /// The service.
    pub provider: MailProvider,
    /// The name of the secret that holds its key.
    pub api_key: &'a str,
}

impl<'a> Mail<'a> {
    /// The settings.
    pub fn email(&self) -> Option<Email<'a>> {
        let record = self.settings.first()?;
        Some(Email {
            from: self.texts.get(record.from),
            provider: record.provider.get(),
            api_key: self.texts.get(record.api_key),
        })
    }
}
