//! Checking: syntax trees and name tables → the model, or what is wrong.
//!
//! This file is the table of contents: it calls the rules in order. A rule is a function named for what must hold; it
//! stands in the file of the thing it is about and builds its own diagnostic.

mod annotation;
mod api_keys;
mod attribute_order;
mod auth;
mod clause;
mod comparison;
mod condition;
mod constant;
mod defaults;
mod email;
mod entity;
mod field;
mod fields;
mod hook;
mod integrations;
mod keys;
mod limits;
mod names;
mod namespace;
mod network;
mod order;
mod overlap;
mod password;
mod paths;
mod payments;
mod policy;
mod principal;
mod recursion;
mod route_auth;
mod routes;
mod secret;
mod setting;
pub(crate) mod types;
mod user_link;
mod validation;
mod via;

use bumpalo::Bump;
use inspire_diagnostics::{Diagnostic, FileId, Severity, SourceMap};
use inspire_syntax::Parsed;
use rustc_hash::FxHashSet;

use crate::model::{EnumId, Schema};
use crate::resolve::{Names, resolve};

/// What the rules read, and where they report.
pub(crate) struct Checker<'a> {
    /// The arena that texts made by the checker live in.
    bump: &'a Bump,
    names: Names<'a>,
    sources: &'a SourceMap,
    /// The members of all enums.
    members: FxHashSet<(EnumId, &'a str)>,
    /// The names of all plans.
    plans: FxHashSet<&'a str>,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// What the checker found.
pub struct Checked<'a> {
    /// The model; present exactly when there was no error.
    pub schema: Option<Schema<'a>>,
    /// Everything that was found, syntax aside.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks the files of one schema together.
///
/// `syntax_is_clean` tells whether every file was read without an error; if not, there is no model.
pub fn check<'a>(
    sources: &'a SourceMap,
    files: &[(FileId, &Parsed<'a>)],
    bump: &'a Bump,
    syntax_is_clean: bool,
) -> Checked<'a> {
    let mut diagnostics = Vec::new();
    let names = resolve(files, &mut diagnostics);
    let plans = names.payments.map_or(&[][..], |payments| payments.node.plans);
    let plans = plans.iter().map(|plan| plan.name.text).collect();
    let mut cx = Checker { bump, names, sources, members: FxHashSet::default(), plans, diagnostics };

    let namespaces = namespace::read(&mut cx);
    let fields = fields::lay_out(&mut cx, &namespaces);
    let mut data = entity::check(&mut cx, &fields);
    let auth = auth::check(&mut cx, &data, &fields);
    let attributes = principal::table(&auth);
    let namespaces = namespace::check(&mut cx, &mut data, &fields, namespaces, &attributes);
    let validations = validation::check(&mut cx, &mut data, &fields);
    let mut systems = api_keys::collect(&mut cx);
    let policies = policy::check(&mut cx, &data, &fields, &attributes, &namespaces, &mut systems);
    let routes = routes::check(&mut cx, &systems);
    api_keys::scopes_are_used(&mut cx, &systems, &routes, &policies);
    let payments = payments::check(&mut cx);
    entity::policies_exist(&mut cx, &data, &auth, &policies, payments.as_ref());
    let hooks = hook::check(&mut cx, &data, &fields);
    let schedules = hook::schedule::check(&mut cx);
    let integrations = integrations::check(&mut cx);
    let network = network::check(&mut cx);
    let email = email::check(&mut cx);

    let clean = syntax_is_clean && !cx.diagnostics.iter().any(is_error);
    let schema = clean.then(|| {
        let (systems, scopes) = systems.into_model();
        Schema {
            auth: auth.into_model(),
            data,
            policies: policies.model,
            systems,
            scopes,
            routes: routes.model,
            namespaces: namespaces.model,
            hooks,
            schedules,
            validations,
            payments,
            integrations,
            network,
            email,
        }
    });
    let mut diagnostics = cx.diagnostics;
    if let Some(schema) = &schema {
        limits::hold(files, schema, &mut diagnostics);
    }
    let schema = schema.filter(|_| !diagnostics.iter().any(is_error));
    Checked { schema, diagnostics }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}
