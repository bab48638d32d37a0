//! The routes, by the credential they ask for.

use inspire_artifact::routes::{AuthMode, Route};

use super::{Block, Phrase, text};
use crate::words;

/// `routes` stand with the open ones first.
pub(super) fn routes<'p>(page: &mut Vec<Block<'p>>, routes: &'p [Route<'_>]) {
    page.push(Block::Section("Routes"));
    if routes.is_empty() {
        return page.push(text("None."));
    }
    let mut sorted: Vec<_> = routes.iter().collect();
    // Those without a scope stay before those with one, and each group by path and method.
    sorted.sort_by_key(|route| route.scope);
    for group in sorted.chunk_by(|a, b| (a.auth, a.scope) == (b.auth, b.scope)) {
        page.extend(group.first().map(|first| heading(first, group.len())));
        let rows = group.iter().map(|route| row(route)).collect();
        page.push(Block::Table(&["Method", "Path", "Limit", "Handler"], rows));
    }
}

fn heading<'p>(first: &'p Route<'_>, count: usize) -> Block<'p> {
    let phrase = match (first.auth, first.scope) {
        (AuthMode::None, _) => Phrase::new().words("Open to anyone"),
        (_, Some(name)) => Phrase::new().words("With an API key of scope ").code(name),
        _ => Phrase::new().words("With a session"),
    };
    Block::Heading(phrase.words(format!(": {count}")))
}

fn row<'p>(route: &'p Route<'_>) -> Vec<Phrase<'p>> {
    let limit = route.rate_limit.map_or_else(|| "–".to_owned(), words::rate_limit);
    vec![
        Phrase::new().words(route.method.as_str()),
        Phrase::new().code(route.path),
        Phrase::new().words(limit),
        Phrase::new().code(route.handler),
    ]
}
