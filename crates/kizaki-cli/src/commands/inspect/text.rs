//! The text form of an artifact: a title, then one piece for each thing worth a look, its name on the left.

use inspire_artifact::Doc;
use inspire_artifact::api_keys::{Actions, ApiKeys, Scope, action};
use inspire_artifact::auth::{Attribute, Auth, Binding, Condition, Operand, PasswordPolicy, Provider};
use inspire_artifact::entity::{Data, Field};
use inspire_artifact::namespace::Namespaces;
use inspire_artifact::policy::{Audience, Policies, Policy};
use inspire_artifact::routes::{AuthMode, Route, Routes};
use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::visible;

use crate::commands::build::{short, size};
use crate::table::Table;

/// The columns that names on the left take.
const MARGIN: usize = 11;
const BOLD: &str = "\u{1b}[1m";
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

/// Text that grows by one piece at a time.
pub(super) struct Sheet {
    text: String,
    width: Option<usize>,
    color: bool,
}

impl Sheet {
    /// An empty sheet of `width` columns, or without a right edge.
    pub(super) fn new(width: Option<usize>, color: bool) -> Self {
        Self { text: String::new(), width, color }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn header(&mut self, name: &str, artifact: &Artifact<'_>) -> Result<(), DecodeError> {
        let (major, minor) = artifact.format_version();
        let producer = visible(&artifact.meta()?.producer).into_owned();
        self.text += &format!(
            "{}  format {major}.{minor}  {}  blake3 {}  by {producer}\n",
            self.styled(&visible(name), BOLD),
            size(artifact.bytes().len()),
            short(artifact.digest()),
        );
        let bytes = |length: u64| size(usize::try_from(length).unwrap_or(usize::MAX));
        let sections: Vec<_> =
            artifact.sections().iter().map(|one| format!("{} {}", one.id, bytes(one.length))).collect();
        let mut table = Table::default();
        table.row([sections.join(", ")]);
        self.piece("Sections", &table);
        Ok(())
    }

    pub(super) fn auth(&mut self, auth: Option<Auth<'_>>) {
        let mut table = Table::default();
        let Some(auth) = auth else {
            table.row(["nobody can sign in"]);
            return self.piece("Sign-in", &table);
        };
        let providers: Vec<_> = auth.providers().map(Provider::as_str).collect();
        table.row([
            providers.join(", "),
            format!("session {}", duration(auth.session_duration_seconds())),
            format!("linking {}", auth.linking().as_str()),
        ]);
        self.piece("Sign-in", &table);
        if let Some(password) = auth.password() {
            let mut table = Table::default();
            table.row(password_rules(&password));
            self.line("Password", &table);
        }
        let mut table = Table::default();
        for attribute in auth.attributes().iter() {
            table.row([declaration(&attribute), source(&attribute)]);
        }
        self.line("Principal", &table);
    }

    pub(super) fn scopes(&mut self, keys: ApiKeys<'_>, routes: Option<Routes<'_>>) {
        let mut counts = std::collections::HashMap::<&str, usize>::new();
        for route in routes.iter().flat_map(|routes| routes.routes().iter()) {
            if let Some(scope) = route.scope {
                *counts.entry(scope).or_default() += 1;
            }
        }
        let mut table = Table::default();
        for scope in keys.scopes().iter() {
            let routes = match counts.get(scope.name).copied().unwrap_or(0) {
                1 => "1 route".to_owned(),
                n => format!("{n} routes"),
            };
            table.row([scope.name.to_owned(), format!("system {}", scope.system), grants(&scope), routes]);
        }
        self.piece("Scopes", &table);
    }

    pub(super) fn routes(&mut self, routes: Routes<'_>) {
        let mut table = Table::default();
        table.row(["METHOD", "PATH", "AUTH", "LIMIT", "HANDLER"]);
        let mark = if self.width.is_none_or(|width| width >= ROOMY) { OPEN_LONG } else { OPEN };
        for route in routes.routes().iter() {
            table.row(row(&route, mark));
        }
        self.piece("Routes", &table);
    }

    pub(super) fn data(&mut self, data: Data<'_>) {
        let mut table = Table::default();
        for entity in data.entities().iter() {
            table.row([
                entity.name.to_owned(),
                names(entity.fields.iter().map(|field: Field<'_>| field.name)),
            ]);
        }
        self.piece("Entities", &table);
        let mut table = Table::default();
        for one in data.enums().iter() {
            table.row([one.name.to_owned(), names(one.members.iter().map(|member| member.name))]);
        }
        self.piece("Enums", &table);
        let mut table = Table::default();
        for one in data.types().iter() {
            table.row([one.name.to_owned(), names(one.fields.iter().map(|field: Field<'_>| field.name))]);
        }
        self.piece("Types", &table);
    }

    /// The policies for people; those of scopes stand with the scopes.
    pub(super) fn policies(&mut self, policies: Policies<'_>, data: Option<Data<'_>>) {
        let mut table = Table::default();
        for policy in policies.policies(data).iter().filter(|policy| policy.to != Audience::System) {
            table.row([
                policy.entity.to_owned(),
                format!("{} {}", policy.effect.as_str(), actions(policy.actions)),
                audience(&policy),
                restriction(&policy),
            ]);
        }
        self.piece("Policies", &table);
    }

    pub(super) fn namespaces(&mut self, namespaces: Namespaces<'_>) {
        let mut table = Table::default();
        for one in namespaces.namespaces().iter() {
            table.row([
                one.name.to_owned(),
                format!("by principal.{}", one.attribute),
                names(one.entities.iter().map(|member| member.entity)),
            ]);
        }
        self.piece("Namespaces", &table);
    }

    /// The doc comments, each with its lines run together.
    pub(super) fn docs(&mut self, docs: &[Doc<'_>]) {
        let mut table = Table::default();
        for doc in docs {
            table.row([doc.subject.clone(), doc.text.split_whitespace().collect::<Vec<_>>().join(" ")]);
        }
        self.piece("Docs", &table);
    }

    /// A piece with a blank line before it.
    pub(super) fn piece(&mut self, name: &str, table: &Table) {
        if !self.text.is_empty() && !table.is_empty() {
            self.text.push('\n');
        }
        self.line(name, table);
    }

    /// A piece right below the one before.
    pub(super) fn line(&mut self, name: &str, table: &Table) {
        let mut margin = format!("{}{}", self.styled(name, BOLD), " ".repeat(MARGIN - name.len()));
        for line in table.lines(self.width.map(|width| width.saturating_sub(MARGIN))) {
            let is_open = line.contains(OPEN);
            self.text += &margin;
            self.text += &if is_open { self.styled(&line, YELLOW) } else { line };
            self.text.push('\n');
            margin = " ".repeat(MARGIN);
        }
    }

    fn styled(&self, text: &str, style: &str) -> String {
        if self.color { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }
}

/// The mark of a route that nobody guards.
const OPEN: &str = "← open";
/// The same where there is room.
const OPEN_LONG: &str = "← open: the handler must check the caller";
/// Columns from which on there is room.
const ROOMY: usize = 110;

fn row(route: &Route<'_>, mark: &str) -> Vec<String> {
    let auth = match route.scope {
        Some(scope) => format!("apiKey({scope})"),
        None => route.auth.as_str().to_owned(),
    };
    let limit = match route.rate_limit {
        Some(limit) => format!("{}/{}", limit.count, limit.unit.as_str()),
        None => "–".to_owned(),
    };
    let mut row =
        vec![route.method.as_str().to_owned(), route.path.to_owned(), auth, limit, route.handler.to_owned()];
    if route.auth == AuthMode::None {
        row.push(mark.to_owned());
    }
    row
}

fn password_rules(password: &PasswordPolicy) -> Vec<String> {
    let kinds = [
        (password.require_uppercase, "upper case"),
        (password.require_lowercase, "lower case"),
        (password.require_digit, "digit"),
        (password.require_special, "special character"),
    ];
    let kinds: Vec<_> = kinds.iter().filter(|(required, _)| *required).map(|(_, kind)| *kind).collect();
    let mut rules = vec![format!("{}–{} characters", password.min_length, password.max_length)];
    if !kinds.is_empty() {
        rules.push(format!("with {}", kinds.join(", ")));
    }
    rules.push(format!("common passwords {}", if password.block_common { "refused" } else { "allowed" }));
    rules.push(format!("breach check {}", if password.breach_check { "on" } else { "off" }));
    rules
}

fn declaration(attribute: &Attribute<'_>) -> String {
    let array = if attribute.array { "[]" } else { "" };
    let nullable = if attribute.nullable { "?" } else { "" };
    format!("{}: {}{array}{nullable}", attribute.name, attribute.type_name)
}

fn source(attribute: &Attribute<'_>) -> String {
    let place = format!("{}.{}", attribute.entity, attribute.field);
    let conditions: Vec<_> =
        attribute.conditions.iter().map(|condition| equality(attribute.entity, &condition)).collect();
    let narrowed =
        if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" && ")) };
    match attribute.binding {
        Binding::User => format!("from {place}"),
        Binding::SelectFrom => format!("chosen from {place}{narrowed}"),
        Binding::From if attribute.single_row => format!("from {place}{narrowed} (one row)"),
        Binding::From => format!("from {place}{narrowed} (several rows may match)"),
    }
}

fn equality(entity: &str, condition: &Condition<'_>) -> String {
    let value = match condition.equals {
        Operand::String(text) => format!("{text:?}"),
        Operand::Int(number) => number.to_string(),
        Operand::Decimal(number) => number.to_string(),
        Operand::Bool(value) => value.to_string(),
        Operand::PrincipalId => "principal.id".to_owned(),
        Operand::Attribute(name) => format!("principal.{name}"),
    };
    format!("{entity}.{} == {value}", condition.field)
}

/// What a scope may do: `read Guild; read, write Membership (some rows or fields)`.
fn grants(scope: &Scope<'_>) -> String {
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    let mut tails = Vec::new();
    for grant in scope.grants.iter() {
        let words = actions(grant.actions);
        let tail = if grant.unconditional == grant.actions { "" } else { " (some rows or fields)" };
        match parts.iter_mut().zip(&tails).find(|((same, _), other)| *same == words && **other == tail) {
            Some(((_, entities), _)) => entities.push(grant.entity),
            None => {
                parts.push((words, vec![grant.entity]));
                tails.push(tail);
            }
        }
    }
    let parts: Vec<_> = parts
        .iter()
        .zip(tails)
        .map(|((words, entities), tail)| format!("{words} {}{tail}", entities.join(", ")))
        .collect();
    if parts.is_empty() { "may do nothing".to_owned() } else { parts.join("; ") }
}

/// Actions as they are written: `write` is `insert` and `update`.
fn actions(actions: Actions) -> String {
    let write = action::INSERT | action::UPDATE;
    if !actions.contains(write) {
        return names(actions.words());
    }
    let others = Actions(actions.0 & !write);
    let mut words: Vec<_> = others.words().collect();
    words.insert(words.iter().take_while(|word| **word == "read").count(), "write");
    words.join(", ")
}

fn audience(policy: &Policy<'_>) -> String {
    match (policy.to, policy.role) {
        (Audience::Public, _) => "to anyone".to_owned(),
        (_, Some(role)) => format!("to role({role})"),
        _ => "to signed-in users".to_owned(),
    }
}

fn restriction(policy: &Policy<'_>) -> String {
    let mut parts = Vec::new();
    for bit in [action::READ, action::INSERT, action::UPDATE, action::DELETE] {
        let fields =
            policy.fields.iter().filter(|field| field.action == Actions(bit)).map(|field| field.field);
        let fields = names(fields);
        if !fields.is_empty() {
            parts.push(format!("only {} {fields}", actions(Actions(bit))));
        }
    }
    if let Some(via) = policy.via {
        parts.push(format!("via {}", via.junction));
    }
    if !policy.condition.is_empty() {
        parts.push(format!("where {}", policy.condition));
    }
    parts.join(" ")
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Seconds in the largest unit that has no rest.
pub(super) fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (length, unit) =
        units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    let count = seconds / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
