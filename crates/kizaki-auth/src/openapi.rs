//! The OpenAPI 3.1 description of the service, made of the table of endpoints and of the types of the answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::endpoints::{self, Answer, Endpoint};
use crate::forwarded::ForwardHeaders;
use crate::service::Service;
use crate::settings::Settings;

pub(crate) async fn openapi(State(service): State<Arc<Service>>) -> Json<Value> {
    Json(document(&service.settings))
}

/// The description of a service with these settings.
fn document(settings: &Settings) -> Value {
    let mut schemas = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let paths: Map<_, _> = endpoints::all(settings.forward_headers)
        .iter()
        .map(|endpoint| path(endpoint, settings.forward_headers, &mut schemas))
        .collect();
    let cookie = settings.public_url.session_cookie();
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
            "schemas": schemas.take_definitions(true),
            "securitySchemes": {
                "apiKey": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": cookie },
            },
        },
    })
}

fn path(endpoint: &Endpoint, family: ForwardHeaders, schemas: &mut SchemaGenerator) -> (String, Value) {
    let operation = operation(endpoint, family, schemas);
    let with_id = |method: &&str| {
        let mut operation = operation.clone();
        if let Some(fields) = operation.as_object_mut() {
            let name = endpoint.path.trim_start_matches("/__auth/").replace(['/', '.', '{', '*', '}'], "_");
            fields.insert("operationId".to_owned(), json!(format!("{method}_{name}")));
        }
        ((*method).to_owned(), operation)
    };
    let operations: Map<_, _> = endpoint.methods.iter().map(with_id).collect();
    (endpoint.path.replace("{*", "{"), Value::Object(operations))
}

fn operation(endpoint: &Endpoint, family: ForwardHeaders, schemas: &mut SchemaGenerator) -> Value {
    let answers: Map<_, _> =
        endpoint.answers.iter().map(|one| (one.status.to_string(), answer(one, schemas))).collect();
    let mut operation = json!({
        "summary": endpoint.summary,
        "parameters": parameters(endpoint, family),
        "responses": answers,
    });
    if let (Some(body), Some(fields)) = (endpoint.takes, operation.as_object_mut()) {
        let content = json!({ "application/json": { "schema": body(schemas) } });
        fields.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    if is_authorize(endpoint)
        && let Some(fields) = operation.as_object_mut()
    {
        fields.insert("security".to_owned(), json!([{}, { "apiKey": [] }, { "session": [] }]));
    }
    operation
}

fn parameters(endpoint: &Endpoint, family: ForwardHeaders) -> Vec<Value> {
    let header = |(name, what): &(&str, &str)| json!({ "in": "header", "name": name, "required": true, "description": what, "schema": { "type": "string" } });
    let mut parameters: Vec<_> = endpoint.asks.iter().map(header).collect();
    if let Some(rest) = endpoint.rest() {
        let what = "the path of the original request without its first `/`, slashes included";
        parameters.push(json!({ "in": "path", "name": rest, "required": true, "description": what, "schema": { "type": "string" } }));
    }
    if is_authorize(endpoint) && family != ForwardHeaders::Envoy {
        let what = "answers 403 in place of every refusal but 401 and 503";
        parameters.push(json!({ "in": "query", "name": "deny", "required": false, "description": what, "schema": { "const": "403" } }));
    }
    parameters
}

fn is_authorize(endpoint: &Endpoint) -> bool {
    endpoint.path.starts_with(endpoints::AUTHORIZE)
}

fn answer(answer: &Answer, schemas: &mut SchemaGenerator) -> Value {
    let header = |(name, what): &(&str, &str)| {
        ((*name).to_owned(), json!({ "description": what, "schema": { "type": "string" } }))
    };
    let headers: Map<_, _> = answer.headers.iter().map(header).collect();
    let mut fields = json!({ "description": answer.what, "headers": headers });
    if let (Some(body), Some(fields)) = (answer.body, fields.as_object_mut()) {
        fields.insert("content".to_owned(), json!({ "application/json": { "schema": body(schemas) } }));
    }
    fields
}
