//! System principals and the scopes of API keys.

use heck::{ToPascalCase, ToSnakeCase};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Setting, ValueKind};
use rustc_hash::FxHashMap;

use super::policy::PoliciesChecked;
use super::routes::RoutesChecked;
use super::{Checker, setting};
use crate::model::policy::action;
use crate::model::{Access, Method, Scope, ScopeId, System, SystemId, SystemKind};
use crate::resolve::{duplicate_name, reserved_name};

/// A system principal while it is checked.
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) location: Location,
    pub(crate) kind: SystemKind<'a>,
    pub(crate) file: FileId,
    pub(crate) node: &'a ast::System<'a>,
    /// The scope's name, if it is the principal of one.
    scope: Option<Name<'a>>,
    /// Its policies among all: from and up to.
    pub(crate) policies: (u32, u32),
}

/// All system principals and scopes.
pub(crate) struct Systems<'a> {
    /// Sorted by name.
    pub(crate) entries: Vec<Entry<'a>>,
    /// The declared roles, as they are written in `role(…)`.
    pub(crate) roles: FxHashMap<String, SystemId>,
    /// The scopes, sorted by name.
    pub(crate) scopes: Vec<(Name<'a>, Location, SystemId)>,
    scope_ids: FxHashMap<&'a str, ScopeId>,
    /// Whether the schema has an `apiKeys` block.
    pub(crate) has_api_keys: bool,
    /// Whether scopes or roles may be missing because something could not be read.
    pub(crate) partial: bool,
}

impl<'a> Systems<'a> {
    /// The scope called `name`.
    pub(crate) fn scope(&self, name: &str) -> Option<ScopeId> {
        self.scope_ids.get(name).copied()
    }

    /// The principals and scopes as they stand in the model.
    pub(crate) fn into_model(self) -> (Vec<System<'a>>, Option<Vec<Scope<'a>>>) {
        let scopes = self.scopes.iter().map(|(name, location, system)| Scope {
            name: name.text,
            location: *location,
            system: *system,
            policies: self.entries.get(system.0 as usize).map_or((0, 0), |entry| entry.policies),
        });
        let scopes = self.has_api_keys.then(|| scopes.collect());
        let systems = self.entries.into_iter().map(|entry| System {
            name: entry.name,
            location: entry.location,
            start: entry.node.keyword.start,
            kind: entry.kind,
        });
        (systems.collect(), scopes)
    }
}

/// Collects the system principals and scopes, and checks their names.
pub(crate) fn collect<'a>(cx: &mut Checker<'a>) -> Systems<'a> {
    let mut partial = cx.names.may_be_lost("apiKeys");
    let mut entries = Vec::new();
    for declared in cx.names.systems.clone() {
        partial |= declared.node.partial;
        entries.extend(top_level(cx, declared.file, declared.node));
    }
    if let Some(declared) = cx.names.api_keys {
        partial |= declared.node.body.partial;
        partial |= scopes(cx, declared.file, declared.node, &mut entries);
    }
    entries.sort_by_key(|entry| (entry.name, entry.location));
    one_system_a_name(cx, &mut entries);
    let mut systems = Systems {
        roles: FxHashMap::default(),
        scopes: Vec::new(),
        scope_ids: FxHashMap::default(),
        has_api_keys: cx.names.api_keys.is_some(),
        partial,
        entries,
    };
    for (id, entry) in (0..).map(SystemId).zip(&systems.entries) {
        match entry.kind {
            SystemKind::Role(_) => {
                let role = entry.name.to_pascal_case();
                let first = systems.roles.get(&role).and_then(|first| systems.entries.get(first.0 as usize));
                if let Some(first) = first.filter(|first| first.name != entry.name) {
                    cx.report(duplicate_name(&role, entry.location, first.location));
                }
                systems.roles.insert(role, id);
            }
            SystemKind::Scope => systems
                .scopes
                .extend(entry.scope.map(|name| (name, Location::new(entry.file, name.span), id))),
            SystemKind::System => {}
        }
    }
    systems.scopes.sort_by_key(|(name, location, _)| (name.text, *location));
    let ids = systems.scopes.iter().zip((0..).map(ScopeId)).map(|((name, ..), id)| (name.text, id));
    systems.scope_ids = ids.collect();
    systems
}

fn top_level<'a>(cx: &mut Checker<'a>, file: FileId, node: &'a ast::System<'a>) -> Option<Entry<'a>> {
    setting::keys_are_known(cx, file, "`@system`", node.settings, &["displayName"], |_, _| None);
    let display = setting::find(node.settings, "displayName").and_then(|setting| match setting.value.kind {
        ValueKind::String(text) if !text.trim().is_empty() => Some(text),
        _ => {
            let help = "write the name people see: `displayName: \"Guild master\"`";
            setting::wrong_value(cx, file, "displayName", "a text", &setting.value, help);
            None
        }
    });
    let (name, location) = system_name(cx, file, node)?;
    let kind = display.map_or(SystemKind::System, SystemKind::Role);
    Some(Entry { name, location, kind, file, node, scope: None, policies: (0, 0) })
}

/// The name in `@system("name")`.
fn system_name<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    node: &'a ast::System<'a>,
) -> Option<(&'a str, Location)> {
    let place = Location::new(file, node.arguments_span);
    if let [argument] = node.arguments
        && argument.label.is_none()
        && let ValueKind::String(name) = argument.value.kind
    {
        let place = Location::new(file, argument.value.span);
        if !is_snake_case(name) {
            cx.report(malformed_name(place, name));
        }
        return Some((name, place));
    }
    let malformed = node.arguments.iter().any(|argument| matches!(argument.value.kind, ValueKind::Malformed));
    if !malformed {
        let new = Diagnostic::new(Code::MalformedSystemName, place, "`@system` takes its name, one string")
            .label("not one string")
            .help("write `@system(\"api_read\")`");
        cx.report(new);
    }
    None
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__")
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cold]
fn malformed_name(place: Location, name: &str) -> Diagnostic {
    let message =
        if name.is_empty() { "the name is empty".to_owned() } else { format!("`{name}` is no system name") };
    let new = Diagnostic::new(Code::MalformedSystemName, place, message).label("not in snake_case");
    let snake = name.to_snake_case();
    if is_snake_case(&snake) {
        new.help(format!("write `{snake}`")).suggestion(
            format!("replace with `{snake}`"),
            place,
            format!("\"{snake}\""),
        )
    } else {
        new.help("system names are lower-case words with underscores between them, such as `api_read`")
    }
}

/// Collects the scopes of `apiKeys`; true if some may be missing because something could not be read.
fn scopes<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    node: &'a ast::ApiKeys<'a>,
    entries: &mut Vec<Entry<'a>>,
) -> bool {
    let settings = node.body.settings;
    let meant = setting::keys_are_known(cx, file, "`apiKeys`", settings, &["scopes"], |_, _| None);
    let Some(setting) = setting::find(settings, "scopes") else {
        if !node.body.partial && meant.is_empty() {
            let place = Location::new(file, node.keyword);
            let new = Diagnostic::new(Code::MissingKey, place, "`apiKeys` has no `scopes`")
                .label("`scopes` is missing")
                .help("add `scopes: { read: @system(\"api_read\") { @grant read on Entity } }`");
            cx.report(new);
        }
        return !meant.is_empty();
    };
    let ValueKind::Block(block) = setting.value.kind else {
        let help = "write `scopes: { read: @system(\"api_read\") { … } }`";
        setting::wrong_value(cx, file, "scopes", "a block", &setting.value, help);
        return true;
    };
    let mut first: FxHashMap<&str, Location> = FxHashMap::default();
    let mut partial = block.partial;
    for setting in block.settings {
        let place = Location::new(file, setting.key.span);
        if let Some(first) = first.get(setting.key.text) {
            cx.report(duplicate_name(setting.key.text, place, *first));
            continue;
        }
        first.insert(setting.key.text, place);
        if setting.key.text.starts_with("__") {
            cx.report(reserved_name(place, setting.key.text));
        }
        match scope(cx, file, setting) {
            Some(entry) => entries.push(entry),
            None => partial = true,
        }
    }
    partial
}

fn scope<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<Entry<'a>> {
    let ValueKind::System(node) = setting.value.kind else {
        let help = "write `@system(\"api_read\") { @grant read on Entity }`";
        setting::wrong_value(cx, file, setting.key.text, "a system principal", &setting.value, help);
        return None;
    };
    setting::keys_are_known(cx, file, "a scope", node.settings, &[], |key, place| {
        (key.text == "displayName").then(|| {
            Diagnostic::new(Code::UnknownKey, place, "a scope has no `displayName`")
                .label("is for roles of people")
                .help("remove it; keys get their names when they are made")
        })
    });
    if node.policies.is_empty() && !node.partial {
        let place = Location::new(file, setting.key.span);
        let new = Diagnostic::new(
            Code::EmptyScope,
            place,
            format!("the scope `{}` grants nothing", setting.key.text),
        )
        .label("no `@grant`")
        .help("add one, such as `@grant read on Entity`, or remove the scope");
        cx.report(new);
    }
    let (name, location) = system_name(cx, file, node)?;
    Some(Entry {
        name,
        location,
        kind: SystemKind::Scope,
        file,
        node,
        scope: Some(setting.key),
        policies: (0, 0),
    })
}

/// Of two principals with one name the later in the text is reported; both stay, so that their scopes stay known.
fn one_system_a_name<'a>(cx: &mut Checker<'a>, entries: &mut [Entry<'a>]) {
    for pair in entries.windows(2) {
        if let [first, second] = pair
            && first.name == second.name
        {
            let new = duplicate_name(first.name, second.location, first.location);
            cx.report(new);
        }
    }
}

/// A scope that no route asks for is of no use; one whose routes only read need not write.
pub(crate) fn scopes_are_used<'a>(
    cx: &mut Checker<'a>,
    systems: &Systems<'a>,
    routes: &RoutesChecked<'a>,
    policies: &PoliciesChecked<'a>,
) {
    // For each scope: how many routes, and how many that may do more than read.
    let mut uses = vec![(0u32, 0u32); systems.scopes.len()];
    for route in &routes.model {
        if let Access::ApiKey(scope) = route.access
            && let Some(uses) = uses.get_mut(scope.0 as usize)
        {
            uses.0 += 1;
            uses.1 += u32::from(!matches!(route.method, Method::Get | Method::Head));
        }
    }
    let any = uses.iter().any(|(all, _)| *all > 0) || routes.uses_api_keys;
    for ((name, place, system), (all, writing)) in systems.scopes.iter().zip(&uses) {
        if *all == 0 && !routes.partial {
            let new = Diagnostic::new(
                Code::UnusedScope,
                *place,
                format!("no route asks for the scope `{}`", name.text),
            )
            .label("opens nothing")
            .help(format!("use it, `auth: apiKey({})`, or remove it", name.text));
            cx.report(if any { new } else { new.as_note() });
        }
        let range = systems.entries.get(system.0 as usize).map_or((0, 0), |entry| entry.policies);
        let granted = policies.model.policies.get(range.0 as usize..range.1 as usize).unwrap_or_default();
        let excess = granted.iter().find(|policy| policy.actions & !action::READ != 0);
        if let (Some(policy), 1.., 0) = (excess, *all, *writing) {
            let new = Diagnostic::new(
                Code::ExcessGrant,
                policy.location,
                format!("the scope `{}` may write, but its routes only read", name.text),
            )
            .label("more than the routes need")
            .related(*place, "every route of this scope is `GET` or `HEAD`")
            .help("grant `read` only, so that a leaked key can do less");
            cx.report(new);
        }
    }
}
