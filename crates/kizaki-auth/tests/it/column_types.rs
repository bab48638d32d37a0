//! Every type that an attribute can have, out of the column that the book says, on both databases.

use serde_json::{Value, json};

use crate::support::{Database, Place, on_both};
use crate::visitor::{ADA, Visitor};

on_both! {
    every_type_has_one_form
    what_is_not_of_the_type_lets_nothing_pass
    values_are_found_by_literals
    values_are_found_by_other_attributes
    a_value_of_every_type_can_be_chosen
}

/// A type of the language; what the column is in PostgreSQL and SQLite, and the value there; and as JSON.
type Case = (&'static str, [&'static str; 2], [&'static str; 2], &'static str);

/// Values that can be compared.
const COMPARABLE: [Case; 16] = [
    ("string", ["text", "TEXT"], ["'Zoë \"'", "'Zoë \"'"], r#""Zoë \"""#),
    ("string", ["varchar(9)", "VARCHAR(9)"], ["'Zoë'", "'Zoë'"], r#""Zoë""#),
    ("smallint", ["smallint", "INTEGER"], ["-32768", "-32768"], "-32768"),
    ("int", ["integer", "INTEGER"], ["2147483647", "2147483647"], "2147483647"),
    ("bigint", ["bigint", "INTEGER"], ["9007199254740993", "9007199254740993"], r#""9007199254740993""#),
    (
        "decimal(14, 2)",
        ["numeric(14, 2)", "TEXT"],
        ["123456789012.1", "'123456789012.10'"],
        r#""123456789012.10""#,
    ),
    ("decimal(3, 0)", ["numeric", "TEXT"], ["7.00", "'7'"], r#""7""#),
    ("double", ["double precision", "REAL"], ["0.1", "0.1"], "0.1"),
    ("boolean", ["boolean", "INTEGER"], ["true", "1"], "true"),
    (
        "datetime",
        ["timestamptz", "TEXT"],
        ["'2024-02-29T13:00:00.25+01:00'", "'2024-02-29T13:00:00.25+01:00'"],
        r#""2024-02-29T12:00:00.25Z""#,
    ),
    ("date", ["date", "TEXT"], ["'2024-02-29'", "'2024-02-29'"], r#""2024-02-29""#),
    (
        "uuid",
        ["uuid", "TEXT"],
        ["'018F0000-0000-7000-8000-00000000000A'", "'018f0000-0000-7000-8000-00000000000a'"],
        r#""018f0000-0000-7000-8000-00000000000a""#,
    ),
    ("bytes", ["bytea", "BLOB"], [r"'\x00ff'", "x'00ff'"], r#""AP8=""#),
    ("Color", ["color", "TEXT"], ["'Green'", "'Green'"], r#""Green""#),
    ("Color", ["text", "TEXT"], ["'Red'", "'Red'"], r#""Red""#),
    ("Country.code", ["text", "TEXT"], ["'de'", "'de'"], r#""de""#),
];

/// Values that cannot, but for a choice.
const OTHERS: [Case; 12] = [
    ("file", ["text", "TEXT"], ["'files/1.pdf'", "'files/1.pdf'"], r#""files/1.pdf""#),
    (
        "json",
        ["jsonb", "TEXT"],
        [r#"'{"b": [1, null], "a": "x"}'"#, r#"'{"b": [1, null], "a": "x"}'"#],
        r#"{"a":"x","b":[1,null]}"#,
    ),
    ("json", ["json", "TEXT"], ["'7'", "'7'"], "7"),
    ("Address", ["jsonb", "TEXT"], [r#"'{"street": "x"}'"#, r#"'{"street": "x"}'"#], r#"{"street":"x"}"#),
    ("string[]", ["text[]", "TEXT"], [r#"'{a,"b, c"}'"#, r#"'["a", "b, c"]'"#], r#"["a","b, c"]"#),
    ("Color[]", ["color[]", "TEXT"], ["'{Red,Green}'", r#"'["Red","Green"]'"#], r#"["Red","Green"]"#),
    ("bigint[]", ["bigint[]", "TEXT"], ["'{1,-2}'", "'[1,-2]'"], r#"["1","-2"]"#),
    ("decimal(5, 1)[]", ["numeric(5, 1)[]", "TEXT"], ["'{1.5,2}'", r#"'["1.5", "2"]'"#], r#"["1.5","2.0"]"#),
    ("double[]", ["double precision[]", "TEXT"], ["'{0.1,2}'", "'[0.1,2]'"], "[0.1,2.0]"),
    ("boolean[]", ["boolean[]", "TEXT"], ["'{t,f}'", "'[true,false]'"], "[true,false]"),
    ("bytes[]", ["bytea[]", "TEXT"], [r#"'{"\\x00ff"}'"#, r#"'["AP8="]'"#], r#"["AP8="]"#),
    (
        "datetime[]",
        ["timestamptz[]", "TEXT"],
        ["'{2024-02-29T12:00:00Z}'", r#"'["2024-02-29T12:00:00Z"]'"#],
        r#"["2024-02-29T12:00:00Z"]"#,
    ),
];

const ENTITIES: &str = "
    enum Color { Red, Green }
    type Address { street: string }
    entity Country { code: string @primaryKey  @grant read }
    entity Team { name: string  @grant read }
";

fn of<T: Copy>(place: &Place, both: [T; 2]) -> T {
    both[usize::from(place.database == Database::Sqlite)]
}

/// Publishes an app whose entity `Thing` has a field for each type, and makes its table.
async fn things(place: &mut Place, principal: &str, types: &[(&str, [&str; 2])]) {
    let fields: String = types.iter().zip(0..).map(|((ty, _), at)| format!("f{at}: {ty}  ")).collect();
    place.prepare(&format!(
        "auth {{ providers: [email]  principal {{ {principal} }} }} {ENTITIES}
         entity Thing {{ userId: __User.id @unique  {fields}  @grant read }}
         entity Other {{ userId: __User.id @unique  {fields}  @grant read }}
         routes(\"/\", auth: session) {{ GET /mine -> mine }}"
    ));
    if place.app_url.is_none() {
        place.make_app(of(place, ["CREATE TYPE color AS ENUM ('Red', 'Green')", ""])).await;
    }
    for table in ["thing", "other"] {
        let columns: String = types
            .iter()
            .zip(0..)
            .map(|((_, column), at)| format!(", f{at} {}", of(place, *column)))
            .collect();
        place.app(&format!("DROP TABLE IF EXISTS {table}")).await;
        place.app(&format!("CREATE TABLE {table} (user_id {{uuid}}{columns})")).await;
    }
}

async fn row(place: &Place, table: &str, user: &str, values: &[&str]) {
    place.app(&format!("INSERT INTO {table} VALUES ('{user}', {})", values.join(", "))).await;
}

fn cases() -> Vec<Case> {
    COMPARABLE.into_iter().chain(OTHERS).collect()
}

fn columns(cases: &[Case]) -> Vec<(&'static str, [&'static str; 2])> {
    cases.iter().map(|(ty, column, ..)| (*ty, *column)).collect()
}

/// An attribute for each field.
fn attributes(cases: &[Case], end: &str, binding: impl Fn(usize) -> String) -> String {
    let one = |(at, case): (usize, &Case)| format!("a{at}: {}{end} {}\n", case.0, binding(at));
    cases.iter().enumerate().map(one).collect()
}

fn expected(cases: &[Case]) -> Value {
    let value = |(at, case): (usize, &Case)| (format!("a{at}"), serde_json::from_str(case.3).unwrap());
    Value::Object(cases.iter().enumerate().map(value).collect())
}

async fn every_type_has_one_form(mut place: Place) {
    let cases = cases();
    let principal = attributes(&cases, "?", |at| format!("@from(Thing.f{at})"));
    things(&mut place, &principal, &columns(&cases)).await;
    let node = place.node().await;
    let ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    row(&place, "thing", &id, &vec!["NULL"; cases.len()]).await;
    let principal = ada.principal("GET", "/mine").await;
    assert_eq!(principal["incomplete"], json!([]));
    assert!(principal["attributes"].as_object().unwrap().values().all(Value::is_null), "{principal}");
    place.app("DELETE FROM thing").await;
    row(&place, "thing", &id, &cases.iter().map(|case| of(&place, case.2)).collect::<Vec<_>>()).await;
    assert_eq!(ada.principal("GET", "/mine").await["attributes"], expected(&cases));
    assert_eq!(ada.session().await.json()["attributes"], expected(&cases));
}

async fn what_is_not_of_the_type_lets_nothing_pass(mut place: Place) {
    let cases: &[(&str, &str, &str)] = match place.database {
        Database::Sqlite => &[
            ("string", "BLOB", "x'41'"),
            ("string", "BLOB", "7"),
            ("smallint", "INTEGER", "32768"),
            ("int", "INTEGER", "2147483648"),
            ("int", "BLOB", "'7'"),
            ("int", "REAL", "7.5"),
            ("bigint", "BLOB", "'7'"),
            ("decimal(5, 2)", "TEXT", "'7.5'"),
            ("decimal(5, 2)", "NUMERIC", "7.5"),
            ("decimal(5, 2)", "TEXT", "'7.505'"),
            ("double", "TEXT", "'0.1'"),
            ("double", "REAL", "9e999"),
            ("boolean", "INTEGER", "2"),
            ("boolean", "TEXT", "'true'"),
            ("datetime", "INTEGER", "1709208000"),
            ("datetime", "TEXT", "'2024-02-29 12:00:00'"),
            ("date", "TEXT", "'2024-02-30'"),
            ("date", "TEXT", "'20240229'"),
            ("uuid", "TEXT", "'018F0000-0000-7000-8000-00000000000A'"),
            ("uuid", "TEXT", "'018f000000007000800000000000000a'"),
            ("Team.id", "TEXT", "'7'"),
            ("bytes", "TEXT", "'AP8='"),
            ("Color", "TEXT", "'Blue'"),
            ("json", "TEXT", "'{'"),
            ("Address", "TEXT", "'[]'"),
            ("string[]", "TEXT", "'{\"a\": 1}'"),
            ("string[]", "TEXT", "'[\"a\", null]'"),
            ("string[]", "TEXT", "'a'"),
        ],
        Database::Postgres => &[
            ("string", "integer", "7"),
            ("string", "jsonb", "'{}'"),
            ("smallint", "integer", "32768"),
            ("int", "bigint", "2147483648"),
            ("int", "text", "'7'"),
            ("int", "numeric", "7.5"),
            ("bigint", "numeric", "9223372036854775808"),
            ("decimal(5, 2)", "numeric", "7.505"),
            ("decimal(5, 2)", "numeric", "'NaN'"),
            ("decimal(5, 2)[]", "text", "'secret'"),
            ("double", "double precision", "'Infinity'"),
            ("boolean", "integer", "1"),
            ("datetime", "timestamp", "'2024-02-29T12:00:00'"),
            ("datetime", "timestamptz", "'infinity'"),
            ("datetime", "bigint", "1709208000"),
            ("date", "date", "'infinity'"),
            ("date", "timestamptz", "'2024-02-29T12:00:00Z'"),
            ("uuid", "text", "'018f000000007000800000000000000a'"),
            ("Team.id", "bigint", "7"),
            ("bytes", "text", "'secret'"),
            ("Color", "text", "'Blue'"),
            ("Address", "jsonb", "'[]'"),
            ("string[]", "text", "'a'"),
            ("string[]", "text[]", "'{a,NULL}'"),
            ("string[]", "text[]", "'{{a},{b}}'"),
            ("string[]", "jsonb", "'[1]'"),
        ],
    };
    place.prepare(&format!("auth {{ providers: [email] }} {ENTITIES}"));
    place.make_app(of(&place, ["CREATE TYPE color AS ENUM ('Red', 'Green')", ""])).await;
    let node = place.node().await;
    let ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let (id, cookie) = (ada.id().await, ada.cookie.clone());
    for (ty, column, value) in cases {
        things(&mut place, &format!("a: {ty} @from(Thing.f0)"), &[(ty, [column, column])]).await;
        row(&place, "thing", &id, &[value]).await;
        let node = place.node().await;
        let ada = Visitor::new(&node, "192.0.2.1").with(cookie.clone());
        let statuses = (ada.authorize().await.status, ada.session().await.status);
        assert_eq!(statuses, (503, 503), "{ty} in {column} {value}");
        node.service.close().await;
    }
}

async fn values_are_found_by_literals(mut place: Place) {
    let literals = [
        ("string", r#""Zoë \"""#, r#""zoë \"""#),
        ("smallint", "-32768", "-32767"),
        ("int", "2147483647", "7.5"),
        ("bigint", "9007199254740993", "9007199254740992"),
        ("decimal(14, 2)", "123456789012.1", "123456789012.101"),
        ("double", "0.1", "0.2"),
        ("boolean", "true", "false"),
        ("datetime", r#""2024-02-29T12:00:00.250Z""#, r#""soon""#),
        ("date", r#""2024-02-29""#, r#""2024-02-30""#),
        ("uuid", r#""018F0000-0000-7000-8000-00000000000a""#, r#""x""#),
        ("Color", r#""Green""#, r#""Red""#),
        ("Country.code", r#""de""#, r#""fr""#),
    ];
    let case = |ty: &str| *COMPARABLE.iter().find(|case| case.0 == ty).unwrap();
    let cases: Vec<_> = literals.iter().map(|(ty, ..)| case(ty)).collect();
    let one = |(at, (_, right, wrong)): (usize, &(&str, &str, &str))| {
        format!(
            "r{at}: uuid? @from(Thing.userId, where Thing.f{at} == {right})
             w{at}: uuid? @from(Thing.userId, where Thing.f{at} == {wrong})\n"
        )
        .replace("uuid?", "__User.id?")
    };
    let principal: String = literals.iter().enumerate().map(one).collect();
    things(&mut place, &principal, &columns(&cases)).await;
    let node = place.node().await;
    let ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    row(&place, "thing", &id, &cases.iter().map(|case| of(&place, case.2)).collect::<Vec<_>>()).await;
    let principal = ada.principal("GET", "/mine").await;
    for (at, (ty, ..)) in literals.iter().enumerate() {
        assert_eq!(principal["attributes"][format!("r{at}")], json!(id), "{ty}");
        assert_eq!(principal["attributes"][format!("w{at}")], json!(null), "{ty}");
    }
}

async fn values_are_found_by_other_attributes(mut place: Place) {
    let cases = COMPARABLE;
    // Numbers of all types are compared with each other: those of the second and the third with the fifth, which differ.
    let mut principal = attributes(&cases, "", |at| format!("@from(Thing.f{at})"));
    for at in 0..cases.len() {
        principal +=
            &format!("b{at}: __User.id? @from(Other.userId, where Other.f{at} == principal.a{at})\n");
    }
    principal += "c0: __User.id? @from(Other.userId, where Other.f2 == principal.a4)
         c1: __User.id? @from(Other.userId, where Other.f6 == principal.a3)
         c2: __User.id? @from(Other.userId, where Other.f7 == principal.a7 && Other.f3 == principal.a3)\n";
    things(&mut place, &principal, &columns(&cases)).await;
    let node = place.node().await;
    let ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    let values: Vec<_> = cases.iter().map(|case| of(&place, case.2)).collect();
    row(&place, "thing", &id, &values).await;
    row(&place, "other", &id, &values).await;
    let told = ada.principal("GET", "/mine").await["attributes"].clone();
    for at in 0..cases.len() {
        assert_eq!(told[format!("b{at}")], json!(id), "{:?}", cases[at]);
    }
    assert_eq!((&told["c0"], &told["c1"], &told["c2"]), (&json!(null), &json!(null), &json!(id)));
    // Equal numbers of different types.
    place
        .app(&format!(
            "UPDATE thing SET f4 = -7, f3 = 7; UPDATE other SET f2 = -7, f6 = {}",
            of(&place, ["7.0", "'7'"])
        ))
        .await;
    let told = ada.principal("GET", "/mine").await["attributes"].clone();
    assert_eq!((&told["c0"], &told["c1"], &told["c2"]), (&json!(id), &json!(id), &json!(null)));
    // Anything else is not found.
    let others =
        ["'x'", "'x'", "1", "1", "1", "1.00", "1", "0.5", "false", "'2023-01-01T00:00:00Z'", "'2023-01-01'"];
    let sets: Vec<_> = others.iter().zip(0..).map(|(value, at)| format!("f{at} = {value}")).collect();
    place.app(&format!("UPDATE other SET {}", sets.join(", "))).await;
    let told = ada.principal("GET", "/mine").await["attributes"].clone();
    for at in 0..others.len() {
        assert_eq!(told[format!("b{at}")], json!(null), "{:?}", cases[at]);
    }
}

async fn a_value_of_every_type_can_be_chosen(mut place: Place) {
    let cases = cases();
    let principal = attributes(&cases, "", |at| format!("@selectFrom(Thing.f{at})"));
    things(&mut place, &principal, &columns(&cases)).await;
    let node = place.node().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    row(&place, "thing", &ada.id().await, &cases.iter().map(|case| of(&place, case.2)).collect::<Vec<_>>())
        .await;
    let choices = ada.session().await.json()["choices"].clone();
    for (name, value) in expected(&cases).as_object().unwrap() {
        assert_eq!(choices[name], json!([value]), "{name}");
        let answer = ada.put("context", &json!({ name: value })).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(answer.json()["attributes"][name], *value);
        let answer = ada.put("context", &json!({ name: [[value]] })).await;
        assert_eq!(answer.status, 422, "{name}: {answer:?}");
    }
    assert_eq!(ada.principal("GET", "/mine").await["attributes"], expected(&cases));
}
