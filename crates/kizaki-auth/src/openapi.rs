//! The OpenAPI 3.1 description of the service, made of the table of endpoints and of the types of the answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::endpoints::{self, Answer, Endpoint, JSON};
use crate::forwarded::ForwardHeaders;
use crate::service::Service;
use crate::settings::Settings;

pub(crate) async fn openapi(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let text = service.description.get_or_init(|| document(&service.settings).to_string().into());
    ([(CONTENT_TYPE, JSON)], text.clone())
}

/// The schemas of bodies that are taken and of those that are answered: they differ in what may be missing.
struct Schemas {
    taken: SchemaGenerator,
    answered: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12()
                .with(|settings| settings.definitions_path = "/components/schemas".into())
        };
        let taken = settings().for_deserialize().into_generator();
        Self { taken, answered: settings().for_serialize().into_generator() }
    }

    /// All that were referred to; no type is both taken and answered.
    fn definitions(&mut self) -> Map<String, Value> {
        let mut all = self.taken.take_definitions(true);
        all.extend(self.answered.take_definitions(true));
        all
    }
}

/// The description of a service with these settings.
fn document(settings: &Settings) -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for endpoint in endpoints::all(settings.forward_headers) {
        // A path may have several endpoints, each with methods of its own.
        let item = paths.entry(endpoint.path.replace("{*", "{")).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.extend(operations(&endpoint, settings.forward_headers, &mut schemas));
        }
    }
    let cookie = settings.public_url.session_cookie();
    let operator = settings.public_url.operator_cookie();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kizaki auth service",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": settings.public_url.to_string() }],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions(),
            "securitySchemes": {
                "apiKey": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": cookie },
                "platform": { "type": "http", "scheme": "bearer" },
                "operator": { "type": "apiKey", "in": "cookie", "name": operator },
            },
        },
    })
}

fn operations(endpoint: &Endpoint, family: ForwardHeaders, schemas: &mut Schemas) -> Map<String, Value> {
    let operation = operation(endpoint, family, schemas);
    let name = endpoint.path.trim_start_matches("/__auth/").trim_start_matches("/__");
    let name = name.replace(['/', '.', '-', '{', '*', '}'], "_");
    let with_id = |method: &&str| {
        let mut operation = operation.clone();
        if let Some(fields) = operation.as_object_mut() {
            fields.insert("operationId".to_owned(), json!(format!("{method}_{name}")));
        }
        ((*method).to_owned(), operation)
    };
    endpoint.methods.iter().map(with_id).collect()
}

fn operation(endpoint: &Endpoint, family: ForwardHeaders, schemas: &mut Schemas) -> Value {
    let answers: Map<_, _> =
        endpoint.answers.iter().map(|one| (one.status.to_string(), answer(one, schemas))).collect();
    let mut operation = json!({
        "summary": endpoint.summary,
        "parameters": parameters(endpoint, family),
        "responses": answers,
    });
    if let (Some(body), Some(fields)) = (endpoint.takes, operation.as_object_mut()) {
        let content = json!({ endpoint.takes_as: { "schema": body(&mut schemas.taken) } });
        fields.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    let security = match endpoint.security {
        Some(scheme) => Some(json!([{ scheme: [] }])),
        None => is_authorize(endpoint).then(|| json!([{}, { "apiKey": [] }, { "session": [] }])),
    };
    if let (Some(security), Some(fields)) = (security, operation.as_object_mut()) {
        fields.insert("security".to_owned(), security);
    }
    operation
}

fn parameters(endpoint: &Endpoint, family: ForwardHeaders) -> Vec<Value> {
    let header = |(name, what): &(&str, &str)| json!({ "in": "header", "name": name, "required": true, "description": what, "schema": { "type": "string" } });
    let mut parameters: Vec<_> = endpoint.asks.iter().map(header).collect();
    if let Some((name, is_rest)) = endpoint.part() {
        let what = match is_rest {
            true => "the path of the original request without its first `/`, slashes included",
            false => "the id, as the list shows it",
        };
        parameters.push(json!({ "in": "path", "name": name, "required": true, "description": what, "schema": { "type": "string" } }));
    }
    let query = |(name, what): &(&str, &str)| json!({ "in": "query", "name": name, "required": false, "description": what, "schema": { "type": "string" } });
    parameters.extend(endpoint.query.iter().map(query));
    if is_authorize(endpoint) && family != ForwardHeaders::Envoy {
        let what = "answers 403 in place of every refusal but 401 and 503";
        parameters.push(json!({ "in": "query", "name": "deny", "required": false, "description": what, "schema": { "const": "403" } }));
    }
    parameters
}

fn is_authorize(endpoint: &Endpoint) -> bool {
    endpoint.path.starts_with(endpoints::AUTHORIZE)
}

fn answer(answer: &Answer, schemas: &mut Schemas) -> Value {
    let header = |(name, what): &(&str, &str)| {
        ((*name).to_owned(), json!({ "description": what, "schema": { "type": "string" } }))
    };
    let headers: Map<_, _> = answer.headers.iter().map(header).collect();
    let mut fields = json!({ "description": answer.what, "headers": headers });
    let mut content = Map::new();
    content
        .extend(answer.body.map(|body| (JSON.to_owned(), json!({ "schema": body(&mut schemas.answered) }))));
    let text = |media: &str| (media.to_owned(), json!({ "schema": { "type": "string" } }));
    content.extend(answer.text.map(text));
    if let (false, Some(fields)) = (content.is_empty(), fields.as_object_mut()) {
        fields.insert("content".to_owned(), Value::Object(content));
    }
    fields
}
