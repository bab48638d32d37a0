//! The OpenAPI description and the service say the same: every operation of the one answers as it says, and what it does
//! not name is not there.

use std::collections::BTreeSet;

use kizaki_auth::ForwardHeaders;
use kizaki_store::{Clock, Lifetime};
use serde_json::Value;

use crate::states::APP;
use crate::support::{Answer, Node, Place, api_key, on_both};

on_both! {
    every_operation_answers_as_described
    what_is_not_described_is_not_there
    an_app_without_sign_in_has_no_config
}

const FAMILIES: [ForwardHeaders; 3] =
    [ForwardHeaders::XForwarded, ForwardHeaders::XOriginal, ForwardHeaders::Envoy];

pub(crate) async fn description(node: &Node) -> Value {
    let answer = node.get("/__auth/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.json()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(|(method, one)| (path.clone(), method.to_uppercase(), one.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

async fn send(node: &Node, method: &str, path: &str, headers: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
    node.send(request.as_bytes()).await
}

/// Fails if the value is not what the schema says; knows the parts of JSON Schema that the description uses.
fn conforms(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        return conforms(document, target, value, at);
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let fits = |choice: &&Value| match (choice["const"].as_str(), choice["type"].as_str()) {
            (Some(word), _) => value == word,
            (_, Some("null")) => value.is_null(),
            _ => !value.is_null(),
        };
        let choice =
            choices.iter().find(fits).unwrap_or_else(|| panic!("{at}: {value} fits none of {schema}"));
        if choice["const"].is_null() {
            conforms(document, choice, value, at);
        }
        return;
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => return,
        one => vec![one.clone()],
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.iter().any(|name| name == own), "{at}: {value} is no {types:?}");
    if let Some(items) = value.as_array() {
        items.iter().for_each(|item| conforms(document, &schema["items"], item, at));
    }
    if let Some(fields) = value.as_object() {
        if let Some(of_any_name) = schema.get("additionalProperties") {
            fields
                .iter()
                .for_each(|(name, field)| conforms(document, of_any_name, field, &format!("{at}.{name}")));
            return;
        }
        let properties = schema["properties"].as_object().unwrap();
        assert!(fields.keys().all(|name| properties.contains_key(name)), "{at}: {value}");
        let required = schema["required"].as_array().map_or([].as_slice(), Vec::as_slice);
        assert!(required.iter().all(|name| fields.contains_key(name.as_str().unwrap())), "{at}: {value}");
        for (name, field) in fields {
            conforms(document, &schema["properties"][name], field, &format!("{at}.{name}"));
        }
    }
}

/// Fails if the operation does not describe this answer; tells its status.
pub(crate) fn described(
    document: &Value,
    operation: &Value,
    answer: &Answer,
    has_body: bool,
    what: &str,
) -> u16 {
    let one = &operation["responses"][answer.status.to_string()];
    assert!(one.is_object(), "{what}: {} is not described", answer.status);
    for name in one["headers"].as_object().unwrap().keys() {
        assert!(answer.header(name).is_some(), "{what}: {name} is missing");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    if !has_body {
        return answer.status;
    }
    let kinds = one["content"].as_object();
    assert_eq!(answer.body.is_empty(), kinds.is_none(), "{what}");
    if let Some(kinds) = kinds {
        let kind = answer.header("content-type").unwrap().split(';').next().unwrap();
        assert!(kinds.contains_key(kind), "{what}: {kind} is not described");
        if kind == "application/json" {
            conforms(document, &kinds[kind]["schema"], &answer.json(), what);
        }
    }
    answer.status
}

async fn every_operation_answers_as_described(mut place: Place) {
    place.publish(&format!("{APP}\nroutes(\"/few\", auth: none, rateLimit: 1/day) {{ GET /x -> few }}"));
    let store = place.store(Clock::Store).await;
    let key = api_key(&store, "reader", Lifetime::DEFAULT).await;
    let bearer = format!("authorization: Bearer {}\r\n", key.key.expose());
    for family in FAMILIES {
        place.settings.forward_headers = family;
        let node = place.node().await;
        let document = description(&node).await;
        assert_eq!(document["openapi"], "3.1.0");
        let mut seen: BTreeSet<(String, u16)> = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            let asks = |original: (&str, &str)| headers(family, original);
            let originals = [
                ("GET", "/v1/items"),
                ("POST", "/v1/items"),
                ("GET", "/nope"),
                ("PUT", "/v1/items"),
                ("GET", "/a//b"),
                ("GET", "/few/x"),
                ("GET", "/few/x"),
            ];
            let is_authorize = path.starts_with("/__auth/authorize");
            for original in originals.into_iter().take(if is_authorize { 7 } else { 1 }) {
                let path = path.replace("{target}", &original.1[1..]).replace("{id}", "0000000000");
                let method = method.as_str();
                for credential in ["", bearer.as_str(), "content-length: 65537\r\n"] {
                    let lines =
                        format!("{}{credential}", if is_authorize { asks(original) } else { String::new() });
                    let answer = send(&node, method, &path, &lines).await;
                    let what = format!("{family:?} {method} {path} for {original:?}");
                    let status = described(&document, &operation, &answer, method != "HEAD", &what);
                    seen.insert((
                        path.split("/authorize").next().unwrap().to_owned()
                            + if is_authorize { "authorize" } else { "" },
                        status,
                    ));
                }
            }
        }
        let statuses = |path: &str| {
            seen.iter().filter(|(own, _)| own == path).map(|(_, status)| *status).collect::<Vec<_>>()
        };
        assert_eq!(statuses("/__auth/health"), [200, 413]);
        assert_eq!(statuses("/__auth/config"), [200, 413]);
        let expected: &[u16] = match family {
            ForwardHeaders::Envoy => &[200, 400, 401, 404, 405, 413, 429],
            _ => &[200, 400, 401, 403, 404, 405, 413, 429],
        };
        let found = statuses("/__authauthorize");
        assert!(expected.iter().all(|status| found.contains(status)), "{family:?}: {found:?}");
        node.service.close().await;
        for (path, method, operation) in operations(&document) {
            let path = path.replace("{target}", "few/x").replace("{id}", "0000000000");
            let answer = send(&node, &method, &path, &headers(family, ("GET", "/few/x"))).await;
            described(&document, &operation, &answer, method != "HEAD", &path);
        }
    }
}

fn headers(family: ForwardHeaders, (method, target): (&str, &str)) -> String {
    match family {
        ForwardHeaders::XForwarded => {
            format!("x-forwarded-method: {method}\r\nx-forwarded-uri: {target}\r\n")
        }
        ForwardHeaders::XOriginal => format!("x-original-method: {method}\r\nx-original-uri: {target}\r\n"),
        ForwardHeaders::Envoy => String::new(),
    }
}

async fn what_is_not_described_is_not_there(mut place: Place) {
    place.publish(APP);
    for family in FAMILIES {
        place.settings.forward_headers = family;
        let node = place.node().await;
        let document = description(&node).await;
        for (path, item) in document["paths"].as_object().unwrap() {
            let path = path.replace("{target}", "x").replace("{id}", "x");
            let named: BTreeSet<_> =
                item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
                // Whatever has GET has HEAD (RFC 9110, 9.3.2).
                let expected = named.contains(method) || (method == "HEAD" && named.contains("GET"));
                let answer = send(&node, method, &path, "").await;
                assert_eq!(
                    answer.status != 405 || answer.body.contains("this path"),
                    expected,
                    "{method} {path}"
                );
                if !expected {
                    let mut allowed = Vec::new();
                    allowed.extend(named.contains("GET").then_some("GET,HEAD"));
                    allowed.extend(["POST", "PUT"].into_iter().filter(|method| named.contains(*method)));
                    let allowed = allowed.join(",");
                    assert_eq!(answer.header("allow"), Some(allowed.as_str()), "{method} {path}");
                    if method != "HEAD" {
                        conforms(
                            &document,
                            &document["components"]["schemas"]["Error"],
                            &answer.json(),
                            "405",
                        );
                    }
                }
            }
        }
        for path in [
            "/",
            "/__auth",
            "/__auth/",
            "/__auth/password",
            "/__auth/login/",
            "/__auth/oauth/google/start",
            "/__auth/config/",
            "/__auth//health",
            "/__auth/HEALTH",
            "/metrics",
            "/v1/items",
            "/__platform",
            "/__platform/",
            "/__platform/login",
            "/__platform/api-keys/",
            "/__platform/api-keys/0000000000",
            "/__platform/keys/0000000000/rotate",
            "/__platform//keys",
            "/__platform/style.css/",
        ] {
            let answer = send(&node, "GET", path, "").await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
        }
    }
}

async fn an_app_without_sign_in_has_no_config(place: Place) {
    place.publish("routes(\"/\", auth: none) { GET /x -> x }");
    let node = place.node().await;
    let answer = node.get("/__auth/config").await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    place.publish(APP);
    let node = place.node().await;
    let config = node.get("/__auth/config").await.json();
    assert_eq!((&config["providers"][0], &config["linking"]), (&"email".into(), &"manual".into()));
    assert!(config["password"]["min_length"].as_u64().unwrap() >= 8, "{config}");
}
