//! `INTG`: services whose accounts users connect, by OAuth 2.0 (RFC 6749).
//!
//! Secrets stand here by name; their values are never in an artifact.

use crate::record::{Code, List, Text, codes, records};
use crate::table::tables;

mod check;
mod view;

pub use view::{Integration, OauthScope, Urls};

codes! {
    /// The kind of service.
    pub enum Service {
        /// Google Calendar.
        GoogleCalendar = 0 "googleCalendar",
        /// Any service that speaks OAuth 2.0.
        CustomOauth2 = 1 "customOauth2",
        => CustomOauth2
    }

    /// Whether users have to connect.
    pub enum Mode {
        /// They must.
        Required = 0 "required",
        /// They are asked to.
        Optional = 1 "optional",
        /// Nobody asks; the app starts it.
        Manual = 2 "manual",
        => Manual
    }

    /// When users are asked to connect.
    pub enum Onboarding {
        /// Right after signing in.
        AfterAuth = 0 "afterAuth",
        /// Together with signing in.
        Combined = 1 "combined",
        /// In their settings.
        Settings = 2 "settings",
        => Settings
    }

    /// What the app may do with the account.
    pub enum Access {
        /// Read.
        Read = 0 "read",
        /// Read and write.
        Write = 1 "write",
        => Read
    }
}

records! {
    /// One integration; the table is sorted by `name`.
    pub struct IntegrationRecord {
        /// Its name.
        pub name: Text,
        /// The kind of service.
        pub service: Code<Service>,
        /// Whether users have to connect.
        pub mode: Code<Mode>,
        /// When they are asked to.
        pub onboarding: Code<Onboarding>,
        /// What the app may do with the account.
        pub access: Code<Access>,
        /// The name of the secret that holds the client's id; empty if the platform's client is used.
        pub client_id: Text,
        /// The name of the secret that holds the client's secret; empty if the platform's client is used.
        pub client_secret: Text,
        /// Into `scopes`.
        pub scopes: List,
        /// Into `scopes`: asked for when a user first needs more.
        pub upgrade_scopes: List,
        /// The authorization endpoint; this and the following are empty but for a custom service.
        pub authorize_url: Text,
        /// The token endpoint.
        pub token_url: Text,
        /// Where the account is read.
        pub account_url: Text,
        /// Where a token is given back, or empty.
        pub revoke_url: Text,
        /// The path of the account's id in that answer, or empty.
        pub account_id_path: Text,
        /// The path of its e-mail address, or empty.
        pub account_email_path: Text,
        /// The path of its name, or empty.
        pub account_name_path: Text,
    }

    /// One OAuth scope.
    pub struct ScopeRecord {
        /// Its name.
        pub name: Text,
    }
}

tables! {
    /// The `INTG` section of a file.
    pub struct Integrations = Integrations {
        /// Sorted by name.
        integrations: IntegrationRecord,
        /// Tiled by `integrations.scopes` and `integrations.upgrade_scopes`, in turn.
        scopes: ScopeRecord,
    }
}
