//! The list of passwords known from leaks, which is asked by the k-anonymity range protocol of Have I Been
//! Pwned (its API version 3, *Searching by range* and *Introducing padding*).
//!
//! Five of the forty hexadecimal digits of a password's SHA-1 leave the machine, and what comes back are the
//! rest of all leaked passwords that begin alike. An answer that could be anything else than that is no
//! answer.

use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use reqwest::{Response, StatusCode};
use sha1::{Digest as _, Sha1};
use unicode_normalization::UnicodeNormalization as _;
use url::Url;

use crate::service::Service;
use crate::{client, server_url};

/// The public list of Have I Been Pwned.
pub const BREACH_URL: &str = "https://api.pwnedpasswords.com/range/";
/// Digits of the hash that are sent.
const PREFIX: usize = 5;
/// Digits of the hash that are compared here.
const SUFFIX: usize = 35;
/// A range has up to 2,000 lines of some 40 bytes, padding included.
const MOST_BYTES: usize = 256 << 10;

/// Where a list of leaked passwords is asked: what stands before the five digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreachUrl(Url);

/// What is known of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is in no list of leaks.
    Clear,
    /// It is.
    Leaked,
    /// The list did not answer, or not as it should.
    Unanswered,
}

impl BreachUrl {
    /// Reads `https://HOST[:PORT]/PATH/`, or `http://` with a loopback host.
    ///
    /// # Errors
    ///
    /// Why the text is neither, for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut url = server_url::parse(text, "parts of hashes")?;
        if server_url::has_user(&url) {
            return Err("the range protocol has no users and passwords".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("five digits are put behind it, so that it cannot have a `?` or a `#`".to_owned());
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self(url))
    }

    /// Whom it asks.
    pub(crate) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

/// Whether a password is known from a leak. It never takes longer than its limit.
pub(crate) async fn look_up(service: &Service, password: &str) -> Verdict {
    let hash = hash(password);
    let (prefix, suffix) = hash.split_at(PREFIX);
    let limit = service.settings.limits.breach_time;
    let verdict = match ask(service, prefix, suffix, limit).await {
        Ok(true) => Verdict::Leaked,
        Ok(false) => Verdict::Clear,
        Err(reason) => {
            let host = service.settings.breach_url.host();
            tracing::warn!(host, reason, "the list of leaked passwords did not answer");
            Verdict::Unanswered
        }
    };
    service.metrics.looked_up(verdict);
    verdict
}

async fn ask(service: &Service, prefix: &str, suffix: &str, limit: Duration) -> Result<bool, String> {
    match tokio::time::timeout(limit, range(service, prefix)).await {
        Ok(answer) => is_listed(&answer?, suffix).map_err(str::to_owned),
        Err(_) => Err("it took too long".to_owned()),
    }
}

/// What the list knows of all hashes that begin like this.
async fn range(service: &Service, prefix: &str) -> Result<Vec<u8>, String> {
    let url = service.settings.breach_url.0.join(prefix).map_err(|error| error.to_string())?;
    let request = service.client.get(url).header("Add-Padding", "true");
    let response = request.send().await.map_err(client::reason)?;
    if response.status() != StatusCode::OK {
        return Err(format!("it answered {}", response.status().as_u16()));
    }
    if !has_end(&response) {
        return Err("its answer does not say where it ends".to_owned());
    }
    client::body(response, MOST_BYTES).await
}

/// Whether an answer that was cut off would be noticed (RFC 9112, 6.3 and 8).
fn has_end(response: &Response) -> bool {
    [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| response.headers().contains_key(name))
}

/// Whether one of the lines, each `SUFFIX:COUNT`, has this suffix and was seen; a count of 0 is padding.
///
/// Every range has hundreds of lines, and so an answer without any is none.
fn is_listed(answer: &[u8], suffix: &str) -> Result<bool, &'static str> {
    const OTHER: &str = "its answer is no range of hashes";
    let text = std::str::from_utf8(answer).map_err(|_| OTHER)?;
    let (mut is_empty, mut is_listed) = (true, false);
    for line in text.lines() {
        let (hash, count) = line.split_once(':').ok_or(OTHER)?;
        let is_hash = hash.len() == SUFFIX && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(OTHER);
        }
        let count: u64 = count.parse().map_err(|_| OTHER)?;
        is_empty = false;
        is_listed |= count > 0 && hash.eq_ignore_ascii_case(suffix);
    }
    if is_empty { Err(OTHER) } else { Ok(is_listed) }
}

/// The SHA-1 of a password in NFKC, as it is stored, in forty upper-case digits.
fn hash(password: &str) -> zeroize::Zeroizing<String> {
    use std::fmt::Write as _;

    let password = zeroize::Zeroizing::new(password.nfkc().collect::<String>());
    let mut text = zeroize::Zeroizing::new(String::with_capacity(PREFIX + SUFFIX));
    for byte in Sha1::digest(password.as_bytes()) {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{BreachUrl, hash, is_listed};

    const OWN: &str = "003D68EB55068C33ACE09247EE4C639306B";

    #[test]
    fn hashes_are_those_of_the_protocol() {
        // The example of its documentation is the hash of `P@ssw0rd`.
        assert_eq!(hash("P@ssw0rd").as_str(), "21BD12DC183F740EE76F27B78EB39C8AD972A757");
        assert_eq!(hash("cafe\u{301}"), hash("caf\u{e9}"));
    }

    #[test]
    fn a_line_with_the_suffix_and_a_count_is_a_leak() {
        let other = "012C192B2F16F82EA0EB9EF18D9D539B0DD:2";
        let is_listed = |lines: &[&str], end: &str| is_listed(lines.join(end).as_bytes(), OWN);
        for end in ["\r\n", "\n"] {
            assert_eq!(is_listed(&[other, &format!("{OWN}:3")], end), Ok(true));
            assert_eq!(is_listed(&[&format!("{}:1", OWN.to_lowercase()), other], end), Ok(true));
            assert_eq!(is_listed(&[other, ""], end), Ok(false));
            // Padding is no leak, wherever it stands and whatever it says.
            assert_eq!(is_listed(&[&format!("{OWN}:0"), other, &format!("{OWN}:000")], end), Ok(false));
        }
    }

    #[test]
    fn what_is_no_range_is_not_believed() {
        let good = format!("{OWN}:3");
        for bad in [
            "",
            "\n",
            "<html><body>Welcome to the Wi-Fi</body></html>",
            "{}",
            &OWN[1..],
            OWN,
            &format!("{OWN}:"),
            &format!("{OWN}:-1"),
            &format!("{OWN}:+1"),
            &format!("{OWN}:1:1"),
            &format!("{OWN}: 1"),
            &format!("{OWN}:99999999999999999999999"),
            &format!("{}:1", &OWN[1..]),
            &format!("0{OWN}:1"),
            &format!("{}G:1", &OWN[1..]),
            &format!("{good}\n\n{good}"),
            &format!("{good}\nx"),
            &format!("{good}\r"),
        ] {
            assert!(is_listed(bad.as_bytes(), OWN).is_err(), "{bad:?}");
        }
        assert!(is_listed(&[0xff, 0xfe], OWN).is_err());
    }

    #[test]
    fn only_addresses_that_keep_the_digits_between_two_are_taken() {
        let url = |text| BreachUrl::parse(text).map(|url| url.0.join("21BD1").unwrap().to_string());
        assert_eq!(url(super::BREACH_URL), Ok("https://api.pwnedpasswords.com/range/21BD1".to_owned()));
        assert_eq!(BreachUrl::parse(super::BREACH_URL).unwrap().host(), "api.pwnedpasswords.com");
        assert_eq!(url("https://x.example"), Ok("https://x.example/21BD1".to_owned()));
        assert_eq!(url("http://[::1]:80/a/b"), Ok("http://[::1]/a/b/21BD1".to_owned()));
        for text in [
            "http://x.example/range/",
            "ftp://x.example/",
            "x.example",
            "https://u:p@x.example/",
            "https://x.example/?prefix=",
            "https://x.example/#",
            "",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
