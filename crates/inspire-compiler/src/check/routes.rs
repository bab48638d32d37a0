//! Routes: groups flattened, every route with its whole path, its authentication and its rate limit.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Argument, Name, RouteGroup, RouteMember, Value, ValueKind};
use rustc_hash::FxHashMap;

use super::api_keys::Systems;
use super::paths::{self, Part};
use super::{Checker, overlap, setting};
use crate::model::{Access, Method, Rate, Route};

/// The routes of a schema.
pub(crate) struct RoutesChecked<'a> {
    /// Sorted by path and method.
    pub(crate) model: Vec<Route<'a>>,
    /// Whether some `auth: apiKey(…)` stands in the text.
    pub(crate) uses_api_keys: bool,
    /// Whether routes may be missing because something could not be read or is wrong.
    pub(crate) partial: bool,
}

/// Checks and flattens all routes.
pub(crate) fn check<'a>(cx: &mut Checker<'a>, systems: &Systems<'a>) -> RoutesChecked<'a> {
    let has_auth = cx.names.auth.is_some() || cx.names.may_be_lost("auth");
    let partial = cx.names.may_be_lost("routes");
    let groups = std::mem::take(&mut cx.names.routes);
    let mut walk = Walk {
        cx,
        systems,
        has_auth,
        file: FileId(0),
        routes: Vec::new(),
        without_auth: Vec::new(),
        path: String::new(),
        uses_api_keys: false,
        partial,
    };
    for declared in &groups {
        walk.file = declared.file;
        walk.group(declared.node, "", Inherited { auth: None, rate: None });
        walk.missing_auth();
    }
    let Walk { routes, uses_api_keys, partial, .. } = walk;
    cx.names.routes = groups;
    let whole =
        routes.iter().filter_map(|(route, access)| access.map(|_| route.location)).count() == routes.len();
    let routes = sorted(routes);
    overlap::check(cx, systems, &routes);
    handlers_are_not_mixed(cx, &routes);
    let model = routes.into_iter().map(|(route, _)| route).collect();
    RoutesChecked { model, uses_api_keys, partial: partial || !whole }
}

/// The routes by path, method and place. Most comparisons are decided by eight bytes that stand beside the number.
fn sorted<'a>(mut routes: Vec<Found<'a>>) -> Vec<Found<'a>> {
    let first = routes.first().map_or(&[][..], |(route, _)| route.path.as_bytes());
    let common = routes.iter().fold(first.len(), |common, (route, _)| {
        let same = route.path.bytes().zip(first).take(common).take_while(|(a, b)| a == *b);
        same.count()
    });
    let mut keys: Vec<(u64, u32)> = (0..)
        .zip(&routes)
        .map(|(i, (route, _))| {
            let bytes = route.path.bytes().skip(common).chain([0; 8]).take(8);
            (bytes.fold(0, |key, byte| key << 8 | u64::from(byte)), i)
        })
        .collect();
    let whole = |i: u32| routes.get(i as usize).map(|(route, _)| (route.path, route.method, route.location));
    keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| whole(a.1).cmp(&whole(b.1))));
    // Each route goes straight to its place, so that no second table of them is needed.
    let mut places = vec![0u32; keys.len()];
    for (place, (_, i)) in (0..).zip(keys) {
        if let Some(slot) = places.get_mut(i as usize) {
            *slot = place;
        }
    }
    for i in 0..places.len() {
        while let Some(place) = places.get(i).map(|place| *place as usize).filter(|place| *place != i) {
            routes.swap(i, place);
            places.swap(i, place);
        }
    }
    routes
}

/// A route, and its access unless that was reported as wrong.
pub(crate) type Found<'a> = (Route<'a>, Option<Access>);

/// What a route takes from the groups around it.
#[derive(Clone, Copy)]
struct Inherited {
    /// None where nothing was said; the inner option is none for something wrong, which was reported.
    auth: Option<Option<Access>>,
    rate: Option<Rate>,
}

pub(super) struct Walk<'r, 'a> {
    pub(super) cx: &'r mut Checker<'a>,
    pub(super) systems: &'r Systems<'a>,
    pub(super) has_auth: bool,
    file: FileId,
    routes: Vec<Found<'a>>,
    /// The routes of the outermost group at hand that nothing gives an `auth`.
    without_auth: Vec<(&'a ast::Route<'a>, &'a str)>,
    path: String,
    pub(super) uses_api_keys: bool,
    partial: bool,
}

impl<'a> Walk<'_, 'a> {
    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn group(&mut self, node: &'a RouteGroup<'a>, outer: &'a str, inherited: Inherited) {
        self.partial |= node.partial;
        let (positional, options) = split(node.arguments);
        let prefix = self.prefix(node, positional.first().copied());
        for extra in positional.iter().skip(1) {
            self.stray_argument(extra);
        }
        let mut inherited = self.options(&options, inherited);
        if node.arguments.iter().any(|argument| matches!(argument.value.kind, ValueKind::Malformed)) {
            // What stood behind the malformed argument is not known; the routes may well have their `auth`.
            inherited.auth = inherited.auth.or(Some(None));
        }
        let prefix = match prefix {
            Some(prefix) => self.join(outer, prefix),
            None => {
                self.partial = true;
                outer
            }
        };
        for member in node.members {
            match member {
                RouteMember::Group(group) => self.group(group, prefix, inherited),
                RouteMember::Route(route) => self.route(route, prefix, inherited),
            }
        }
    }

    fn join(&mut self, prefix: &str, path: &str) -> &'a str {
        paths::join(prefix, path, &mut self.path);
        self.cx.bump.alloc_str(&self.path)
    }

    fn prefix(&mut self, node: &RouteGroup<'a>, argument: Option<&Argument<'a>>) -> Option<&'a str> {
        match argument.map(|argument| argument.value) {
            Some(Value { kind: ValueKind::String(text), span }) => {
                match paths::check(text, Part::Prefix, self.at(span)) {
                    Some(diagnostic) => {
                        self.cx.report(diagnostic);
                        None
                    }
                    None => Some(text),
                }
            }
            Some(Value { kind: ValueKind::Malformed, .. }) => None,
            other => {
                let span = other.map_or(node.arguments_span, |value| value.span);
                let new = Diagnostic::new(
                    Code::MalformedPath,
                    self.at(span),
                    "a group of routes starts with its prefix",
                )
                .label("no prefix in quotes")
                .help("write `routes(\"/v1\") { … }`; the prefix `\"/\"` adds nothing to the paths");
                self.cx.report(new);
                None
            }
        }
    }

    fn route(&mut self, node: &'a ast::Route<'a>, prefix: &'a str, inherited: Inherited) {
        let method = self.method(node.method);
        let place = self.at(node.path.span);
        let part = paths::check(node.path.text, Part::Route, place);
        let well_formed = part.is_none();
        self.cx.diagnostics.extend(part);
        let (positional, options) = split(node.arguments);
        for extra in &positional {
            self.stray_argument(extra);
        }
        let own = self.options(&options, inherited);
        let path = self.join(prefix, node.path.text);
        if own.auth.is_none() {
            self.without_auth.push((node, path));
        }
        self.handler(node.handler);
        let whole = if well_formed { paths::check_whole(path, place) } else { None };
        let usable = well_formed && whole.is_none();
        self.cx.diagnostics.extend(whole);
        match method {
            Some(method) if usable => {
                let access = own.auth.flatten();
                let route = Route {
                    method,
                    path,
                    access: access.unwrap_or(Access::Session),
                    rate_limit: own.rate,
                    handler: node.handler.text,
                    location: place,
                    start: node.method.span.start,
                };
                self.routes.push((route, access));
            }
            _ => self.partial = true,
        }
    }

    fn handler(&mut self, name: Name<'a>) {
        if name.text.starts_with("__") {
            let place = self.at(name.span);
            self.cx.report(crate::resolve::reserved_name(place, name.text));
        }
    }

    fn method(&mut self, name: Name<'a>) -> Option<Method> {
        if let Some(method) = Method::parse(name.text) {
            return Some(method);
        }
        let place = self.at(name.span);
        let upper = name.text.to_ascii_uppercase();
        let known = Method::parse(&upper);
        let new = if known.is_some() {
            Diagnostic::new(
                Code::MethodCase,
                place,
                format!("the method `{}` is written `{upper}`", name.text),
            )
            .label("not in upper case")
            .help(format!("write `{upper}`"))
            .fix(format!("replace with `{upper}`"), place, upper)
        } else {
            let words = Method::ALL.map(|(word, _)| word);
            let new =
                Diagnostic::new(Code::UnknownMethod, place, format!("no method is named `{}`", name.text))
                    .label("unknown method");
            match closest(name.text, words) {
                Some(word) => new.did_you_mean(place, Some(word)),
                None => new.help(format!("the methods are {}", setting::list(&words))),
            }
        };
        self.cx.report(new);
        known
    }

    #[cold]
    fn stray_argument(&mut self, argument: &Argument<'a>) {
        if matches!(argument.value.kind, ValueKind::Malformed) {
            return;
        }
        let place = self.at(argument.value.span);
        let text = self.cx.sources.slice(place).to_owned();
        let new = Diagnostic::new(Code::UnknownOption, place, "an option has its name before it")
            .label("which option?");
        let is_mode = matches!(setting::word(&argument.value), Some("session" | "none" | "apiKey"))
            || matches!(argument.value.kind, ValueKind::Call(..));
        let new = match argument.value.kind {
            ValueKind::Rate(..) => {
                let text = format!("rateLimit: {text}");
                new.help(format!("write `{text}`")).suggestion(format!("replace with `{text}`"), place, text)
            }
            _ if is_mode => {
                let text = format!("auth: {text}");
                new.help(format!("write `{text}`")).suggestion(format!("replace with `{text}`"), place, text)
            }
            _ => new.help("the options are `auth: …` and `rateLimit: …`"),
        };
        self.cx.report(new);
    }

    fn options(&mut self, options: &[(Name<'a>, Value<'a>)], inherited: Inherited) -> Inherited {
        let mut own = inherited;
        for (i, (name, value)) in options.iter().enumerate() {
            let place = self.at(name.span);
            if let Some((first, _)) = options.iter().take(i).find(|(first, _)| first.text == name.text) {
                let new = setting::duplicate_key(name.text, place, self.at(first.span));
                self.cx.report(new);
                continue;
            }
            match name.text {
                "auth" => own.auth = Some(self.access(value)),
                "rateLimit" => own.rate = self.rate(value),
                _ => {
                    let new = Diagnostic::new(
                        Code::UnknownOption,
                        place,
                        format!("routes have no option `{}`", name.text),
                    )
                    .label("unknown option");
                    let meant = match name.text {
                        "scope" | "access" | "authentication" => Some("auth"),
                        "limit" | "rate" | "throttle" => Some("rateLimit"),
                        other => closest(other, ["auth", "rateLimit"]),
                    };
                    self.cx.report(match meant {
                        Some(_) => new.did_you_mean(place, meant),
                        None => new.help("the options are `auth` and `rateLimit`"),
                    });
                }
            }
        }
        own
    }

    fn rate(&mut self, value: &Value<'a>) -> Option<Rate> {
        match value.kind {
            ValueKind::Rate(count, unit) => return Some(Rate { count, unit }),
            ValueKind::Malformed => {}
            _ => {
                let what = setting::describe(value);
                let new =
                    Diagnostic::new(Code::MalformedRate, self.at(value.span), format!("{what} is no rate"))
                        .label("not a rate")
                        .help(
                            "write a count, a slash and `second`, `minute`, `hour` or `day`: `1000/minute`",
                        );
                self.cx.report(new);
            }
        }
        None
    }

    /// Reports the routes of one outermost group that nothing gives an `auth`: once, at the first of them.
    fn missing_auth(&mut self) {
        let missing = std::mem::take(&mut self.without_auth);
        let Some(((node, path), rest)) = missing.split_first() else { return };
        let label = match rest.len() {
            0 => "no `auth` here or in a group around it".to_owned(),
            1 => "no `auth` here or in a group around it (and 1 more route in this group)".to_owned(),
            more => format!("no `auth` here or in a group around it (and {more} more routes in this group)"),
        };
        let place = self.at(node.method.span.to(node.path.span));
        let method = node.method.text;
        let new = Diagnostic::new(Code::MissingAuth, place, format!("route `{method} {path}` does not say who may call it"))
            .label(label)
            .help("add `auth: session`, `auth: apiKey(scope)`, or `auth: none` if the handler checks the caller itself");
        self.cx.report(new);
    }
}

/// The arguments without a label, and those with one.
fn split<'a>(arguments: &'a [Argument<'a>]) -> (Vec<&'a Argument<'a>>, Vec<(Name<'a>, Value<'a>)>) {
    let positional = arguments.iter().filter(|argument| argument.label.is_none()).collect();
    let options = arguments.iter().filter_map(|argument| Some((*argument.label?, argument.value))).collect();
    (positional, options)
}

/// A handler that runs with and without a checked caller easily trusts the wrong one.
fn handlers_are_not_mixed<'a>(cx: &mut Checker<'a>, routes: &[Found<'a>]) {
    let open = routes.iter().filter(|(_, access)| *access == Some(Access::None)).count();
    if open == 0 || open == routes.len() {
        return;
    }
    let mut first: FxHashMap<&str, (bool, Location, bool)> = FxHashMap::default();
    first.reserve(routes.len());
    let mut mixed: Vec<(&str, Location, Location)> = Vec::new();
    for (route, access) in routes {
        let Some(access) = access else { continue };
        let open = *access == Access::None;
        let entry = first.entry(route.handler).or_insert((open, route.location, false));
        if entry.0 != open && !entry.2 {
            entry.2 = true;
            mixed.push((route.handler, entry.1.max(route.location), entry.1.min(route.location)));
        }
    }
    for (handler, place, other) in mixed {
        let new = Diagnostic::new(
            Code::HandlerMixedAuth,
            place,
            format!("`{handler}` is reached with authentication and without"),
        )
        .label("one way in")
        .related(other, "another way in, with another check")
        .help("use two handlers, so that each knows whether the caller was checked");
        cx.report(new);
    }
}
