//! Bytes as a set of routes and a request: the look-up against a matcher that tries every route.

use arbitrary::{Arbitrary, Unstructured};
use inspire_artifact::routes::{self, AuthMode, Method, NoMatch, ParamRecord, RateUnit, RouteRecord};
use inspire_artifact::{Artifact, List, NONE, Tables, Text, encode, limits};

use crate::load::loads;

mod plain;

/// Words that meet one another: equal, one the start of the other, alike in their first eight bytes.
const WORDS: [&str; 12] =
    ["a", "b", "ab", "a-b", "a.b", "_", "abcdefgh", "abcdefghi", "abcdefghj", "~", "users", "usersx"];

/// Pieces of a request that mean something.
const SIGNS: [&str; 20] = [
    "/", "//", "/.", "/..", "?", "%", "%20", "%2F", "%41", "%C3%A9", "%c3", "%00", "é", ";", "\\", "#", " ",
    "/__", "\u{7f}", ":",
];

/// A request and a set of routes.
#[derive(Debug)]
struct Input<'a> {
    method: Asked<'a>,
    target: Vec<Piece<'a>>,
    routes: Vec<(Method, Vec<Segment<'a>>)>,
}

impl<'a> Arbitrary<'a> for Input<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self {
            method: u.arbitrary()?,
            target: several(u, 3, Piece::arbitrary)?,
            routes: several(u, 30, |u| {
                let most = if u.ratio(1, 16)? { limits::PATH_SEGMENTS } else { 4 };
                Ok((method(u)?, several(u, most, Segment::arbitrary)?))
            })?,
        })
    }
}

/// At most so many of what `one` gives.
fn several<'a, T>(
    u: &mut Unstructured<'a>,
    most: usize,
    one: impl Fn(&mut Unstructured<'a>) -> arbitrary::Result<T>,
) -> arbitrary::Result<Vec<T>> {
    (0..u.int_in_range(0..=most)?).map(|_| one(u)).collect()
}

/// A method, mostly the first, so that routes of one method often meet.
fn method(u: &mut Unstructured<'_>) -> arbitrary::Result<Method> {
    if u.ratio(3, 4)? { Ok(Method::Get) } else { u.choose(Method::ALL).copied() }
}

/// A segment of a route.
#[derive(Debug)]
enum Segment<'a> {
    Word(&'static str),
    Param,
    Text(&'a str),
}

impl<'a> Arbitrary<'a> for Segment<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match u.arbitrary::<u8>()? % 8 {
            0..=2 => Self::Param,
            3..=6 => Self::Word(word(u)?),
            _ => Self::Text(u.arbitrary()?),
        })
    }
}

/// The method of a request.
#[derive(Debug)]
enum Asked<'a> {
    Method(Method),
    /// That of one of the routes.
    OfRoute(u8),
    Text(&'a str),
}

impl<'a> Arbitrary<'a> for Asked<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match u.arbitrary::<u8>()? % 8 {
            0..=4 => Self::OfRoute(u.arbitrary()?),
            5 | 6 => Self::Method(method(u)?),
            _ => Self::Text(u.arbitrary()?),
        })
    }
}

/// A piece of the target of a request.
#[derive(Debug)]
enum Piece<'a> {
    /// The path of one of the routes, its parameters filled with one word.
    Route(u8, &'static str),
    /// A slash and a word.
    Word(&'static str),
    /// One of [`SIGNS`].
    Sign(&'a str),
    Text(&'a str),
}

impl<'a> Arbitrary<'a> for Piece<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match u.arbitrary::<u8>()? % 8 {
            0..=2 => Self::Route(u.arbitrary()?, word(u)?),
            3 | 4 => Self::Word(word(u)?),
            5 | 6 => Self::Sign(u.choose(&SIGNS)?),
            _ => Self::Text(u.arbitrary()?),
        })
    }
}

/// One of [`WORDS`], mostly of the first two, so that routes often share a path.
fn word(u: &mut Unstructured<'_>) -> arbitrary::Result<&'static str> {
    let words = if u.ratio(3, 4)? { WORDS.get(..2).unwrap_or_default() } else { &WORDS };
    u.choose(words).copied()
}

/// Looks a request up among routes, both read from `input`.
///
/// # Panics
/// When the routes make no valid artifact, or the look-up finds another route than trying them all does.
pub fn find(input: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(input)) else { return };
    let routes = sorted(&input.routes);
    let tables = Tables { routes: (!routes.is_empty()).then(|| route_tables(&routes)), ..Tables::default() };
    let bytes = encode(&tables, "fuzz");
    let Some(artifact) = loads(&bytes) else { return };
    let method = match &input.method {
        Asked::Method(method) => method.as_str(),
        Asked::OfRoute(number) => pick(&routes, *number).map_or("GET", |(method, _)| method.as_str()),
        Asked::Text(text) => text,
    };
    let target: String = input.target.iter().map(|piece| piece.text(&routes)).collect();
    let (found, expected) = (look_up(&artifact, method, &target), plain::find(&routes, method, &target));
    assert_eq!(found, expected, "{method} {target:?} among {routes:?}");
}

/// The path that is found and the values of its parameters.
type Found = Result<(String, Vec<String>), NoMatch>;

fn look_up(artifact: &Artifact<'_>, method: &str, target: &str) -> Found {
    let Ok(Some(routes)) = artifact.routes() else {
        return plain::find(&[], method, target);
    };
    let found = routes.find(method, target)?;
    let named = found.params().map(|(name, _)| name);
    assert!(named.eq(found.route().path.split('/').filter_map(|part| part.strip_prefix(':'))));
    let values = found.params().map(|(_, value)| value.into_owned());
    Ok((found.route().path.to_owned(), values.collect()))
}

impl Piece<'_> {
    fn text(&self, routes: &[(Method, String)]) -> String {
        match self {
            Self::Route(number, word) => {
                let segment =
                    |part: &str| if part.starts_with(':') { (*word).to_owned() } else { part.to_owned() };
                let path = pick(routes, *number).map_or("", |(_, path)| path);
                path.split('/').map(segment).collect::<Vec<_>>().join("/")
            }
            Self::Word(word) => format!("/{word}"),
            Self::Sign(text) | Self::Text(text) => (*text).to_owned(),
        }
    }
}

fn pick(routes: &[(Method, String)], number: u8) -> Option<&(Method, String)> {
    routes.get(usize::from(number).checked_rem(routes.len())?)
}

/// Valid routes of different shapes, in the order of an artifact.
fn sorted(routes: &[(Method, Vec<Segment<'_>>)]) -> Vec<(Method, String)> {
    let mut paths: Vec<_> = routes.iter().map(|(method, segments)| (*method, path(segments))).collect();
    paths.retain(|(_, path)| path.len() <= limits::PATH_BYTES && !path.starts_with("/__"));
    paths.sort_by_key(|(method, path)| (plain::shape(path), *method));
    paths.dedup_by_key(|(method, path)| (*method, plain::shape(path)));
    paths.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    paths
}

fn path(segments: &[Segment<'_>]) -> String {
    let segment = |(number, segment): (usize, &Segment<'_>)| match segment {
        Segment::Word(word) => format!("/{word}"),
        Segment::Param => format!("/:p{number}"),
        Segment::Text(text) => format!("/{}", literal(text)),
    };
    let path: String = segments.iter().take(limits::PATH_SEGMENTS).enumerate().map(segment).collect();
    if path.is_empty() { "/".to_owned() } else { path }
}

/// What of `text` can stand in the segment of a route.
fn literal(text: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '-');
    let kept: String = text.chars().filter(fits).collect();
    if matches!(kept.as_str(), "" | "." | "..") { "x".to_owned() } else { kept }
}

/// The tables of open routes, which come in the order of an artifact.
#[must_use]
pub fn route_tables(routes: &[(Method, String)]) -> routes::Tables {
    let mut tables = routes::Tables::default();
    for (method, path) in routes {
        let first = tables.params.len();
        for name in path.split('/').filter_map(|segment| segment.strip_prefix(':')) {
            let name = tables.strings.intern(name);
            tables.params.push(ParamRecord { name });
        }
        let record = RouteRecord {
            method: (*method).into(),
            auth: AuthMode::None.into(),
            scope: NONE.into(),
            scope_name: Text::EMPTY,
            path: tables.strings.intern(path),
            handler: tables.strings.intern("h"),
            rate_count: 0.into(),
            rate_unit: RateUnit::Second.into(),
            params: List::since(first, tables.params.len()),
        };
        tables.routes.push(record);
    }
    tables.build_index();
    tables
}
