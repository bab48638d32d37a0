//! The auth service: it answers, in front of an app's routes, what the app's artifact declares about them.
//!
//! [`run`] serves until it is told to stop. What always holds:
//!
//! - A request is judged by one artifact from beginning to end, and that artifact was verified whole.
//! - Whether a request may pass is decided by the very route that `Routes::find` gives; there is no second matcher.
//! - What fails inside is answered 503, never let through.
//! - What the artifact does not declare does not exist: 404.
//! - No secret, no e-mail address and no path of a request stands in a log line.
//! - Who has an account is told to the owner of the address, by mail, and to nobody else.

mod accounts;
mod address;
mod artifact;
mod authorize;
mod body;
mod breach;
pub mod client;
mod common_passwords;
mod config;
mod cookie;
mod credentials;
mod effects;
mod endpoints;
mod error;
mod forwarded;
mod health;
mod limits;
mod log;
mod mail;
mod mail_to;
mod metrics;
mod openapi;
mod outbox;
mod password;
pub mod platform;
mod principal;
mod public_url;
mod rate_limit;
mod reload;
mod response;
mod run;
mod server;
mod server_url;
mod service;
mod session;
mod settings;
mod site;
mod smtp;

pub use address::parse_proxies;
pub use artifact::{Signers, Snapshot};
pub use authorize::decision::{Admission, Checked, Refusal, admit, route};
pub use breach::{BREACH_URL, BreachUrl};
pub use client::Authorities;
pub use effects::{
    EffectsSecret, EffectsTo, EffectsUrl, deliver as deliver_effects, deliver_due as deliver_due_effects,
    document as effects_document, told as effects_told,
};
pub use error::StartError;
pub use ipnet::IpNet;

pub use forwarded::ForwardHeaders;
pub use log::{LogFormat, install as install_log};
pub use mail_to::{MailServer, MailTo};
pub use outbox::{deliver as deliver_mails, deliver_due as deliver_due_mails};
pub use public_url::PublicUrl;
pub use reload::follow as follow_artifact;
pub use run::{Options, SetUpLink, Started, run};
pub use server::{Stop, serve};
pub use service::Service;
pub use session::Session;
pub use settings::{Limits, Settings};
