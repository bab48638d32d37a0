//! The device flow (RFC 8628): a code is shown here and approved in a browser, anywhere.

use std::time::Duration;

use inspire::words;
use inspire_diagnostics::{Code, Diagnostic};
use kizaki_auth::platform::documents::{DeviceAuthorization, LoginToken, TokenError};
use secrecy::SecretString;

use super::poll::{Pace, Polled, poll};
use crate::commands::Session;
use crate::credentials::is_login_token;
use crate::failure::Failure;
use crate::remote::{Answer, Remote};

const CLIENT: &str = "kizaki-cli";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// No code of an error is longer than this (RFC 6749, 5.2).
const LONGEST_CODE: usize = 40;
/// No code lives longer than this, whatever the server says, in seconds.
const LONGEST: u64 = 60 * 60;

/// Shows a code, and waits until it is approved.
pub(super) async fn token(remote: &Remote, session: &Session) -> Result<SecretString, Failure> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let fields = [("client_id", CLIENT), ("client_name", host.as_str())];
    let answer = remote.send(remote.post_form("/__platform/device", &fields)).await;
    let answer = answer.map_err(|none| remote.unreachable(&none))?;
    let begun: Option<DeviceAuthorization> = answer.status.is_success().then(|| answer.document()).flatten();
    let Some(begun) = begun.filter(makes_sense) else {
        return Err(answer.useless(remote.server()).into());
    };
    let seconds = |number: i64| u64::try_from(number).unwrap_or(0);
    let time = seconds(begun.expires_in).min(LONGEST);
    show(&begun, time, session);
    let pace = Pace {
        interval: Duration::from_secs(seconds(begun.interval).max(1)),
        time: Duration::from_secs(time),
    };
    let form = [("grant_type", GRANT), ("device_code", begun.device_code.as_str()), ("client_id", CLIENT)];
    let mut away = None;
    let came = poll(pace, tokio::time::sleep, async || {
        match remote.send(remote.post_form("/__platform/token", &form)).await {
            Ok(answer) => {
                let polled = judge(&answer, remote);
                away = matches!(polled, Polled::Later(_)).then(|| answer.useless(remote.server()));
                polled
            }
            Err(none) => {
                away = Some(remote.unreachable(&none));
                Polled::Later(None)
            }
        }
    })
    .await;
    came.unwrap_or_else(|| Err(away.unwrap_or_else(|| expired(remote)).into()))
}

fn show(begun: &DeviceAuthorization, time: u64, session: &Session) {
    let DeviceAuthorization { user_code, verification_uri, verification_uri_complete, .. } = begun;
    // However quiet the run is: without the code nothing can come of it.
    session.output.aside(&format!("open {verification_uri} and enter the code {user_code}"));
    session.output.aside(&format!("or open {verification_uri_complete} and see that the code is the same"));
    session
        .output
        .progress(&format!("waiting for the approval, for {}; Ctrl-C ends it", words::duration(time)));
}

fn judge(answer: &Answer, remote: &Remote) -> Polled<Result<SecretString, Failure>> {
    if answer.status.is_success() {
        let token = answer.document::<LoginToken>().filter(|token| is_login_token(&token.access_token));
        let token = token.map(|token| SecretString::from(token.access_token));
        return Polled::Over(token.ok_or_else(|| answer.useless(remote.server()).into()));
    }
    // An overloaded server, or a proxy whose service restarts, may answer before the time is over.
    if matches!(answer.status.as_u16(), 429 | 502..=504) {
        return Polled::Later(answer.retry_after.map(Duration::from_secs));
    }
    let one = match answer.document::<TokenError>().map(|refused| refused.error).as_deref() {
        Some("authorization_pending") => return Polled::Pending,
        Some("slow_down") => return Polled::SlowDown,
        Some("access_denied") => failed("the login was denied", remote),
        Some("expired_token") => expired(remote),
        Some(code) if code.len() <= LONGEST_CODE => {
            failed(&format!("the server ended the login: {code}"), remote)
        }
        Some(_) | None => answer.useless(remote.server()),
    };
    Polled::Over(Err(one.into()))
}

fn expired(remote: &Remote) -> Diagnostic {
    failed("the login was not approved in time", remote)
}

fn failed(message: &str, remote: &Remote) -> Diagnostic {
    let help = format!("`kizaki login --server {}` asks for a new code", remote.server());
    Diagnostic::without_place(Code::LoginFailed, message).help(help)
}

/// Whether a person can do something with it: what is to be opened is a page.
fn makes_sense(begun: &DeviceAuthorization) -> bool {
    let is_page = |uri: &String| uri.starts_with("https://") || uri.starts_with("http://");
    [&begun.verification_uri, &begun.verification_uri_complete].into_iter().all(is_page)
        && !begun.user_code.is_empty()
}
