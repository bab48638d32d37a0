//! How a service is set up: what its options say, and the limits that hold whatever they say.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::artifact::Signers;
use crate::breach::BreachUrl;
use crate::client::Authorities;
use crate::effects::EffectsTo;
use crate::forwarded::ForwardHeaders;
use crate::mail_to::MailTo;
use crate::public_url::PublicUrl;

/// The settings of a service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The artifact, which is read again when it changes.
    pub artifact: PathBuf,
    /// Who must have signed it, if anyone.
    pub signers: Option<Signers>,
    /// Where browsers see the service.
    pub public_url: PublicUrl,
    /// Which headers name the original request.
    pub forward_headers: ForwardHeaders,
    /// Who may say, by `X-Forwarded-For`, for whom it calls.
    pub trusted_proxies: Vec<IpNet>,
    /// Where mails go.
    pub mail_to: MailTo,
    /// Where passwords are looked up among those known from leaks.
    pub breach_url: BreachUrl,
    /// Who may certify the servers that are called.
    pub authorities: Authorities,
    /// Where the app's effects are delivered, if anywhere.
    pub effects_to: Option<EffectsTo>,
    /// The limits of the service.
    pub limits: Limits,
}

/// Limits on what one request or one caller can take up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: u64,
    /// Bytes of a request line and its headers, at least 8192.
    pub head_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// How long a request line and its headers may take, and how long a connection may wait for the next.
    pub head_time: Duration,
    /// How long a client may take nothing of what it is sent.
    pub write_time: Duration,
    /// How long an answer may take.
    pub request_time: Duration,
    /// How long one call of the store may take.
    pub store_time: Duration,
    /// How long the list of leaked passwords may take for its answer.
    pub breach_time: Duration,
    /// How long a mail server may take for one mail; less than a minute, after which another node tries it.
    pub mail_time: Duration,
    /// How long an effect is leased for: as long as a try of it may take, but at most so long. A try that may take
    /// longer extends its lease while it lasts, so that what a dead worker had does not wait for as long.
    pub lease_time: Duration,
    /// How much longer than that a lease lasts, for what comes before and after the try.
    pub lease_margin: Duration,
    /// Passwords that are hashed at once; each takes 19 MiB of memory.
    pub hashes: usize,
    /// Passwords that wait to be hashed; further ones are refused.
    pub hashes_waiting: usize,
    /// Connections at once; further ones wait.
    pub connections: usize,
    /// How long requests may go on after the service was told to stop.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 << 10,
            head_bytes: 32 << 10,
            headers: 100,
            head_time: Duration::from_secs(15),
            write_time: Duration::from_secs(15),
            request_time: Duration::from_secs(15),
            store_time: Duration::from_secs(5),
            breach_time: Duration::from_secs(1),
            mail_time: Duration::from_secs(30),
            lease_time: Duration::from_secs(60),
            lease_margin: Duration::from_secs(15),
            hashes: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            hashes_waiting: 64,
            connections: 1024,
            stop_time: Duration::from_secs(20),
        }
    }
}
