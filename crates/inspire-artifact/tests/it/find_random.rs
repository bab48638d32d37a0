//! `find` against a matcher that is as plain as possible: random routes, random and hostile requests.
//!
//! `INSPIRE_LONG=1` tries a million sets of routes instead of ten thousand.

use inspire_artifact::routes::NoMatch::{self, Malformed, MethodNotAllowed, NotFound};
use inspire_artifact::routes::{AuthMode, Method};
use inspire_artifact::{Artifact, Tables, encode};

use crate::sample;

const METHODS: [Method; 3] = [Method::Get, Method::Post, Method::Delete];
/// Segments of routes, some of which are prefixes of others.
const LITERALS: [&str; 8] = ["a", "b", "ab", "abcdefgh", "abcdefghi", "abcdefghj", "a-b", "~x.1_"];
/// Segments of requests besides those of routes.
const OTHERS: [&str; 24] = [
    "c", "A", "abcdefg", "%20", "%C3%A9", "é", "%41", "%2f", "%2F", "%5c", "%25", "%3b", "%00", "%ff", ".",
    "..", "...", "", ";", "\\", "a b", "%", "__x", "%C0%AF",
];

/// A small generator of numbers that look random (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// Routes no two of which have one method and shape, in no order.
fn route_set(random: &mut Random) -> Vec<(Method, String)> {
    let literals = 1 + random.below(LITERALS.len());
    let mut routes: Vec<(Method, String)> = Vec::new();
    for _ in 0..=random.below(16) {
        let depth = random.below(5);
        let segments = (0..depth).map(|at| match random.below(3) {
            0 => format!("/:p{at}"),
            _ => format!("/{}", LITERALS[random.below(literals)]),
        });
        let path = segments.collect::<String>();
        let (method, path) = (random.pick(&METHODS), if path.is_empty() { "/".to_owned() } else { path });
        if !routes.iter().any(|(other, known)| *other == method && shape(known) == shape(&path)) {
            routes.push((method, path));
        }
    }
    routes
}

fn shape(path: &str) -> Vec<&str> {
    path.split('/').map(|segment| if segment.starts_with(':') { ":" } else { segment }).collect()
}

/// A request that follows one of the routes, or none.
fn request(random: &mut Random, routes: &[(Method, String)]) -> String {
    let (_, near) = &routes[random.below(routes.len())];
    let mut path: String = near
        .split('/')
        .skip(1)
        .map(|segment| match (segment.starts_with(':'), random.below(12)) {
            (_, 0) => format!("/{}", random.pick(&OTHERS)),
            (true, _) => format!("/{}", random.pick(&LITERALS)),
            (false, _) => format!("/{segment}"),
        })
        .collect();
    match random.below(16) {
        0 => path.push('/'),
        1 => path += "?q=/%zz",
        2 => path.insert(0, '/'),
        3 => path += &format!("/{}", random.pick(&LITERALS)),
        4 => path.truncate(path.rfind('/').unwrap_or(0)),
        _ => {}
    }
    path
}

/// What a request means: the rules of the book, each in the order in which it is told.
fn by_trying<'r>(routes: &'r [(Method, String)], method: Method, target: &str) -> Result<&'r str, NoMatch> {
    let path = target.split('?').next().unwrap_or_default();
    let Some(segments) = segments(path) else { return Err(Malformed) };
    if path.starts_with("/__") {
        return Err(NotFound);
    }
    let fits = |route: &str| {
        let own: Vec<_> = route.split('/').skip(1).collect();
        own.len() == segments.len()
            && own.iter().zip(&segments).all(|(own, asked)| match own.starts_with(':') {
                true => !asked.is_empty(),
                false => own == asked,
            })
    };
    let of_path: Vec<_> = routes.iter().filter(|(_, route)| fits(route)).collect();
    let of_method = of_path.iter().filter(|(other, _)| *other == method);
    let open = |path: &str| path.split('/').map(|segment| segment.starts_with(':')).collect::<Vec<_>>();
    match of_method.min_by_key(|(_, path)| open(path)) {
        Some((_, path)) => Ok(path),
        None if of_path.is_empty() => Err(NotFound),
        None => Err(MethodNotAllowed),
    }
}

/// The segments of a path that is not malformed; an empty one can only be the last.
fn segments(path: &str) -> Option<Vec<&str>> {
    let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
    let (last, before) = segments.split_last()?;
    let fine = path.len() <= 2048
        && before.iter().all(|segment| !segment.is_empty())
        && (!last.is_empty() || segments.len() == 1 || path.ends_with('/'))
        && segments.iter().all(|segment| *segment != "." && *segment != ".." && decodes(segment));
    fine.then_some(segments)
}

fn decodes(segment: &str) -> bool {
    let mut decoded = Vec::new();
    let mut rest = segment;
    while let Some(next) = rest.chars().next() {
        if next == '%' {
            let Some(digits) =
                rest.get(1..3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            else {
                return false;
            };
            let byte = u8::from_str_radix(digits, 16).unwrap();
            if byte.is_ascii_alphanumeric() || byte.is_ascii_control() || b"-._~/\\%;".contains(&byte) {
                return false;
            }
            decoded.push(byte);
            rest = &rest[3..];
        } else {
            if next.is_ascii_control() || matches!(next, '\\' | ';' | '#' | ' ') {
                return false;
            }
            decoded.extend(next.to_string().bytes());
            rest = &rest[next.len_utf8()..];
        }
    }
    String::from_utf8(decoded).is_ok()
}

fn artifact(routes: &[(Method, String)]) -> Artifact<'static> {
    let routes: Vec<_> =
        routes.iter().map(|(method, path)| (*method, path.as_str(), AuthMode::None)).collect();
    let tables = Tables { routes: Some(sample::routes(&routes)), ..Tables::default() };
    Artifact::from_vec(encode(&tables, "test")).unwrap()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long to try is for the caller to say")]
fn find_agrees_with_trying_every_route() {
    let sets = if std::env::var_os("INSPIRE_LONG").is_some() { 1_000_000 } else { 10_000 };
    let mut random = Random(1);
    let mut met = [0_usize; 4];
    for _ in 0..sets {
        let routes = route_set(&mut random);
        let artifact = artifact(&routes);
        let section = artifact.routes().unwrap().unwrap();
        for _ in 0..8 {
            let (method, target) = (random.pick(&METHODS), request(&mut random, &routes));
            let found = section.find(method.as_str(), &target).map(|found| found.route().path);
            assert_eq!(found, by_trying(&routes, method, &target), "{method:?} {target} among {routes:?}");
            met[match found {
                Ok(_) => 0,
                Err(NotFound) => 1,
                Err(MethodNotAllowed) => 2,
                Err(Malformed) => 3,
            }] += 1;
        }
    }
    assert!(met.iter().all(|count| *count > sets / 10), "some answer is hardly ever given: {met:?}");
}

#[test]
fn the_order_of_routes_does_not_matter() {
    let mut random = Random(2);
    for _ in 0..500 {
        let mut routes = route_set(&mut random);
        let first = artifact(&routes);
        let by = random.below(routes.len());
        routes.rotate_left(by);
        routes.reverse();
        assert!(first.bytes() == artifact(&routes).bytes(), "{routes:?}");
    }
}

#[test]
fn every_escape_has_its_verdict() {
    let app = artifact(&[(Method::Get, "/files/:id".to_owned())]);
    let section = app.routes().unwrap().unwrap();
    let mut tried = 0;
    for byte in 0..=u8::MAX {
        for escape in [format!("%{byte:02X}"), format!("%{byte:02x}"), format!("x%{byte:02x}y")] {
            let target = format!("/files/{escape}");
            let found = section.find("GET", &target);
            let taken =
                byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric() && !b"-._~/\\%;".contains(&byte)
                    || byte == b' ';
            match found {
                Ok(found) => {
                    let value = escape
                        .replace(&escape[escape.find('%').unwrap()..][..3], &char::from(byte).to_string());
                    assert!(taken, "{target}");
                    assert_eq!(found.params().next().unwrap().1, value, "{target}");
                }
                Err(error) => assert!(error == Malformed && !taken, "{target}: {error:?}"),
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 3 * 256);
}

#[test]
fn malformed_utf8_is_refused_in_every_escape() {
    let app = artifact(&[(Method::Get, "/files/:id".to_owned())]);
    let section = app.routes().unwrap().unwrap();
    // Overlong forms, surrogates, what lies beyond the last code point, and sequences that break off.
    let mut bad: Vec<Vec<u8>> = vec![
        vec![0xC0, 0x80],
        vec![0xC0, 0xAE],
        vec![0xC0, 0xAF],
        vec![0xC1, 0x9C],
        vec![0xC1, 0xBF],
        vec![0xE0, 0x80, 0x80],
        vec![0xE0, 0x80, 0xAF],
        vec![0xE0, 0x9F, 0xBF],
        vec![0xF0, 0x80, 0x80, 0x80],
        vec![0xF0, 0x80, 0x80, 0xAF],
        vec![0xF0, 0x8F, 0xBF, 0xBF],
        vec![0xED, 0xA0, 0x80],
        vec![0xED, 0xBF, 0xBF],
        vec![0xF4, 0x90, 0x80, 0x80],
        vec![0xF5, 0x80, 0x80, 0x80],
        vec![0xF8, 0x88, 0x80, 0x80, 0x80],
        vec![0xFC, 0x84, 0x80, 0x80, 0x80, 0x80],
        vec![0xFE],
        vec![0xFF],
    ];
    bad.extend((0x80..=0xFF_u8).map(|byte| vec![byte]));
    bad.extend((0xC2..=0xF4_u8).map(|byte| vec![byte, b'a']));
    for bytes in bad {
        let escaped: String = bytes
            .iter()
            .map(|byte| if *byte < 0x80 { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        for target in [
            format!("/files/{escaped}"),
            format!("/files/{}", escaped.to_lowercase()),
            format!("/files/a{escaped}b"),
        ] {
            assert_eq!(section.find("GET", &target).err(), Some(Malformed), "{target}");
        }
    }
}
