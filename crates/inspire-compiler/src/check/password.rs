//! `password { … }`: lengths, kinds of characters, and which passwords are refused.

use inspire_artifact::auth::SHORT_PASSWORD_LENGTH;
use inspire_artifact::limits::{PASSWORD_MAX_LENGTH_MAX, PASSWORD_MAX_LENGTH_MIN, PASSWORD_MIN_LENGTH};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast::{Block, Name, Setting};

use super::{Checker, setting};
use crate::model::Password;

const PASSWORD_KEYS: [&str; 8] = [
    "minLength",
    "maxLength",
    "requireUppercase",
    "requireLowercase",
    "requireDigit",
    "requireSpecial",
    "blockCommon",
    "breachCheck",
];
const DEFAULT_MIN_LENGTH: u32 = SHORT_PASSWORD_LENGTH;
const DEFAULT_MAX_LENGTH: u32 = 128;

/// The policy of a schema that says nothing about passwords.
pub(crate) const DEFAULT: Password = Password {
    min_length: DEFAULT_MIN_LENGTH,
    max_length: DEFAULT_MAX_LENGTH,
    require_uppercase: false,
    require_lowercase: false,
    require_digit: false,
    require_special: false,
    block_common: true,
    breach_check: false,
};

/// Reads the settings of the block into `password`.
pub(crate) fn read<'a>(cx: &mut Checker<'a>, file: FileId, block: Block<'a>, password: &mut Password) {
    let settings = block.settings;
    setting::keys_are_known(cx, file, "`password`", settings, &PASSWORD_KEYS, forbidden_key);
    for (i, setting) in settings.iter().enumerate() {
        if settings.iter().take(i).any(|earlier| earlier.key.text == setting.key.text) {
            continue;
        }
        let flag = match setting.key.text {
            "minLength" => {
                min_length(cx, file, setting, password);
                continue;
            }
            "maxLength" => {
                max_length(cx, file, setting, password);
                continue;
            }
            "requireUppercase" => &mut password.require_uppercase,
            "requireLowercase" => &mut password.require_lowercase,
            "requireDigit" => &mut password.require_digit,
            "requireSpecial" => &mut password.require_special,
            "blockCommon" => &mut password.block_common,
            "breachCheck" => &mut password.breach_check,
            _ => continue,
        };
        if let Some(value) = setting::boolean(cx, file, setting) {
            *flag = value;
        }
    }
    password_is_possible(cx, file, settings, password);
    passwords_are_checked(cx, file, settings, password);
    composition_rules_are_off(cx, file, settings);
}

#[cold]
fn forbidden_key(key: Name<'_>, place: Location) -> Option<Diagnostic> {
    let why = match key.text {
        "expiry" | "expires" | "expiresAfter" | "maxAge" | "rotation" | "rotateEvery" => {
            "forced changes make passwords worse; NIST SP 800-63B (3.1.1.2) forbids them without a sign of compromise"
        }
        "history" | "reuse" | "preventReuse" => {
            "a password history only serves forced changes, which NIST SP 800-63B (3.1.1.2) forbids"
        }
        "hint" | "hints" | "question" | "questions" | "securityQuestion" | "securityQuestions" => {
            "hints and questions help the attacker; NIST SP 800-63B (3.1.1.2) forbids them"
        }
        _ => return None,
    };
    Some(
        Diagnostic::new(Code::UnknownKey, place, format!("`password` has no key `{}`", key.text))
            .label("deliberately not offered")
            .help(format!("remove it; {why}")),
    )
}

fn min_length<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>, password: &mut Password) {
    let Some(number) = setting::int(cx, file, setting) else { return };
    let place = Location::new(file, setting.value.span);
    if number < i64::from(PASSWORD_MIN_LENGTH) {
        let message = match number {
            0 => "a password of no characters is not accepted by any current standard".to_owned(),
            1 => "passwords of 1 character are not accepted by any current standard".to_owned(),
            number if number < 0 => "a password cannot have fewer than no characters".to_owned(),
            number => format!("passwords of {number} characters are not accepted by any current standard"),
        };
        let new = Diagnostic::new(Code::PasswordTooShort, place, message)
            .label(format!("below the minimum of {PASSWORD_MIN_LENGTH}"))
            .help("use at least 12; NIST SP 800-63B asks for 15 where the password is the only factor")
            .suggestion("replace with `12`", place, "12");
        cx.report(new);
        return;
    }
    password.min_length = u32::try_from(number).unwrap_or(u32::MAX);
    if password.min_length < SHORT_PASSWORD_LENGTH {
        let new = Diagnostic::new(
            Code::ShortPassword,
            place,
            format!("passwords of {number} characters are short"),
        )
        .label("under 12")
        .help("use at least 12; NIST SP 800-63B asks for 15 where the password is the only factor");
        cx.report(new);
    }
}

fn max_length<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>, password: &mut Password) {
    let Some(number) = setting::int(cx, file, setting) else { return };
    let place = Location::new(file, setting.value.span);
    if number < i64::from(PASSWORD_MAX_LENGTH_MIN) {
        let new = Diagnostic::new(Code::PasswordMaxTooShort, place, "long passwords would be refused")
            .label(format!("below the minimum of {PASSWORD_MAX_LENGTH_MIN}"))
            .help("passphrases and password managers need room: OWASP ASVS 6.2.9 asks for at least 64; the default is 128")
            .suggestion("replace with `128`", place, "128");
        cx.report(new);
    } else if number > i64::from(PASSWORD_MAX_LENGTH_MAX) {
        let new = Diagnostic::new(Code::PasswordMaxTooLong, place, "very long passwords cost time to hash")
            .label(format!("above the maximum of {PASSWORD_MAX_LENGTH_MAX}"))
            .help("write 1024 or less; the default is 128")
            .suggestion("replace with `1024`", place, "1024");
        cx.report(new);
    } else {
        password.max_length = u32::try_from(number).unwrap_or(DEFAULT_MAX_LENGTH);
    }
}

fn password_is_possible(cx: &mut Checker<'_>, file: FileId, settings: &[Setting<'_>], password: &Password) {
    if password.min_length <= password.max_length {
        return;
    }
    let least = settings.iter().find(|setting| setting.key.text == "minLength");
    let greatest = settings.iter().find(|setting| setting.key.text == "maxLength");
    let Some(least) = least else { return };
    let place = Location::new(file, least.value.span);
    let message = format!(
        "no password has at least {} and at most {} characters",
        password.min_length, password.max_length
    );
    let new = Diagnostic::new(Code::ImpossiblePassword, place, message).label("above the maximum");
    cx.report(match greatest {
        Some(greatest) => new
            .related(Location::new(file, greatest.value.span), "the maximum")
            .help("lower the minimum or raise the maximum"),
        None => new.help(format!("the maximum is {} unless `maxLength` says otherwise", password.max_length)),
    });
}

fn passwords_are_checked(cx: &mut Checker<'_>, file: FileId, settings: &[Setting<'_>], password: &Password) {
    if password.block_common || password.breach_check {
        return;
    }
    if let Some(setting) = settings.iter().find(|setting| setting.key.text == "blockCommon") {
        let place = Location::new(file, setting.key.span.to(setting.value.span));
        let new = Diagnostic::new(
            Code::NoPasswordBlocklist,
            place,
            "any password is accepted, `password1234` included",
        )
        .label("common passwords are let in")
        .help("leave `blockCommon` on, or set `breachCheck: true`");
        cx.report(new);
    }
}

fn composition_rules_are_off(cx: &mut Checker<'_>, file: FileId, settings: &[Setting<'_>]) {
    let rule = |setting: &&Setting<'_>| {
        setting.key.text.starts_with("require") && setting::word(&setting.value) == Some("true")
    };
    let mut rules = settings.iter().filter(rule);
    let Some(first) = rules.next() else { return };
    let place = |setting: &Setting<'_>| Location::new(file, setting.key.span.to(setting.value.span));
    let mut new =
        Diagnostic::new(Code::CompositionRules, place(first), "the policy asks for kinds of characters")
            .label("makes passwords predictable, not strong")
            .help("ask for length instead; NIST SP 800-63B and OWASP ASVS advise against such rules");
    for other in rules {
        new = new.related(place(other), "this one too");
    }
    cx.report(new);
}
