//! The request that delivers an effect: its body, its headers and its signature.
//!
//! All that an app may act upon stands in the body, which is signed together with the time of the try. The headers beside
//! it repeat what routers and logs like to see; nothing proves them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kizaki_store::Lease;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Request};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use super::target::EffectsTo;

/// What is posted; the same in every try of a row.
#[derive(Serialize)]
struct Body<'e> {
    id: &'e str,
    effect: &'e str,
    entity: &'e str,
    event: &'e str,
    field: &'e str,
    created_ms: i64,
    payload: &'e RawValue,
}

/// The request for a try that begins at this time, in Unix seconds.
///
/// # Errors
///
/// Why there is none, such as a payload that is no JSON.
pub(super) fn of(row: &Lease, to: &EffectsTo, client: &Client, seconds: i64) -> Result<Request, String> {
    let payload: &RawValue =
        serde_json::from_str(row.payload.trim()).map_err(|_| "its payload is no JSON".to_owned())?;
    let Lease { id, effect, entity, event, field, created_ms, .. } = row;
    let body = Body { id, effect, entity, event, field, created_ms: *created_ms, payload };
    let body = serde_json::to_vec(&body).map_err(|error| format!("it cannot be written: {error}"))?;
    let signature = signature(to.secret.expose(), seconds, &body)?;
    let header =
        |text: &str| HeaderValue::from_str(text).map_err(|_| "no header can hold its id or name".to_owned());
    client
        .post(to.url.url().clone())
        .header(CONTENT_TYPE, "application/json")
        .header("idempotency-key", header(id)?)
        .header("kizaki-effect", header(effect)?)
        .header("kizaki-try", row.tries.saturating_add(1))
        .header("kizaki-timestamp", seconds)
        .header("kizaki-signature", header(&signature)?)
        .body(body)
        .build()
        .map_err(|error| error.without_url().to_string())
}

/// `t=SECONDS,v1=HEX`: HMAC-SHA256 (RFC 2104) over the seconds, a dot and the body.
fn signature(secret: &[u8], seconds: i64, body: &[u8]) -> Result<String, String> {
    // Any length will do (RFC 2104, 2).
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|error| error.to_string())?;
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("t={seconds},v1={digits}"))
}
