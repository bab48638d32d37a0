//! `auth`: providers, sessions, linking and the password policy.

use inspire_artifact::auth::LONG_SESSION_SECONDS;
use inspire_artifact::limits::{SESSION_SECONDS_MAX, SESSION_SECONDS_MIN};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Name, Value, ValueKind};

use super::fields::Fields;
use super::{Checker, password, principal, setting};
use crate::model::{Attribute, Auth, Data, EntityId, Linking, Password, Provider};
use crate::resolve::{Declared, duplicate_block};

const KEYS: [&str; 3] = ["providers", "sessionDuration", "linking"];
const PROVIDERS: [(&str, Provider); 3] =
    [("email", Provider::Email), ("google", Provider::Google), ("github", Provider::Github)];

/// Sessions last this long unless the schema says otherwise: 30 days, in seconds.
const DEFAULT_SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;

/// The `auth` block, as far as it is known.
pub(crate) struct AuthChecked<'a> {
    /// The block itself, without its attributes; none when the schema has none.
    pub(crate) model: Option<Auth<'a>>,
    /// The attributes in evaluation order.
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// The entities that attributes are read from.
    pub(crate) entities: Vec<EntityId>,
    /// Whether attributes may be missing because something could not be read.
    pub(crate) partial: bool,
}

impl<'a> AuthChecked<'a> {
    /// The finished block.
    pub(crate) fn into_model(self) -> Option<Auth<'a>> {
        self.model.map(|auth| Auth { attributes: self.attributes, ..auth })
    }
}

impl Checker<'_> {
    /// Whether principal attributes may be missing because something could not be read.
    pub(crate) fn auth_is_partial(&self) -> bool {
        let partial =
            |auth: &ast::Auth<'_>| auth.partial || auth.principals.iter().any(|(_, fields)| fields.partial);
        self.names.may_be_lost("auth") || self.names.auth.is_some_and(|auth| partial(auth.node))
    }
}

/// Checks the `auth` block.
pub(crate) fn check<'a>(cx: &mut Checker<'a>, data: &Data<'a>, fields: &Fields<'a>) -> AuthChecked<'a> {
    let partial = cx.auth_is_partial();
    let Some(declared) = cx.names.auth else {
        return AuthChecked { model: None, attributes: Vec::new(), entities: Vec::new(), partial };
    };
    let node = declared.node;
    let meant = setting::keys_are_known(cx, declared.file, "`auth`", node.settings, &KEYS, strange_key);
    let providers = providers(cx, declared, meant.contains(&"providers"));
    let password = password(cx, declared, providers.as_deref());
    let session_duration_seconds = session_duration(cx, declared);
    let linking = linking(cx, declared);
    let principal = one_block(cx, declared, "principal", node.principals);
    let attributes = match principal {
        Some(principal) => {
            for list in principal.uniques {
                cx.report(unique_in_principal(declared.at(list.span)));
            }
            principal::check(cx, data, fields, declared.file, principal.fields)
        }
        None => Vec::new(),
    };
    let entities = attributes.iter().map(|attribute| attribute.entity).collect();
    let model = Auth {
        location: declared.at(node.keyword),
        providers: providers.unwrap_or_default(),
        session_duration_seconds,
        linking,
        password,
        attributes: Vec::new(),
    };
    AuthChecked { model: Some(model), attributes, entities, partial }
}

#[cold]
fn unique_in_principal(place: Location) -> Diagnostic {
    Diagnostic::new(Code::MisplacedAnnotation, place, "attributes of the principal have no keys")
        .label("has no meaning here")
        .help("put `@unique([…])` into the entity that the attributes come from")
}

/// The first of the nested blocks of one kind; reports further ones.
fn one_block<'a, B: Copy>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Auth<'a>>,
    keyword: &str,
    blocks: &'a [(Name<'a>, B)],
) -> Option<B> {
    let (first, rest) = blocks.split_first()?;
    for (name, _) in rest {
        cx.report(duplicate_block(keyword, declared.at(name.span), declared.at(first.0.span)));
    }
    Some(first.1)
}

#[cold]
fn strange_key(key: Name<'_>, place: Location) -> Option<Diagnostic> {
    match key.text {
        "mfa" => Some(
            Diagnostic::new(Code::RemovedKey, place, "`mfa` was removed from Inspire")
                .label("has no effect any more")
                .help("remove it; a second factor cannot be required here today"),
        ),
        "password" | "principal" => Some(
            Diagnostic::new(Code::InvalidValue, place, format!("`{}` is a block, not a key", key.text))
                .label("no colon after it")
                .help(format!("write `{} {{ … }}`", key.text)),
        ),
        "provider" => Some(
            Diagnostic::new(Code::UnknownKey, place, "`auth` has no key `provider`")
                .label("unknown key")
                .did_you_mean(place, Some("providers")),
        ),
        _ => None,
    }
}

fn providers<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Auth<'a>>,
    is_misspelt: bool,
) -> Option<Vec<Provider>> {
    let Some(setting) = setting::find(declared.node.settings, "providers") else {
        if !declared.node.partial && !is_misspelt {
            let place = declared.at(declared.node.keyword);
            let new =
                Diagnostic::new(Code::MissingProviders, place, "`auth` does not say how people sign in")
                    .label("`providers` is missing")
                    .help("add `providers: [email]`, or any of `email`, `google` and `github`");
            cx.report(new);
        }
        return None;
    };
    let ValueKind::List(list) = setting.value.kind else {
        let help = "write `providers: [email, google]`";
        setting::wrong_value(cx, declared.file, "providers", "a list", &setting.value, help);
        return None;
    };
    if list.is_empty() {
        let place = declared.at(setting.value.span);
        let new = Diagnostic::new(Code::EmptyProviders, place, "nobody could sign in")
            .label("no provider")
            .help("list at least one of `email`, `google` and `github`");
        cx.report(new);
        return None;
    }
    let mut found: Vec<(Provider, Location)> = Vec::with_capacity(list.len());
    let mut all_known = true;
    for value in list {
        let place = declared.at(value.span);
        match provider(cx, declared.file, value) {
            None => all_known = false,
            Some(provider) => match found.iter().find(|(known, _)| *known == provider) {
                Some((_, first)) => {
                    let word = setting::word(value).unwrap_or_default();
                    let new =
                        Diagnostic::new(Code::DuplicateProvider, place, format!("`{word}` is listed twice"))
                            .label("listed again here")
                            .related(*first, "first listed here")
                            .help("remove one of them");
                    cx.report(new);
                }
                None => found.push((provider, place)),
            },
        }
    }
    // With an unknown provider nobody knows whether passwords are meant.
    all_known.then(|| found.into_iter().map(|(provider, _)| provider).collect())
}

fn provider<'a>(cx: &mut Checker<'a>, file: FileId, value: &Value<'a>) -> Option<Provider> {
    let quoted = match value.kind {
        ValueKind::String(text) => Some(text),
        _ => None,
    };
    let Some(word) = setting::word(value).or(quoted) else {
        setting::wrong_value(cx, file, "providers", "names of providers", value, "write `[email, google]`");
        return None;
    };
    let known = PROVIDERS.iter().find(|(name, _)| *name == word).map(|(_, provider)| *provider);
    let place = Location::new(file, value.span);
    if known.is_some() && quoted.is_some() {
        let new = Diagnostic::new(Code::InvalidValue, place, "providers are written without quotes")
            .label("a string")
            .help(format!("write `{word}`"))
            .fix(format!("replace with `{word}`"), place, word);
        cx.report(new);
    } else if known.is_none() {
        cx.report(unknown_provider(word, place));
    }
    known
}

#[cold]
fn unknown_provider(word: &str, place: Location) -> Diagnostic {
    let all = "the providers are `email`, `google` and `github`";
    if word.eq_ignore_ascii_case("apple") {
        return Diagnostic::new(Code::UnknownProvider, place, format!("`{word}` sign-in is not supported"))
            .label("not a provider")
            .help(all);
    }
    let new = Diagnostic::new(Code::UnknownProvider, place, format!("unknown sign-in provider `{word}`"))
        .label("not a provider");
    match closest(word, PROVIDERS.iter().map(|(name, _)| *name)) {
        Some(name) => new.did_you_mean(place, Some(name)),
        None => new.help(all),
    }
}

fn session_duration<'a>(cx: &mut Checker<'a>, declared: Declared<'a, ast::Auth<'a>>) -> u64 {
    let Some(setting) = setting::find(declared.node.settings, "sessionDuration") else {
        return DEFAULT_SESSION_SECONDS;
    };
    let place = declared.at(setting.value.span);
    let examples = "`30d`, `12h`, `45m`";
    let value = &setting.value;
    let Some(milliseconds) = setting::duration(cx, declared.file, "sessionDuration", value, examples) else {
        return DEFAULT_SESSION_SECONDS;
    };
    let shortest = SESSION_SECONDS_MIN * 1000;
    let longest = SESSION_SECONDS_MAX * 1000;
    if !(shortest..=longest).contains(&milliseconds) {
        let (message, label) = if milliseconds < shortest {
            ("sessions would end before anybody could use them", "under a minute")
        } else {
            ("sessions would hardly ever end", "over 365 days")
        };
        let new = Diagnostic::new(Code::SessionDurationOutOfRange, place, message)
            .label(label)
            .help("a session lasts from `1m` to `365d`");
        cx.report(new);
        return DEFAULT_SESSION_SECONDS;
    }
    if milliseconds > LONG_SESSION_SECONDS * 1000 {
        let new = Diagnostic::new(Code::LongSession, place, "sessions last longer than 30 days")
            .label("long for a stolen cookie")
            .help("NIST SP 800-63B asks for a new sign-in at least every 30 days; write `30d` or less");
        cx.report(new);
    }
    if milliseconds % 1000 != 0 {
        let help = "sessions are counted in whole seconds";
        setting::wrong_value(cx, declared.file, "sessionDuration", "whole seconds", &setting.value, help);
    }
    milliseconds / 1000
}

fn linking<'a>(cx: &mut Checker<'a>, declared: Declared<'a, ast::Auth<'a>>) -> Linking {
    let Some(setting) = setting::find(declared.node.settings, "linking") else { return Linking::Manual };
    let Some(word) = setting::word(&setting.value) else {
        let help = "write `manual` or `disabled`";
        setting::wrong_value(cx, declared.file, "linking", "`manual` or `disabled`", &setting.value, help);
        return Linking::Manual;
    };
    let place = declared.at(setting.value.span);
    match word {
        "manual" => return Linking::Manual,
        "disabled" => return Linking::Disabled,
        "automatic" | "auto" => cx.report(
            Diagnostic::new(Code::UnsupportedLinking, place, "accounts are never linked by equal e-mail address")
                .label("not offered")
                .help("whoever registers somebody else's address first would get into the account; write `manual`, then a signed-in user can attach further ways to sign in"),
        ),
        _ => {
            let new = Diagnostic::new(Code::UnknownLinking, place, format!("unknown way of linking `{word}`"))
                .label("neither `manual` nor `disabled`");
            let guess = closest(word, ["manual", "disabled"]);
            let new = if guess.is_some() { new.did_you_mean(place, guess) } else { new.help("write `manual` or `disabled`") };
            cx.report(new);
        }
    }
    Linking::Manual
}

fn password<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Auth<'a>>,
    providers: Option<&[Provider]>,
) -> Option<Password> {
    let block = one_block(cx, declared, "password", declared.node.passwords);
    let wanted = providers.is_none_or(|providers| providers.contains(&Provider::Email));
    let mut password = password::DEFAULT;
    if let Some(block) = block {
        if !wanted && let Some((keyword, _)) = declared.node.passwords.first() {
            let new = Diagnostic::new(
                Code::PasswordWithoutEmail,
                declared.at(keyword.span),
                "there is a password policy, but nobody signs in with a password",
            )
            .label("protects nothing")
            .help("add `email` to the providers, or remove the block");
            cx.report(new);
        }
        password::read(cx, declared.file, block, &mut password);
    }
    wanted.then_some(password)
}
