//! Hostile targets, through every family of headers: none passes with a weaker credential than its route asks for,
//! by `find` itself and by every other reading of the target that some server might have.

use std::collections::BTreeSet;

use inspire_artifact::Artifact;
use inspire_artifact::routes::{AuthMode, Route};
use kizaki_auth::ForwardHeaders;
use kizaki_store::{Clock, Lifetime};

use crate::operators::login;
use crate::support::{Answer, Node, Place, api_key, asking, compile, on_both};

on_both! {
    no_hostile_target_passes_with_less_than_its_route_asks_for
    headers_of_other_families_are_ignored
}

/// Open routes around guarded ones, so that every wrong reading would find something.
const APP: &str = r#"
auth { providers: [email] }
apiKeys { scopes: { reader: @system("api_reader") { @grant read on Item } } }
entity Item { title: string  @grant read }
routes("/", auth: none) {
  GET / -> home
  GET /open -> open
  POST /open -> postOpen
  GET /open/:page -> page
  GET /open/:page/:part -> part
  GET /files/:name -> file
}
routes("/open", auth: session) {
  // inspire: allow(overlap-changes-auth, "this is what the test is about")
  GET /secret -> secret
  POST /secret -> postSecret
}
routes("/v1", auth: apiKey(reader)) {
  GET /items -> items
  GET /items/:id -> item
}
"#;

const METHODS: [&str; 5] = ["GET", "POST", "HEAD", "get", "BREW"];

/// What is done to a target that is meant to be guarded, or to sneak past a guard.
fn variants(path: &str) -> Vec<Vec<u8>> {
    let last = path.rfind('/').unwrap();
    let (front, back) = path.split_at(last);
    let name = &back[1..];
    let first = name.chars().next().map_or(String::new(), |c| format!("%{:02X}", u32::from(c)));
    let rest = name.get(1..).unwrap_or_default();
    let mut all: Vec<String> = [
        "",
        "/",
        "//",
        "/.",
        "/..",
        "/./",
        "/../",
        "/%2e",
        "/%2e%2e",
        "/..;",
        "/..;/",
        ";",
        ";x",
        ";/x",
        "%00",
        "%00.html",
        "%20",
        "%09",
        "%0a",
        "%0d%0a",
        ".",
        "..",
        ".html",
        ".json",
        "?",
        "?x",
        "?/../",
        "?%2f..",
        "#",
        "#x",
        "%23",
        "%3f",
        "%3F/../open",
        "%2f",
        "%2F",
        "%5c",
        "%5C",
        "\\",
        "\\..\\open",
        "%",
        "%2",
        "%zz",
        "%25",
        "%252e%252e",
        "%c0%af",
        "%e0%80%af",
        "%ff",
        "%u002f",
        "*",
        "~",
        "'",
        "\"",
        "|",
        "&",
        "=",
        "+",
        ",",
        ":",
        "@",
        "!",
        "$",
        "(",
        "%7f",
        "%C3%A9",
    ]
    .iter()
    .map(|end| format!("{path}{end}"))
    .collect();
    all.extend([
        format!("/{path}"),
        format!("//{path}"),
        format!("/.{path}"),
        format!("/..{path}"),
        format!("/open/..{path}"),
        format!("/open/%2e%2e{path}"),
        format!("/open/..%2f{}", &path[1..]),
        format!("/open/..%5c{}", &path[1..]),
        format!("/open;{path}"),
        format!("/open;/..{path}"),
        format!("/open?{path}"),
        format!("/open#{path}"),
        format!("/open%3f/..{path}"),
        format!("/open%23/..{path}"),
        format!("/files/x%00/..{path}"),
        format!("/files/..{path}"),
        format!("{front}/.{back}"),
        format!("{front}/x/..{back}"),
        format!("{front}//{name}"),
        format!("{front}\\{name}"),
        format!("{front}%2f{name}"),
        format!("{front}%5c{name}"),
        format!("{front}/{first}{rest}"),
        format!("{front}/%25{}{rest}", &first[first.len().min(1)..]),
        format!("{front};x{back}"),
        format!("{front}/ {name}"),
        format!("{front}/{name}\t"),
        format!("http://x{path}"),
        format!("https://x@y{path}"),
        format!("\\{}", &path[1..]),
        path[1..].to_owned(),
        path.to_uppercase(),
    ]);
    let mut all: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    for byte in [0x01, 0x0b, 0x7f, 0x80, 0xa0, 0xc0, 0xff] {
        all.push([path.as_bytes(), &[byte]].concat());
        all.push([b"/", [byte].as_slice(), path.as_bytes()].concat());
    }
    all.push([path.as_bytes(), "é".as_bytes()].concat());
    all.push([path.as_bytes(), "\u{ff0f}..".as_bytes()].concat());
    all
}

fn targets() -> Vec<Vec<u8>> {
    let bases = ["/open/secret", "/v1/items", "/v1/items/42", "/open", "/files/x"];
    let all: BTreeSet<_> = bases.iter().flat_map(|base| variants(base)).collect();
    assert!(all.len() >= 300, "{}", all.len());
    all.into_iter().collect()
}

/// What the target may mean to servers that cut off the query, or not, and then decode and tidy up in any order, and
/// more than once.
fn readings(target: &[u8]) -> BTreeSet<Vec<u8>> {
    let until = |end: u8, text: &[u8]| text.split(|byte| *byte == end).next().unwrap_or_default().to_vec();
    let mut found = BTreeSet::from([target.to_vec(), until(b'?', target), until(b'#', target)]);
    loop {
        let mut next = found.clone();
        for one in &found {
            next.extend([decode(one), until(b'\0', one), without_parameters(one), tidy(one)]);
            next.insert(one.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect());
        }
        if next.len() == found.len() {
            return found;
        }
        found = next;
    }
}

fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let digits = text.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| text[at] == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(text[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    out
}

fn without_parameters(text: &[u8]) -> Vec<u8> {
    let segments = text.split(|byte| *byte == b'/');
    let cut = segments.map(|segment| segment.split(|byte| *byte == b';').next().unwrap_or_default());
    cut.collect::<Vec<_>>().join(&b'/')
}

/// Dot segments and empty segments are taken out (RFC 3986, 5.2.4).
fn tidy(text: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in text.split(|byte| *byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    [b"/".as_slice(), &kept.join(&b'/')].concat()
}

/// The routes that a plain matcher would give any reading of the target to, whatever the method.
fn guarded_by<'a>(artifact: &'a Artifact<'_>, target: &[u8]) -> Vec<Route<'a>> {
    let routes = artifact.routes().unwrap().unwrap().routes();
    let is_literal = |route: &Route<'_>, reading: &[u8]| route.path.as_bytes() == reading;
    let readings = readings(target);
    routes.iter().filter(|route| readings.iter().any(|reading| is_literal(route, reading))).collect()
}

fn question(family: ForwardHeaders, method: &str, target: &[u8], headers: &str) -> Vec<u8> {
    let asking = asking(method.as_bytes(), target, headers);
    match family {
        ForwardHeaders::XForwarded => asking,
        ForwardHeaders::XOriginal => replace(
            &replace(&asking, "x-forwarded-method", "x-original-method"),
            "x-forwarded-uri",
            "x-original-uri",
        ),
        ForwardHeaders::Envoy => {
            let line = [method.as_bytes(), b" /__auth/authorize", target, b" HTTP/1.1\r\n"].concat();
            [line.as_slice(), b"host: x\r\nconnection: close\r\n", headers.as_bytes(), b"\r\n"].concat()
        }
    }
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

async fn no_hostile_target_passes_with_less_than_its_route_asks_for(mut place: Place) {
    let bytes = compile(APP);
    place.publish_bytes(&bytes);
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    let key = api_key(&place.store(Clock::Store).await, "reader", Lifetime::DEFAULT).await;
    let with_key = format!("authorization: Bearer {}\r\n", key.key.expose());
    let login = login(&place.store(Clock::Store).await).await;
    let with_login =
        format!("authorization: Bearer {login}\r\ncookie: kizaki-operator-dev={}\r\n", &login[4..]);
    let mut passed = 0;
    for family in [ForwardHeaders::XForwarded, ForwardHeaders::XOriginal, ForwardHeaders::Envoy] {
        place.settings.forward_headers = family;
        let node = place.node().await;
        for target in targets() {
            for method in METHODS {
                for headers in ["", with_key.as_str(), with_login.as_str()] {
                    let answer = node.send(&question(family, method, &target, headers)).await;
                    let what =
                        format!("{family:?} {method} {:?} {headers}", String::from_utf8_lossy(&target));
                    passed +=
                        u32::from(judge(&artifact, method, &target, headers == with_key, &answer, &what));
                }
            }
        }
    }
    // That nothing passes would be no proof.
    assert!(passed > 100, "{passed}");
}

/// Fails if the answer lets through what it must not; tells whether it lets through.
fn judge(
    artifact: &Artifact<'_>,
    method: &str,
    target: &[u8],
    has_key: bool,
    answer: &Answer,
    what: &str,
) -> bool {
    // Blanks around the value of a header are no part of it (RFC 9110, 5.5).
    // A fragment is no part of a request's own target (RFC 9112, 3.2.1); what reads it cuts it off.
    let target = match what.starts_with("Envoy") {
        true => target.split(|byte| *byte == b'#').next().unwrap_or_default(),
        false => target.trim_ascii(),
    };
    let text = std::str::from_utf8(target).ok().filter(|text| text.is_ascii());
    let found = text.and_then(|text| artifact.routes().unwrap().unwrap().find(method, text).ok());
    let may_pass = found.as_ref().is_some_and(|found| match found.route().auth {
        AuthMode::None => true,
        AuthMode::ApiKey => has_key,
        AuthMode::Session => false,
    });
    assert_eq!(answer.status == 200, may_pass, "{what}: {answer:?}");
    if !may_pass {
        return false;
    }
    let route = found.unwrap().route();
    assert_eq!(answer.header("x-kizaki-handler"), Some(route.handler), "{what}");
    for guarded in guarded_by(artifact, target) {
        assert!(
            guarded.auth == AuthMode::None || guarded.auth == route.auth,
            "{what} passes as {}, and may be read as {}",
            route.path,
            guarded.path
        );
    }
    true
}

async fn headers_of_other_families_are_ignored(mut place: Place) {
    place.publish(APP);
    let all = |target: &str| {
        format!(
            "x-forwarded-method: GET\r\nx-forwarded-uri: {target}\r\nx-original-method: GET\r\n\
             x-original-uri: /open\r\nx-original-url: /open\r\nx-rewrite-url: /open\r\nx-forwarded-prefix: /open\r\n\
             x-envoy-original-path: /open\r\nx-http-method-override: POST\r\nforwarded: for=1.2.3.4\r\n"
        )
    };
    let ask = async |node: &Node, path: &str, headers: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
        node.send(request.as_bytes()).await.status
    };
    let node = place.node().await;
    assert_eq!(ask(&node, "/__auth/authorize", &all("/open/secret")).await, 401);
    assert_eq!(ask(&node, "/__auth/authorize", &all("/open")).await, 200);
    place.settings.forward_headers = ForwardHeaders::XOriginal;
    let node = place.node().await;
    assert_eq!(ask(&node, "/__auth/authorize", &all("/open/secret")).await, 200);
    place.settings.forward_headers = ForwardHeaders::Envoy;
    let node = place.node().await;
    assert_eq!(ask(&node, "/__auth/authorize/open/secret", &all("/open")).await, 401);
    assert_eq!(ask(&node, "/__auth/authorize/open?deny=403", &all("/open/secret")).await, 200);
    assert_eq!(ask(&node, "/__auth/authorize/nope?deny=403", &all("/open")).await, 404);
    assert_eq!(ask(&node, "/__auth/authorize/", "").await, 200);
    assert_eq!(ask(&node, "/__auth/authorize", &all("/open")).await, 404);
    assert_eq!(ask(&node, "/__auth/authorizeopen", &all("/open")).await, 404);
    assert_eq!(ask(&node, "http://x/__auth/authorize/open", "").await, 400);
}
