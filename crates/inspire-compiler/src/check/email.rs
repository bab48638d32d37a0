//! `email`: a sender that is an address, a known service, a key that is a secret.

use email_address::{EmailAddress, Options};
use inspire_diagnostics::{Code, Diagnostic};
use inspire_syntax::ast::Setting;

use super::Checker;
use super::keys::Keys;
use crate::model::Email;
use crate::model::email::MailProvider;

/// Checks `email`.
pub(crate) fn check<'a>(cx: &mut Checker<'a>) -> Option<Email<'a>> {
    let declared = cx.names.email?;
    let node = declared.node;
    let mut keys = Keys::new(cx, declared.file, "`email`", node.keyword, node.body);
    keys.are_known(&["from", "provider", "apiKey"]);
    let from = keys.required("from", "from: \"Studio <hello@example.com>\"");
    let from = from.and_then(|setting| sender(&mut keys, setting));
    let provider = keys.required("provider", "provider: resend");
    let provider = provider.and_then(|setting| keys.word(setting, MailProvider::ALL, MailProvider::as_str));
    let api_key = keys.required("apiKey", "apiKey: @secret(\"MAIL_KEY\")");
    let api_key = api_key.and_then(|setting| keys.secret(setting, "MAIL_KEY"));
    Some(Email { location: declared.at(node.keyword), from: from?, provider: provider?, api_key: api_key? })
}

/// The sender: an address (RFC 5322, addr-spec), or a name and an address in angle brackets.
fn sender<'a>(keys: &mut Keys<'_, 'a>, setting: &Setting<'a>) -> Option<&'a str> {
    let text = keys.text(setting)?;
    let plain = Options::default().without_display_text().with_required_tld().without_domain_literal();
    let (name, address) = match text.strip_suffix('>').and_then(|inner| inner.split_once('<')) {
        Some((name, address)) => (name.trim_end(), address),
        None => ("", text),
    };
    let why = match EmailAddress::parse_with_options(address, plain) {
        _ if text.contains(char::is_control) => "it has a line break or a control character".to_owned(),
        _ if name.contains(['"', '<', '>', '@', ',', ';', ':', '\\']) => {
            "its name has a special character".to_owned()
        }
        Err(error) => error.to_string().trim_end_matches('.').to_lowercase(),
        Ok(_) => return Some(text),
    };
    let new = Diagnostic::new(
        Code::MalformedAddress,
        keys.at(setting.value.span),
        format!("this is no sender of mail: {why}"),
    )
    .label("not an address")
    .help("write an address, or a name and an address: `\"Studio <hello@example.com>\"`");
    keys.cx.report(new);
    None
}
