//! Keys as people read them.

use inspire_diagnostics::table::Table;
use inspire_diagnostics::{Long, visible, wrap};
use kizaki_store::{Issued, KeyRecord, KeyState, Kind, Listing};
use unicode_width::UnicodeWidthStr as _;

use crate::commands::moment::{around, relative};

/// The keys in columns; or one below the other, where columns would not fit the `width` that there is.
pub(super) fn list(listing: &Listing, width: Option<usize>) -> String {
    fitting(&columns(listing), width, |width| join(blocks(listing).lines(Some(width))))
}

/// The columns; or the blocks, where columns would not fit the `width` that there is.
pub(in crate::commands) fn fitting(
    columns: &Table,
    width: Option<usize>,
    blocks: impl FnOnce(usize) -> String,
) -> String {
    let lines: Vec<_> = columns.lines(None).collect();
    let fits = |width: usize| lines.iter().all(|line| line.width() <= width);
    match width {
        // An id that is broken in two cannot be copied.
        Some(width) if !fits(width) => blocks(width),
        _ => join(lines),
    }
}

/// One thing for where columns do not fit: its name, which is not broken, and lines about it, indented.
pub(in crate::commands) fn block(
    name: &str,
    lines: impl IntoIterator<Item = String>,
    width: usize,
) -> String {
    let lines = lines.into_iter().flat_map(|line| wrap("  ", "    ", &visible(&line), width, Long::Break));
    join(std::iter::once(visible(name).into_owned()).chain(lines))
}

fn join(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

fn columns(listing: &Listing) -> Table {
    let has_scope = listing.keys.iter().any(|key| key.kind == Kind::Api);
    let mut table = Table::default();
    let row = |id: &str, scope: &str, rest: [String; 4]| {
        let scope = has_scope.then(|| scope.to_owned());
        std::iter::once(id.to_owned()).chain(scope).chain(rest).collect::<Vec<_>>()
    };
    table.row(row("ID", "SCOPE", ["NAME", "STATE", "EXPIRES", "CREATED"].map(str::to_owned)));
    for key in &listing.keys {
        let now_ms = listing.now_ms;
        let rest =
            [key.name.clone(), state(key, now_ms), expires(key, now_ms), relative(key.created_ms, now_ms)];
        table.row(row(key.id.as_str(), key.scope.as_deref().unwrap_or_default(), rest));
    }
    table
}

fn blocks(listing: &Listing) -> Table {
    let mut table = Table::default();
    for key in &listing.keys {
        let now_ms = listing.now_ms;
        table.row([key.id.as_str(), &key.name]);
        let lines = [
            key.scope.as_ref().map(|scope| format!("scope {scope}")),
            Some(state(key, now_ms)),
            Some(format!("expires {}", expires(key, now_ms))),
            Some(format!("created {}", relative(key.created_ms, now_ms))),
        ];
        for line in lines.into_iter().flatten() {
            table.row(["", line.as_str()]);
        }
    }
    table
}

fn expires(key: &KeyRecord, now_ms: i64) -> String {
    key.expires_ms.map_or_else(|| "never".to_owned(), |expires_ms| around(expires_ms, now_ms))
}

/// The state, and when it began or what is about to end.
fn state(key: &KeyRecord, now_ms: i64) -> String {
    let word = key.state(now_ms).as_str();
    match (key.state(now_ms), key.revoked_ms, key.grace_ends_ms(now_ms)) {
        (KeyState::Revoked, Some(revoked), _) => format!("{word} {}", relative(revoked, now_ms)),
        (KeyState::Active, _, Some(ends)) => format!("{word}, old secret ends {}", relative(ends, now_ms)),
        _ => word.to_owned(),
    }
}

/// What there is to say beside a key that is printed, one line each.
pub(super) fn about(issued: &Issued) -> Vec<String> {
    let Issued { record, now_ms, .. } = issued;
    let what = match (&record.scope, record.kind) {
        (Some(scope), Kind::Api) => format!("API key `{}` for the scope `{scope}`", record.name),
        _ => format!("platform key `{}`", record.name),
    };
    let until = match record.expires_ms {
        Some(expires) => format!("valid until {}", around(expires, *now_ms)),
        None => "valid until it is revoked".to_owned(),
    };
    let mut lines = vec![format!("{what}: id {}, {until}", record.id)];
    lines.extend(record.previous_ends_ms.map(|ends| match ends > *now_ms {
        true => format!("the old secret is accepted until {}", around(ends, *now_ms)),
        false => "the old secret is not accepted any more".to_owned(),
    }));
    lines.push("this is the only time that the key is shown; keep it where secrets are kept".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use kizaki_store::{KeyId, KeyRecord, Kind, Listing};

    use super::{block, list};

    #[test]
    fn a_block_keeps_its_indent() {
        let lines = ["after Task insert, 4 tries".to_owned(), "\u{1b}".to_owned()];
        assert_eq!(
            block("a-name-that-is-kept", lines, 14),
            "\
a-name-that-is-kept
  after Task
    insert, 4
    tries
  \\u{1b}
"
        );
    }

    #[test]
    fn a_list_has_columns_or_where_they_do_not_fit_blocks() {
        let key = KeyRecord {
            id: KeyId::parse("4fTq9ZbX1c").unwrap(),
            kind: Kind::Api,
            scope: Some("reader".to_owned()),
            name: "nightly export of all that changed".to_owned(),
            created_ms: 0,
            expires_ms: Some(90 * 86_400_000),
            rotated_ms: Some(0),
            previous_ends_ms: Some(2 * 3_600_000),
            revoked_ms: None,
        };
        let listing = Listing { now_ms: 3_600_000, keys: vec![key] };
        let columns = "\
ID          SCOPE   NAME                                STATE                              EXPIRES                            CREATED
4fTq9ZbX1c  reader  nightly export of all that changed  active, old secret ends in 1 hour  1970-04-01 00:00 UTC (in 90 days)  1 hour ago
";
        assert_eq!(list(&listing, None), columns);
        assert_eq!(list(&listing, Some(140)), columns);
        let blocks = "\
4fTq9ZbX1c  nightly export of all that
            changed
            scope reader
            active, old secret ends in 1
            hour
            expires 1970-04-01 00:00 UTC
            (in 90 days)
            created 1 hour ago
";
        assert_eq!(list(&listing, Some(40)), blocks);
    }
}
