//! `MAIL`: who sends the app's mail, and in whose name.

use crate::record::{Code, Text, codes, records};
use crate::table::tables;

mod check;
mod view;

pub use view::Email;

codes! {
    /// A service that sends mail.
    pub enum MailProvider {
        /// Resend.
        Resend = 0 "resend",
        /// Postmark.
        Postmark = 1 "postmark",
        /// Amazon SES.
        Ses = 2 "ses",
        /// Any server, by SMTP.
        Smtp = 3 "smtp",
        => Smtp
    }
}

records! {
    /// The settings of mail; there is exactly one.
    pub struct EmailRecord {
        /// The sender: an address, or `Name <address>`.
        pub from: Text,
        /// The service.
        pub provider: Code<MailProvider>,
        /// The name of the secret that holds its key.
        pub api_key: Text,
    }
}

tables! {
    /// The `MAIL` section of a file.
    pub struct Mail = Mail {
        /// Exactly one.
        settings: EmailRecord,
    }
}
