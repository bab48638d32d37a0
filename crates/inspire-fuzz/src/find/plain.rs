//! The rules of route look-up as plainly as they can be written, without regard to speed.

use inspire_artifact::limits;
use inspire_artifact::routes::{Method, NoMatch};

use super::Found;

/// Of the routes of this method that match the whole path, the one whose parameters stand furthest to the right.
pub(super) fn find(routes: &[(Method, String)], method: &str, target: &str) -> Found {
    let path = target.split('?').next().unwrap_or_default();
    let Some(values) = decoded(path) else { return Err(NoMatch::Malformed) };
    if path.starts_with("/__") {
        return Err(NoMatch::NotFound);
    }
    let asked: Vec<&str> = segments(path);
    let matching: Vec<_> = routes.iter().filter(|(_, route)| fits(&segments(route), &asked)).collect();
    let best = matching.iter().filter(|(of, _)| of.as_str() == method).min_by_key(|(_, route)| {
        segments(route).iter().map(|part| part.starts_with(':')).collect::<Vec<_>>()
    });
    match best {
        Some((_, route)) => {
            let parts = segments(route);
            let taken = parts.iter().zip(values).filter(|(part, _)| part.starts_with(':'));
            Ok((route.clone(), taken.map(|(_, value)| value).collect()))
        }
        None if matching.is_empty() => Err(NoMatch::NotFound),
        None => Err(NoMatch::MethodNotAllowed),
    }
}

/// A path whose parameters have lost their names.
pub(super) fn shape(path: &str) -> String {
    let part = |part: &str| if part.starts_with(':') { ":".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What stands between the slashes; `/` has no segment at all.
fn segments(path: &str) -> Vec<&str> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    if rest.is_empty() { Vec::new() } else { rest.split('/').collect() }
}

fn fits(route: &[&str], asked: &[&str]) -> bool {
    let one =
        |(own, asked): (&&str, &&str)| if own.starts_with(':') { !asked.is_empty() } else { own == asked };
    route.len() == asked.len() && route.iter().zip(asked).all(one)
}

/// The segments of a request's path without escapes; none if two readers could take the path for different ones.
fn decoded(path: &str) -> Option<Vec<String>> {
    if !path.starts_with('/') || path.len() > limits::PATH_BYTES {
        return None;
    }
    let segments = segments(path);
    let last = segments.len().saturating_sub(1);
    let sound = |(number, segment): (usize, &&str)| match *segment {
        "" => number == last && number > 0,
        "." | ".." => false,
        _ => true,
    };
    if !segments.iter().enumerate().all(sound) {
        return None;
    }
    segments.into_iter().map(unescaped).collect()
}

fn unescaped(segment: &str) -> Option<String> {
    let refused = |byte: u8| byte.is_ascii_control() || matches!(byte, b'/' | b'\\' | b'%' | b';');
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            if refused(byte) || matches!(byte, b' ' | b'#') {
                return None;
            }
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let byte = u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?;
        if refused(byte) || unreserved(byte) {
            return None;
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}
