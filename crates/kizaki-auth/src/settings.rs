//! How a service is set up: what its options say, and the limits that hold whatever they say.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::client::Authorities;
use crate::forwarded::ForwardHeaders;
use crate::public_url::PublicUrl;

/// The settings of a service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The artifact, which is read again when it changes.
    pub artifact: PathBuf,
    /// Where browsers see the service.
    pub public_url: PublicUrl,
    /// Which headers name the original request.
    pub forward_headers: ForwardHeaders,
    /// Who may say, by `X-Forwarded-For`, for whom it calls.
    pub trusted_proxies: Vec<IpNet>,
    /// The directory that mails are written to.
    pub mail_directory: PathBuf,
    /// Who may certify the servers that are called.
    pub authorities: Authorities,
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
    /// How long an answer may take.
    pub request_time: Duration,
    /// How long one call of the store may take.
    pub store_time: Duration,
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
            request_time: Duration::from_secs(15),
            store_time: Duration::from_secs(5),
            hashes: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            hashes_waiting: 64,
            connections: 1024,
            stop_time: Duration::from_secs(20),
        }
    }
}
