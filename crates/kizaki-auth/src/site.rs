//! Where a browser's request comes from: a page of another site, or a script of this one.

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName};

use crate::public_url::PublicUrl;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Whether a browser sends this for a page of another origin. Who sends neither header is no browser, and carries no
/// one else's cookies.
pub(crate) fn is_cross_site(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let every = |name: HeaderName, is_own: &dyn Fn(&[u8]) -> bool| {
        headers.get_all(name).iter().all(|value| is_own(value.as_bytes()))
    };
    let own = public_url.to_string();
    let is_own_origin = every(ORIGIN, &|value| value == own.as_bytes());
    let is_own_site = every(SITE, &|value| matches!(value, b"same-origin" | b"none"));
    !(is_own_origin && is_own_site)
}

/// Whether a browser came to this by a link of another site, for which it keeps strict cookies to itself.
pub(crate) fn is_by_link_of_others(headers: &HeaderMap) -> bool {
    headers.get_all(SITE).iter().any(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// Whether a script of some page sends this, and not a person who opens a page or sends a form. No script of a page can
/// hide it; a service worker, which navigations go through, can.
pub(crate) fn is_by_script(headers: &HeaderMap) -> bool {
    headers.get_all(MODE).iter().any(|mode| mode != "navigate")
        || headers.get_all(DESTINATION).iter().any(|destination| destination != "document")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{is_by_script, is_cross_site};
    use crate::public_url::PublicUrl;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_what_a_person_opens_is_not_by_a_script() {
        let is_refused = |lines: &[(&'static str, &str)]| is_by_script(&headers(lines));
        assert!(!is_refused(&[]));
        assert!(!is_refused(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]));
        for lines in [
            [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "document")],
            [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "empty")],
            [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
            [("sec-fetch-mode", "navigate"), ("sec-fetch-mode", "cors")],
        ] {
            assert!(is_refused(&lines), "{lines:?}");
        }
    }

    #[test]
    fn only_the_own_origin_writes() {
        let own = PublicUrl::parse("https://app.example").unwrap();
        let is_refused = |lines: &[(&'static str, &str)]| is_cross_site(&headers(lines), &own);
        let accepted: [&[(&'static str, &str)]; 4] = [
            &[],
            &[("origin", "https://app.example")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://app.example")],
            &[("sec-fetch-site", "none")],
        ];
        for lines in accepted {
            assert!(!is_refused(lines), "{lines:?}");
        }
        let refused: [&[(&'static str, &str)]; 10] = [
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "http://app.example")],
            &[("origin", "https://app.example:8443")],
            &[("origin", "https://app.example.evil.example")],
            &[("origin", "https://app.example"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://app.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        ];
        for lines in refused {
            assert!(is_refused(lines), "{lines:?}");
        }
    }
}
