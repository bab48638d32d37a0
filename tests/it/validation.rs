//! Validation types: what they come to in the artifact.

use inspire_artifact::Artifact;
use inspire_artifact::entity::FieldKind;
use inspire_artifact::validation::Field;

use crate::support::compile::{build, one};

const APP: &str = r#"
enum Status { Open, Done }
type Address { street: string @minLength(2), zip: string? }
auth { providers: [google]  principal { orgId: Org.id @selectFrom(Member.orgId) } }
entity Org { name: string }
entity Member { userId: __User.id  orgId: Org.id  @unique([userId, orgId]) }
namespace Tenant { scope: principal.orgId  entities: [Task] }
entity Task {
  title: string @minLength(1) @maxLength(200) @trim @unique
  status: Status = Open
  notes: string? @pii
  ownerId: __User.id @onDelete(cascade)
  budget: decimal(10, 2) @min(0)
  @grant read
}
"#;

/// The fields of the type `Request` that `declaration` declares, each as it would be written.
fn fields(declaration: &str) -> Vec<String> {
    let built = build(&one(&format!("{APP}{declaration}\n")));
    let bytes = built.artifact.unwrap_or_else(|| panic!("{declaration}: {:?}", built.diagnostics));
    let artifact = Artifact::from_bytes(&bytes).unwrap();
    artifact.verify().unwrap();
    let section = artifact.validations().unwrap().unwrap();
    let request = section.validation("Request").unwrap();
    let mut found = Vec::new();
    for variant in request.variants.iter() {
        if let (Some(key), Some(tag)) = (request.discriminant, variant.tag) {
            found.push(format!("{key} {tag}"));
        }
        found.extend(variant.fields.iter().map(|field| written(&field)));
    }
    found
}

fn written(field: &Field<'_>) -> String {
    let kind = match (field.target, field.target_field, field.digits) {
        (Some(target), Some(to), _) => format!("{target}.{to}"),
        (Some(target), None, _) => target.to_owned(),
        (None, _, Some((precision, scale))) => format!("decimal({precision}, {scale})"),
        (None, _, None) => field.kind.as_str().to_owned(),
    };
    let mut text = format!("{}: {kind}", field.name);
    for flag in field.flags.words() {
        text += &format!(" {flag}");
    }
    if let Some(value) = field.value {
        assert_eq!(field.kind, FieldKind::String);
        text += &format!(" {value:?}");
    }
    if let Some(default) = field.default {
        text += &format!(" = {}", serde_json::to_string(&default).unwrap());
    }
    for rule in field.rules.iter() {
        text += &format!(" {} {}", rule.kind, serde_json::to_string(&rule.value).unwrap());
    }
    text
}

const TITLE: &str = "title: string trim min_length 1 max_length 200";
const STATUS: &str = "status: Status = \"Open\"";
const NOTES: &str = "notes: string nullable pii";
const OWNER: &str = "ownerId: __User.id";
const BUDGET: &str = "budget: decimal(10, 2) min 0";

#[test]
fn an_entity_stands_for_the_fields_it_declares() {
    assert_eq!(fields("@validation type Request = Task"), [TITLE, STATUS, NOTES, OWNER, BUDGET]);
    assert_eq!(
        fields("@validation type Request = Omit<Task, [id, ownerId, orgId]>"),
        [TITLE, STATUS, NOTES, BUDGET]
    );
}

#[test]
fn what_the_platform_sets_comes_along_where_it_is_picked() {
    assert_eq!(
        fields("@validation type Request = Pick<Task, [createdAt, title, id, orgId]>"),
        ["createdAt: datetime", TITLE, "id: uuid", "orgId: Org.id"]
    );
    assert_eq!(fields("@validation type Request = Pick<__User, [email]>"), ["email: string"]);
}

#[test]
fn what_may_be_left_out_has_no_default() {
    assert_eq!(
        fields(
            "@validation type Small = Pick<Task, [title, status]>\n@validation type Request = Partial<Small>"
        ),
        ["title: string trim optional min_length 1 max_length 200", "status: Status optional"]
    );
}

#[test]
fn a_shape_says_all_of_itself() {
    assert_eq!(
        fields(
            "@validation type Request { at: date, kind: \"new\", tags: string[], home: Address?, n: int = 3 @max(5), taskId: Task.id }"
        ),
        [
            "at: date",
            "kind: string constant \"new\"",
            "tags: string array",
            "home: Address nullable",
            "n: int = 3 max 5",
            "taskId: Task.id",
        ]
    );
}

#[test]
fn a_field_of_several_parts_keeps_what_each_says() {
    let parts = "@validation type A { n: int? @min(1) @max(9) = 5, m: string @maxLength(8) }
        @validation type B { n: int @min(3) @max(20), k: string? @email }
        @validation type Request = ";
    // The stricter limits, null only if both allow it, and the default of the last.
    assert_eq!(
        fields(&format!("{parts} A & B")),
        ["n: int min 3 max 9", "m: string max_length 8", "k: string nullable email"]
    );
    assert_eq!(
        fields(&format!("{parts} B & A")),
        ["n: int = 5 min 3 max 9", "k: string nullable email", "m: string max_length 8"]
    );
    assert_eq!(
        fields("@validation type Request = Partial<Address> & { zip: string @minLength(4) }"),
        ["street: string optional min_length 2", "zip: string min_length 4"]
    );
}

#[test]
fn a_union_is_told_apart_by_one_key() {
    let parts = "@validation type Card { v: \"1\", number: string, type: \"card\" }";
    assert_eq!(
        fields(&format!("{parts}\n@validation type Request = | Card | {{ type: \"cash\", v: \"1\" }}")),
        ["type card", "v: string constant \"1\"", "number: string", "type cash", "v: string constant \"1\""]
    );
    assert_eq!(
        fields(
            "@validation type Pay = { by: \"card\" } | { by: \"cash\", coins: int }\n@validation type Request = Pay"
        ),
        ["by card", "by cash", "coins: int"]
    );
}

#[test]
fn the_order_of_declarations_does_not_matter() {
    let last = fields(
        "@validation type A = Omit<Task, [title]>\n@validation type B = Partial<A>\n@validation type Request = B & { x: int }",
    );
    let first = fields(
        "@validation type Request = B & { x: int }\n@validation type B = Partial<A>\n@validation type A = Omit<Task, [title]>",
    );
    assert_eq!(first, last);
}
