//! The texts of mails.
//!
//! A link is made of the public URL and of nothing that a request says. Its token stands behind `#`, which browsers send
//! to no server. No text holds what someone chose who is not the addressee: a name in a mail would carry a stranger's
//! message to any address.

use std::borrow::Cow;

use kizaki_store::{LINK_MINUTES, Mail, MailKind, Token};
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox};

use crate::public_url::PublicUrl;

/// The page of the app that verifies an address.
const VERIFY_PAGE: &str = "/verify-email";
/// The page of the app that asks for a new password.
const RESET_PAGE: &str = "/reset-password";

/// The whole mail (RFC 5322), written at `now_ms`.
///
/// # Errors
///
/// Why it cannot be written, such as an address that no header can hold.
pub(crate) fn compose(
    mail: &Mail,
    from: Mailbox,
    public_url: &PublicUrl,
    now_ms: i64,
) -> Result<Message, String> {
    let domain = public_url.domain();
    // Each try is a mail of its own, with another link.
    let id = format!("<{now_ms}.{}.{}@{domain}>", mail.number, mail.tries);
    let to = mail.email.parse().map_err(|error| format!("the addressee: {error}"))?;
    let (subject, text) = text(mail, public_url).ok_or("its link has no token")?;
    // The texts and the origin of a URL are ASCII, and no line is long: the link stands in the mail as it is.
    let text = Body::dangerous_pre_encoded(
        text.replace('\n', "\r\n").into_bytes(),
        ContentTransferEncoding::SevenBit,
    );
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(subject)
        .message_id(Some(id))
        // So that nothing answers by itself (RFC 3834, 5).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(|error| error.to_string())
}

/// The sender that the artifact names, or else one of the service's own domain. What stands before an address in angle
/// brackets is a name, whatever is in it: as the compiler reads it.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn sender(named: Option<&str>, public_url: &PublicUrl) -> Result<Mailbox, String> {
    let text = match named {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(format!("no-reply@{}", public_url.domain())),
    };
    let (name, address) = match text.strip_suffix('>').and_then(|inner| inner.split_once('<')) {
        Some((name, address)) => (name.trim(), address),
        None => ("", &*text),
    };
    let address = address.parse().map_err(|error| format!("the sender: {error}"))?;
    Ok(Mailbox::new(Some(name.to_owned()).filter(|name| !name.is_empty()), address))
}

fn text(mail: &Mail, public_url: &PublicUrl) -> Option<(&'static str, String)> {
    let link = |page| Some(format!("{public_url}{page}#token={}", mail.token.as_ref().map(Token::expose)?));
    Some(match mail.kind {
        MailKind::Verify => (
            "Verify your e-mail address",
            format!(
                "Someone signed up at {public_url} with this address.\n\n\
                 If it was you, open this page within {LINK_MINUTES} minutes:\n\n{}\n\n\
                 If it was not you, do nothing: without that, nobody can sign in with your address.\n",
                link(VERIFY_PAGE)?
            ),
        ),
        MailKind::Reset => (
            "Choose a new password",
            format!(
                "Someone asked for a new password for your account at {public_url}.\n\n\
                 If it was you, open this page within {LINK_MINUTES} minutes:\n\n{}\n\n\
                 If it was not you, do nothing: your password stays as it is.\n",
                link(RESET_PAGE)?
            ),
        ),
        MailKind::Leaked => (
            "Choose another password",
            format!(
                "Someone signed in to your account at {public_url} with its password. That password is known\n\
                 from a leak, and so it signs in no more.\n\n\
                 Open this page within {LINK_MINUTES} minutes to choose another:\n\n{}\n\n\
                 If it was not you who signed in, choose another all the same: somebody knows your password.\n",
                link(RESET_PAGE)?
            ),
        ),
        MailKind::Exists => (
            "You have an account already",
            format!(
                "Someone signed up at {public_url} with this address, which has an account already.\n\n\
                 If it was you, sign in instead, or ask for a new password if you do not know yours.\n\
                 If it was not you, do nothing: your account stays as it is.\n"
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use lettre::Message;

    use super::sender;
    use crate::public_url::PublicUrl;

    #[test]
    fn every_name_that_the_compiler_takes_is_one_in_a_mail() {
        let own = PublicUrl::parse("https://app.example").unwrap();
        let written = |named: Option<&str>| {
            let message = Message::builder().from(sender(named, &own).unwrap());
            let message = message.to("ada@x.example".parse().unwrap()).body(String::new()).unwrap();
            let text = String::from_utf8(message.formatted()).unwrap();
            text.lines().find_map(|line| line.strip_prefix("From: ")).unwrap().to_owned()
        };
        assert_eq!(written(None), "no-reply@app.example");
        for plain in ["hello@a.example", "Studio <hello@a.example>"] {
            assert_eq!(written(Some(plain)), plain);
        }
        assert_eq!(written(Some("<hello@a.example>")), "hello@a.example");
        // Other names stand as encoded words (RFC 2047, 2) or in quotes (RFC 5322, 3.2.4), so that no sign of theirs counts.
        for name in ["Acme (EU)", "Studio [beta]", ".NET Club", "A. B. & Co.", "'x'", "a  b", "Caf\u{e9}"] {
            let text = written(Some(&format!("{name} <hello@a.example>")));
            let shown = text.strip_suffix(" <hello@a.example>").unwrap();
            let encoded = format!("=?utf-8?b?{}?=", STANDARD.encode(name));
            assert!(shown == encoded || shown == format!("\"{name}\""), "{name}: {text}");
        }
        assert!(sender(Some("Studio <hello>"), &own).is_err());
    }
}
