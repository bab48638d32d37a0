//! Artifacts as large as the limits let them be.

use inspire_artifact::entity::{self, EnumRecord, MemberRecord};
use inspire_artifact::policy::{self, Audience, Effect, Op, OpRecord, PolicyRecord};
use inspire_artifact::record::DocRecord;
use inspire_artifact::routes::Method;
use inspire_artifact::{Artifact, List, NONE, Tables, Text, encode, index, limits};
use inspire_fuzz::route_tables;

use crate::{alone, bounded, within_bound};

/// The stack on which an artifact must load and be searched.
const STACK: usize = 256 << 10;

/// Runs `work` on a small stack.
fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// The shortest text with this number; those of small numbers are the shortest.
fn short_text(mut number: usize) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(1 + (number % 127) as u8));
        number /= 127;
        if number == 0 {
            return text;
        }
        number -= 1;
    }
}

/// One enum of so many members, the table with most texts for its bytes.
fn members(count: usize) -> entity::Tables {
    let mut t = entity::Tables::default();
    t.members.extend((0..count).map(|number| MemberRecord { name: t.strings.intern(&short_text(number)) }));
    t.enums.push(EnumRecord { name: t.strings.intern("Enum"), members: List::since(0, count) });
    t
}

#[test]
fn many_short_texts_stay_within_the_bound() {
    let _alone = alone();
    // Just past where the table of texts that the loader keeps is doubled: nowhere is it larger for its texts.
    let count = (1 << 23) * 2 / 3 + 2;
    let file = encode(&Tables { data: Some(members(count)), ..Tables::default() }, "test");
    assert_eq!(bounded(&file, "many short texts"), Ok(()));
}

/// As many routes as there may be; the last has as many segments as a path may have, every other one a parameter, and
/// an almost equal one for each of its literals, so that a search goes all the way down and back.
fn routes() -> Vec<(Method, String)> {
    let mut routes: Vec<_> = (limits::PATH_SEGMENTS + 1..limits::ROUTES)
        .map(|number| (Method::Get, format!("/v{}/r{}/:id", number % 1000, number / 1000)))
        .collect();
    for depth in 0..=limits::PATH_SEGMENTS {
        let segment = |at: usize| if at < depth { "/a".to_owned() } else { format!("/:p{at}") };
        routes.push((Method::Post, (0..limits::PATH_SEGMENTS).map(segment).collect()));
    }
    routes.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    routes
}

fn op(op: Op, number: usize, text: Text) -> OpRecord {
    OpRecord {
        op: op.into(),
        scale: 0,
        number: (number as i64).into(),
        text,
        attribute: NONE.into(),
        steps: List::default(),
    }
}

fn policy(condition: List) -> PolicyRecord {
    PolicyRecord {
        entity: NONE.into(),
        effect: Effect::Grant.into(),
        actions: policy::action::READ,
        audience: Audience::SignedIn.into(),
        system: NONE.into(),
        role_name: Text::EMPTY,
        via: NONE.into(),
        condition,
        action_fields: List::default(),
        why: Text::EMPTY,
    }
}

/// A condition that nests as deeply as there is room, and one of as many parts, each of them `text`.
fn policies(depth: usize, parts: usize, text: &str) -> policy::Tables {
    let mut t = policy::Tables::default();
    let text = t.strings.intern(text);
    t.ops.push(op(Op::Bool, 1, Text::EMPTY));
    t.ops.extend(std::iter::repeat_n(op(Op::Not, 0, Text::EMPTY), depth));
    t.ops.extend(std::iter::repeat_n(op(Op::String, 0, text), parts));
    t.ops.push(op(Op::And, parts, Text::EMPTY));
    t.policies.push(policy(List::since(0, depth + 1)));
    t.policies.push(policy(List::since(depth + 1, t.ops.len())));
    t
}

/// Doc comments of the greatest length.
fn docs(t: &mut entity::Tables, count: usize) {
    for record in 0..count {
        let number = record.to_string();
        let text = number.clone() + &"-".repeat(limits::DOC_BYTES as usize - number.len());
        let text = t.strings.intern(&text);
        t.docs.push(DocRecord { table: 7.into(), record: index(record), text });
    }
}

#[test]
fn the_largest_artifact_loads_on_a_small_stack() {
    let _alone = alone();
    let mut data = members(1_000_000);
    docs(&mut data, 2000);
    let tables = Tables {
        routes: Some(route_tables(&routes())),
        data: Some(data),
        policies: Some(policies(500_000, 500_000, "a")),
        ..Tables::default()
    };
    let file = encode(&tables, "test");
    drop(tables);
    let share = file.len() as u64 * 100 / limits::FILE_BYTES;
    assert!((90..=100).contains(&share), "{} bytes are {share} % of the limit", file.len());
    on_a_small_stack(|| {
        assert_eq!(bounded(&file, "the largest artifact"), Ok(()));
        let artifact = Artifact::from_bytes(&file).unwrap();
        let routes = artifact.routes().unwrap().unwrap();
        assert_eq!(routes.routes().len(), limits::ROUTES);
        let deepest = "/a".repeat(limits::PATH_SEGMENTS);
        assert_eq!(routes.find("POST", &deepest).unwrap().route().path, deepest);
        let back = "/a".repeat(limits::PATH_SEGMENTS - 1) + "/b";
        assert_eq!(routes.find("POST", &back).unwrap().params().count(), 1);
        let first = format!("/b{}", "/a".repeat(limits::PATH_SEGMENTS - 1));
        assert_eq!(routes.find("POST", &first).unwrap().params().count(), limits::PATH_SEGMENTS);
    });
}

#[test]
fn conditions_are_shown_without_being_copied() {
    let _alone = alone();
    let text = "a".repeat(limits::STRING_BYTES as usize);
    let tables = Tables { policies: Some(policies(200_000, 2000, &text)), ..Tables::default() };
    let file = encode(&tables, "test");
    let artifact = Artifact::from_bytes(&file).unwrap();
    let mut shown = Count(0);
    on_a_small_stack(|| {
        within_bound(&file, "the contents as JSON", || {
            serde_json::to_writer(&mut shown, &artifact.to_json().unwrap()).unwrap();
        });
    });
    assert!(shown.0 > 2000 * text.len(), "{} bytes", shown.0);
}

/// Counts the bytes that are written.
struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
