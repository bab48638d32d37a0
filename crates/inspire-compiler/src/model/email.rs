//! Who sends the app's mail.

pub use inspire_artifact::email::MailProvider;
use inspire_diagnostics::Location;

/// `email`
#[derive(Debug)]
pub struct Email<'a> {
    /// Where its keyword stands; its doc comment stands before this place.
    pub location: Location,
    /// The sender: an address, or `Name <address>`.
    pub from: &'a str,
    /// The service.
    pub provider: MailProvider,
    /// The name of the secret that holds its key.
    pub api_key: &'a str,
}
