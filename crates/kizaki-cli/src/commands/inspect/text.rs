//! The text form of an artifact: a title, then one piece for each thing worth a look, its name on the left.

use inspire::words;
use inspire_artifact::Doc;
use inspire_artifact::api_keys::{Actions, ApiKeys, Scope, action};
use inspire_artifact::auth::{Attribute, Auth, Provider};
use inspire_artifact::entity::{Data, Field};
use inspire_artifact::namespace::Namespaces;
use inspire_artifact::policy::{Audience, Policies, Policy};
use inspire_artifact::routes::{AuthMode, Route, Routes};
use inspire_artifact::signature::{Signature, SignatureError};
use inspire_artifact::{Artifact, DecodeError};
use inspire_diagnostics::visible;

use crate::commands::build::{short, size};
use crate::commands::signing;
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

    /// What the file says of its signature, which an inspection does not check.
    pub(super) fn signature(&mut self, signature: Result<Option<Signature>, SignatureError>) {
        let told = match signature {
            Ok(None) => return,
            Ok(Some(signature)) => {
                format!("{} (not checked: see kizaki verify --key)", signing::words(&signature))
            }
            Err(error) => error.to_string(),
        };
        let mut table = Table::default();
        table.row([told]);
        self.line("Signature", &table);
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
            format!("session {}", words::duration(auth.session_duration_seconds())),
            format!("linking {}", auth.linking().as_str()),
        ]);
        self.piece("Sign-in", &table);
        if let Some(password) = auth.password() {
            let mut table = Table::default();
            table.row(words::password_rules(&password));
            self.line("Password", &table);
        }
        let mut table = Table::default();
        for attribute in auth.attributes().iter() {
            table.row([words::declaration(&attribute), source(&attribute)]);
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
                format!("{} {}", policy.effect.as_str(), words::actions(policy.actions)),
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
    let limit = route.rate_limit.map_or_else(|| "–".to_owned(), words::rate_limit);
    let (method, path, handler) = (route.method.as_str(), route.path, route.handler);
    let mut row = vec![method.to_owned(), path.to_owned(), words::auth(route), limit, handler.to_owned()];
    if route.auth == AuthMode::None {
        row.push(mark.to_owned());
    }
    row
}

fn source(attribute: &Attribute<'_>) -> String {
    let (before, behind) = words::binding(attribute);
    format!("{before}{}{behind}", words::source(attribute))
}

/// What a scope may do: `read Guild; read, write Membership (some rows or fields)`.
fn grants(scope: &Scope<'_>) -> String {
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    let mut tails = Vec::new();
    for grant in scope.grants.iter() {
        let words = words::actions(grant.actions);
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
            parts.push(format!("only {} {fields}", words::actions(Actions(bit))));
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
