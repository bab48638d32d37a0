//! The rules of signing in.

use inspire_artifact::auth::{Attribute, Linking, Provider};

use super::{Block, Phrase, items, text};
use crate::report::Auth;
use crate::words;

pub(super) fn auth<'p>(page: &mut Vec<Block<'p>>, auth: Option<&'p Auth<'_>>) {
    page.push(Block::Section("Sign-in"));
    let Some(auth) = auth else { return page.push(text("Nobody can sign in.")) };
    page.push(items(rules(auth).into_iter().map(|rule| Phrase::new().words(rule))));
    if !auth.principal.is_empty() {
        page.push(Block::Heading(Phrase::new().words("What is known of a signed-in user")));
        page.push(items(auth.principal.iter().map(attribute)));
    }
}

fn rules(auth: &Auth<'_>) -> Vec<String> {
    let providers: Vec<_> = auth.providers.iter().copied().map(Provider::as_str).collect();
    let linking = match auth.linking {
        Linking::Manual => "linking manual: signed-in users may attach further ways to sign in",
        Linking::Disabled => "linking disabled: no further way to sign in can be attached",
    };
    let mut rules = vec![
        format!("providers {}", providers.join(", ")),
        format!("session {}", words::duration(auth.session_duration_seconds)),
        linking.to_owned(),
    ];
    let password = auth.password.map(|password| words::password_rules(&password).join(", "));
    rules.extend(password.map(|rules| format!("password {rules}")));
    rules
}

fn attribute<'p>(one: &'p Attribute<'_>) -> Phrase<'p> {
    let (before, behind) = words::binding(one);
    let phrase =
        Phrase::new().code(format!("principal.{}", words::declaration(one))).words(" ").words(before);
    phrase.code(words::source(one)).words(behind)
}
