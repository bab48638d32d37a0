//! Schemas to measure on: one synthetic app of any size.
//!
//! An app of `n` entities has a field for every common type, three policies and five routes an entity, and an enum and
//! an API-key scope for every four. 4, 400 and 40,000 entities give about 100, 10,000 and 1,000,000 lines.

use std::fmt::Write as _;

const NOUNS: [&str; 8] =
    ["Project", "Invoice", "Customer", "Workspace", "Document", "Booking", "Webhook", "Payment"];

const OPERATIONS: [(&str, &str, &str); 5] = [
    ("list", "GET", ""),
    ("create", "POST", ""),
    ("get", "GET", "/:id"),
    ("update", "PATCH", "/:id"),
    ("delete", "DELETE", "/:id"),
];

/// The schema of an app with `entities` entities, a multiple of four; the same number gives the same text.
#[must_use]
pub fn schema(entities: usize) -> String {
    let mut out = String::with_capacity(entities * 900 + 1000);
    // Writing to a `String` cannot fail.
    let _ = write_schema(&mut out, entities);
    out
}

/// The target of a request for route `index` of the app, of `entities` × 5: method and path.
#[must_use]
pub fn request(index: usize) -> (&'static str, String) {
    let (entity, operation) = (index / OPERATIONS.len(), index % OPERATIONS.len());
    let (_, method, rest) = OPERATIONS.get(operation).copied().unwrap_or_default();
    (method, format!("/v1/{}/items{}", path(entity), rest.replace(":id", "5e1f0c9a")))
}

fn write_schema(out: &mut String, entities: usize) -> std::fmt::Result {
    out.push_str(HEAD);
    let groups = (entities / 4).max(1);
    out.push_str("apiKeys {\n  scopes: {\n");
    for group in 0..groups {
        writeln!(out, "    scope{group:05}: @system(\"scope_{group:05}\") {{")?;
        for index in group * 4..(group * 4 + 4).min(entities) {
            writeln!(out, "      @grant read, write, delete on {}", entity(index))?;
        }
        out.push_str("    }\n");
    }
    out.push_str("  }\n}\n\n");
    let mut random = Random(1);
    for index in 0..entities {
        write_entity(out, index, index / 4 % groups, random.below(entities))?;
    }
    Ok(())
}

fn write_entity(out: &mut String, index: usize, group: usize, parent: usize) -> std::fmt::Result {
    let (name, parent) = (entity(index), entity(parent));
    if index.is_multiple_of(4) {
        writeln!(out, "enum Status{group:05} {{ Active, Archived, Pending, Deleted }}\n")?;
    }
    write!(
        out,
        "/// {name} is owned by one user of the workspace.\n\
         entity {name} {{\n  \
           ownerId: __User.id\n  \
           parentId: {parent}.id?\n  \
           name: string @minLength(1) @maxLength(120)\n  \
           status: Status{group:05} = \"Active\"\n  \
           score: int @min(0) @max(1000) = 0\n  \
           seenAt: datetime?\n  \
           tags: string[]\n  \
           note: string? @maxLength(2000)\n  \
           @grant read where resource.ownerId == principal.id\n  \
           @grant write where resource.ownerId == principal.id && resource.status != \"Archived\"\n  \
           @grant delete where principal.level >= 3 || resource.score >= 900\n\
         }}\n\n\
         routes(\"/v1/{}\", auth: apiKey(scope{group:05})) {{\n",
        path(index)
    )?;
    for (operation, method, rest) in OPERATIONS {
        writeln!(out, "  {method} /items{rest} -> {operation}{name}")?;
    }
    out.push_str("}\n\n");
    Ok(())
}

fn entity(index: usize) -> String {
    format!("{}{index:05}", noun(index))
}

fn path(index: usize) -> String {
    format!("{}{index:05}", noun(index).to_lowercase())
}

fn noun(index: usize) -> &'static str {
    NOUNS.get(index % NOUNS.len()).copied().unwrap_or_default()
}

/// A small generator of numbers that look random (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % (end.max(1) as u64)) as usize
    }
}

const HEAD: &str = "auth {
  providers: [email, github]
  sessionDuration: 30d
  password {
    minLength: 12
    blockCommon: true
  }
  principal {
    level: int @from(Player.level)
  }
}

entity Player {
  userId: __User.id @unique
  level: int = 1
  @grant read to *
}

";

#[cfg(test)]
mod tests {
    use super::{request, schema};

    #[test]
    fn sizes_are_as_documented() {
        assert!((90..200).contains(&schema(4).lines().count()));
        assert!((9_000..11_000).contains(&schema(400).lines().count()));
    }

    #[test]
    fn a_schema_builds_without_an_error_and_its_requests_find_their_routes() {
        let sources = inspire_diagnostics::SourceMap::new([("schema.inspire", schema(12))]).unwrap();
        let build = inspire::build(&sources);
        let bytes = build.artifact.unwrap_or_else(|| panic!("{:?}", build.diagnostics));
        let artifact = inspire_artifact::Artifact::from_bytes(&bytes).unwrap();
        let routes = artifact.routes().unwrap().unwrap();
        for index in 0..60 {
            let (method, path) = request(index);
            assert!(routes.find(method, &path).is_ok(), "{method} {path}");
        }
    }
}
