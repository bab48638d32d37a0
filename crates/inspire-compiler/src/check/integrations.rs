//! `integrations`: known services, secrets kept out of the schema, addresses that are safe.

use heck::ToShoutySnakeCase as _;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Setting};
use rustc_hash::FxHashMap;

use super::Checker;
use super::keys::Keys;
use crate::model::Integration;
use crate::model::integrations::{Access, Mode, Onboarding, Service};
use crate::resolve::{duplicate_name, reserved_name};

const COMMON: [&str; 7] =
    ["mode", "onboarding", "access", "clientId", "clientSecret", "scopes", "upgradeScopes"];
const URLS: [&str; 4] = ["authorizeUrl", "tokenUrl", "accountUrl", "revokeUrl"];
const PATHS: [&str; 3] = ["accountIdPath", "accountEmailPath", "accountNamePath"];

/// Checks the integrations; sorted by name.
pub(crate) fn check<'a>(cx: &mut Checker<'a>) -> Option<Vec<Integration<'a>>> {
    let declared = cx.names.integrations?;
    if cx.names.auth.is_none() && !cx.names.may_be_lost("auth") {
        let new = Diagnostic::new(
            Code::IntegrationsWithoutAuth,
            declared.at(declared.node.keyword),
            "nobody can connect an account, because nobody can sign in",
        )
        .label("needs an `auth` block")
        .help("add `auth { providers: [email] }`, or remove the block");
        cx.report(new);
    }
    let mut first: FxHashMap<&str, Location> = FxHashMap::default();
    let mut found = Vec::new();
    for node in declared.node.integrations {
        let place = declared.at(node.name.span);
        if node.name.text.starts_with("__") {
            cx.report(reserved_name(place, node.name.text));
        }
        match first.get(node.name.text) {
            Some(first) => cx.report(duplicate_name(node.name.text, place, *first)),
            None => {
                first.insert(node.name.text, place);
            }
        }
        found.extend(integration(cx, declared.file, node));
    }
    found.sort_by_key(|integration| integration.name);
    Some(found)
}

fn integration<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    node: &'a ast::Integration<'a>,
) -> Option<Integration<'a>> {
    let service = service(cx, file, node.provider);
    let block = format!("the integration `{}`", node.name.text);
    let mut keys = Keys::new(cx, file, block, node.name.span, node.body);
    let known: Vec<_> = COMMON.into_iter().chain(URLS).chain(PATHS).collect();
    keys.are_known(&known);
    let mode = choice(&mut keys, "mode", Mode::ALL, Mode::as_str, Mode::Optional);
    let onboarding =
        choice(&mut keys, "onboarding", Onboarding::ALL, Onboarding::as_str, Onboarding::Settings);
    let access = choice(&mut keys, "access", Access::ALL, Access::as_str, Access::Read);
    let client = client(&mut keys, node, service);
    let scopes = keys.find("scopes").map(|setting| keys.texts(setting)).unwrap_or_default();
    let upgrade_scopes = keys.find("upgradeScopes").map(|setting| keys.texts(setting)).unwrap_or_default();
    let (urls, paths) = match service? {
        Service::GoogleCalendar => {
            keys_are_of_custom_services(&mut keys);
            ([""; 4], [""; 3])
        }
        Service::CustomOauth2 => (urls(&mut keys), PATHS.map(|key| path(&mut keys, key).unwrap_or_default())),
    };
    let location = Location::new(file, node.name.span);
    let (name, service) = (node.name.text, service?);
    Some(Integration {
        location,
        name,
        service,
        mode,
        onboarding,
        access,
        client,
        scopes,
        upgrade_scopes,
        urls,
        paths,
    })
}

fn service(cx: &mut Checker<'_>, file: FileId, name: Name<'_>) -> Option<Service> {
    let found = Service::from_word(name.text);
    if found.is_none() {
        let place = Location::new(file, name.span);
        let guess = closest(name.text, Service::ALL.iter().map(|service| service.as_str()));
        let new =
            Diagnostic::new(Code::UnknownIntegration, place, format!("no service is named `{}`", name.text))
                .label("unknown service");
        cx.report(match guess {
            Some(_) => new.did_you_mean(place, guess),
            None => new.help(
                "the services are `googleCalendar` and `customOauth2`, which is any that speaks OAuth 2.0",
            ),
        });
    }
    found
}

fn choice<T: Copy>(
    keys: &mut Keys<'_, '_>,
    key: &str,
    all: &[T],
    show: fn(T) -> &'static str,
    default: T,
) -> T {
    keys.find(key).and_then(|setting| keys.word(setting, all, show)).unwrap_or(default)
}

/// The secrets of the client. A known service can do with the platform's client; half a client is none.
fn client<'a>(
    keys: &mut Keys<'_, 'a>,
    node: &ast::Integration<'a>,
    service: Option<Service>,
) -> Option<(&'a str, &'a str)> {
    let given = ["clientId", "clientSecret"].iter().any(|key| keys.find(key).is_some());
    if !given && service != Some(Service::CustomOauth2) {
        return None;
    }
    let mut secret = |key: &str| {
        let name = format!("{}_{}", node.name.text, key).to_shouty_snake_case();
        let setting = keys.required(key, &format!("{key}: @secret(\"{name}\")"))?;
        keys.secret(setting, &name)
    };
    let (id, secret) = (secret("clientId"), secret("clientSecret"));
    Some((id?, secret?))
}

fn keys_are_of_custom_services(keys: &mut Keys<'_, '_>) {
    for setting in keys.settings {
        if URLS.contains(&setting.key.text) || PATHS.contains(&setting.key.text) {
            let message = format!("`{}` is a key of `customOauth2`", setting.key.text);
            let new = Diagnostic::new(Code::MisplacedKey, keys.at(setting.key.span), message)
                .label("`googleCalendar` has its own")
                .help("remove it");
            keys.cx.report(new);
        }
    }
}

fn urls<'a>(keys: &mut Keys<'_, 'a>) -> [&'a str; 4] {
    URLS.map(|key| {
        let setting = match key {
            "revokeUrl" => keys.find(key),
            key => keys.required(key, &format!("{key}: \"https://…\"")),
        };
        setting.and_then(|setting| url(keys, setting)).unwrap_or_default()
    })
}

fn url<'a>(keys: &mut Keys<'_, 'a>, setting: &Setting<'a>) -> Option<&'a str> {
    let text = keys.text(setting)?;
    let why = match url::Url::parse(text) {
        Err(error) => error.to_string(),
        Ok(url) if url.scheme() != "https" => format!("`{}` is not encrypted", url.scheme()),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "it holds credentials".to_owned()
        }
        Ok(url) if url.fragment().is_some() => "a fragment never reaches the server".to_owned(),
        Ok(_) if text.contains(char::is_whitespace) => "it has a blank".to_owned(),
        Ok(_) => return Some(text),
    };
    let place = keys.at(setting.value.span);
    let new = Diagnostic::new(
        Code::MalformedUrl,
        place,
        format!("`{}` is no address that is safe to use: {why}", setting.key.text),
    )
    .label("not an `https` address");
    let secure = text.strip_prefix("http://").map(|rest| format!("\"https://{rest}\""));
    let new = match secure {
        Some(secure) => new.help(format!("write `{secure}`")).suggestion(
            format!("replace with `{secure}`"),
            place,
            secure,
        ),
        None => new.help("write a whole address: `\"https://example.com/authorize\"`"),
    };
    keys.cx.report(new);
    None
}

/// A path into an answer: words and numbers with dots between them.
fn path<'a>(keys: &mut Keys<'_, 'a>, key: &str) -> Option<&'a str> {
    let setting = keys.find(key)?;
    let text = keys.text(setting)?;
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    if text.split('.').all(is_part) {
        return Some(text);
    }
    let new = Diagnostic::new(
        Code::InvalidValue,
        keys.at(setting.value.span),
        format!("`{key}` is no path into an answer"),
    )
    .label("not names with dots between them")
    .help("write the keys that lead to the value: `\"user.profile.id\"`");
    keys.cx.report(new);
    None
}
