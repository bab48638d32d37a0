//! Attributes of the principal that come from the app's own tables: a value, a null or none, and never a guess.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::app::{NORTH, SOUTH};
use crate::support::{Database, Node, Place, new_database, on_both};
use crate::visitor::{ADA, Visitor};

on_both! {
    without_the_database_they_are_absent
    no_row_is_null_where_that_may_be_and_else_none
    several_rows_are_none
    a_row_of_another_user_is_not_the_users
    a_condition_on_an_absent_attribute_makes_one_absent_and_on_a_null_finds_no_row
    the_user_record_has_conditions_too
    words_of_sql_are_names_like_any_other
    all_are_of_one_moment
    what_cannot_be_read_lets_nothing_pass
    a_database_that_is_gone_lets_nothing_pass_until_it_is_back
    a_database_that_hangs_lets_nothing_pass
    what_the_app_encrypts_is_absent
    subscriptions_are_absent
    a_principal_that_no_header_holds_lets_nothing_pass
}

/// A schema with these attributes and entities.
fn app(principal: &str, entities: &str) -> String {
    format!(
        "auth {{ providers: [email]  principal {{ {principal} }} }}\n{entities}\n\
         routes(\"/\", auth: session) {{ GET /mine -> mine }}"
    )
}

/// A visitor who is signed in to an app with these tables, with the id of the user.
async fn signed_in<'n>(place: &Place, node: &'n Node) -> (Visitor<'n>, String) {
    let ada = place.signed_in(node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    (ada, id)
}

/// Attributes and what is incomplete; the session says the same.
async fn told(visitor: &Visitor<'_>) -> (Value, Value) {
    let principal = visitor.principal("GET", "/mine").await;
    let session = visitor.session().await.json();
    for part in ["attributes", "incomplete"] {
        assert_eq!(session[part], principal[part]);
    }
    (principal["attributes"].clone(), principal["incomplete"].clone())
}

/// The status of an authorisation, and of a look at the session.
async fn statuses(visitor: &Visitor<'_>) -> (u16, u16) {
    (visitor.authorize().await.status, visitor.session().await.status)
}

/// One attribute out of a table `member`.
async fn members(place: &mut Place, ty: &str) -> Node {
    place.prepare(&app(
        &format!("rank: {ty} @from(Member.rank)"),
        "entity Member { userId: __User.id  rank: string  @grant read }",
    ));
    place.make_app("CREATE TABLE member (user_id {uuid}, rank {text})").await;
    place.node().await
}

async fn without_the_database_they_are_absent(mut place: Place) {
    let principal = "mail: string @from(__User.email)  rank: string? @from(Member.rank)";
    place.prepare(&app(principal, "entity Member { userId: __User.id @unique  rank: string  @grant read }"));
    let node = place.node().await;
    let (ada, _) = signed_in(&place, &node).await;
    assert_eq!(told(&ada).await, (json!({ "mail": ADA }), json!(["rank"])));
}

async fn no_row_is_null_where_that_may_be_and_else_none(mut place: Place) {
    place.prepare(&app(
        "rank: string @from(Member.rank)  grade: string? @from(Member.grade)",
        "entity Member { userId: __User.id @unique  rank: string  grade: string?  @grant read }",
    ));
    place.make_app("CREATE TABLE member (user_id {uuid}, rank {text}, grade {text})").await;
    let node = place.node().await;
    let (ada, id) = signed_in(&place, &node).await;
    assert_eq!(told(&ada).await, (json!({ "grade": null }), json!(["rank"])));
    place.app(&format!("INSERT INTO member VALUES ('{id}', 'Leader', NULL)")).await;
    assert_eq!(told(&ada).await, (json!({ "rank": "Leader", "grade": null }), json!([])));
    place.app("UPDATE member SET grade = 'A'").await;
    assert_eq!(told(&ada).await, (json!({ "rank": "Leader", "grade": "A" }), json!([])));
    // A null where the schema has none is no value of the type.
    place.app("UPDATE member SET rank = NULL").await;
    assert_eq!(statuses(&ada).await, (503, 503));
}

async fn several_rows_are_none(mut place: Place) {
    for ty in ["string", "string?"] {
        let node = members(&mut place, ty).await;
        let (ada, id) = signed_in(&place, &node).await;
        place.app(&format!("INSERT INTO member VALUES ('{id}', 'Leader')")).await;
        assert_eq!(told(&ada).await, (json!({ "rank": "Leader" }), json!([])));
        // Not even where they agree.
        place.app(&format!("INSERT INTO member VALUES ('{id}', 'Leader')")).await;
        assert_eq!(told(&ada).await, (json!({}), json!(["rank"])), "{ty}");
        place.app("DROP TABLE member").await;
        place.execute("DELETE FROM users").await;
    }
}

async fn a_row_of_another_user_is_not_the_users(mut place: Place) {
    let node = members(&mut place, "string?").await;
    let (ada, id) = signed_in(&place, &node).await;
    let bob = place.signed_in(&node, "bob@x.example", "192.0.2.2").await;
    place.app(&format!("INSERT INTO member VALUES ('{}', 'Leader'), (NULL, 'Ghost')", bob.id().await)).await;
    assert_eq!(told(&ada).await.0, json!({ "rank": null }));
    place.app(&format!("INSERT INTO member VALUES ('{id}', 'Recruit')")).await;
    assert_eq!(told(&ada).await.0, json!({ "rank": "Recruit" }));
    assert_eq!(told(&bob).await.0, json!({ "rank": "Leader" }));
}

async fn a_condition_on_an_absent_attribute_makes_one_absent_and_on_a_null_finds_no_row(mut place: Place) {
    place.prepare(&app(
        "team: string? @from(Profile.team)
         lead: string? @from(Team.lead, where Team.name == principal.team)
         place: string @from(Team.place, where Team.name == principal.team)
         floor: int? @from(Floor.number, where Floor.place == principal.place)",
        "entity Profile { userId: __User.id  team: string?  @grant read }
         entity Team {
           userId: __User.id  name: string  lead: string  place: string
           @unique([userId, name])  @grant read
         }
         entity Floor { userId: __User.id  place: string  number: int  @unique([userId, place])  @grant read }",
    ));
    place
        .make_app(
            "CREATE TABLE profile (user_id {uuid}, team {text});
             CREATE TABLE team (user_id {uuid}, name {text}, lead {text}, place {text});
             CREATE TABLE floor (user_id {uuid}, place {text}, number INTEGER);",
        )
        .await;
    let node = place.node().await;
    let (ada, id) = signed_in(&place, &node).await;
    place
        .app(&format!(
            "INSERT INTO profile VALUES ('{id}', 'red');
             INSERT INTO team VALUES ('{id}', 'red', 'Grace', 'tower'), ('{id}', NULL, 'Nobody', 'void');
             INSERT INTO floor VALUES ('{id}', 'tower', 7);"
        ))
        .await;
    let all = json!({ "team": "red", "lead": "Grace", "place": "tower", "floor": 7 });
    assert_eq!(told(&ada).await, (all, json!([])));
    // Null equals nothing, not even the null of a row.
    place.app("UPDATE profile SET team = NULL").await;
    let nulls = json!({ "team": null, "lead": null });
    assert_eq!(told(&ada).await, (nulls.clone(), json!(["place", "floor"])));
    place.app("DELETE FROM profile").await;
    assert_eq!(told(&ada).await, (nulls, json!(["place", "floor"])));
    // Two rows: which team it is, is not known, and so nothing that depends on it.
    place.app(&format!("INSERT INTO profile VALUES ('{id}', 'red'), ('{id}', 'blue')")).await;
    assert_eq!(told(&ada).await, (json!({}), json!(["team", "place", "floor", "lead"])));
}

async fn the_user_record_has_conditions_too(mut place: Place) {
    place.prepare(&app(
        "root: string? @from(__User.email, where __User.email == \"ada@x.example\")
         self: string? @from(__User.name, where __User.id == principal.id && __User.name == \"Ada\")
         rank: string @from(Member.rank)
         ranked: string? @from(__User.name, where __User.name == principal.rank)",
        "entity Member { userId: __User.id @unique  rank: string  @grant read }",
    ));
    place.make_app("CREATE TABLE member (user_id {uuid}, rank {text})").await;
    let node = place.node().await;
    let (ada, id) = signed_in(&place, &node).await;
    assert_eq!(told(&ada).await, (json!({ "root": ADA, "self": "Ada" }), json!(["rank", "ranked"])));
    let bob = place.signed_in(&node, "bob@x.example", "192.0.2.2").await;
    place.app(&format!("INSERT INTO member VALUES ('{id}', 'Ada'), ('{}', 'x')", bob.id().await)).await;
    let expected = json!({ "root": ADA, "self": "Ada", "rank": "Ada", "ranked": "Ada" });
    assert_eq!(told(&ada).await, (expected, json!([])));
    let expected = json!({ "root": null, "self": "Ada", "rank": "x", "ranked": null });
    assert_eq!(told(&bob).await, (expected, json!([])));
}

async fn words_of_sql_are_names_like_any_other(mut place: Place) {
    place.prepare(&app(
        "select: string @from(Order.group, where Order.user == principal.id && Order.where == \"a'b\\\"; --\")
         table: string @selectFrom(Order.group)",
        "entity Order {
           user: __User.id  group: string  where: string
           @unique([user, where])  @grant read
         }",
    ));
    place.make_app("CREATE TABLE \"order\" (\"user\" {uuid}, \"group\" {text}, \"where\" {text})").await;
    let node = place.node().await;
    let (mut ada, id) = signed_in(&place, &node).await;
    place
        .app(&format!("INSERT INTO \"order\" VALUES ('{id}', 'g''1\"', 'a''b\"; --'), ('{id}', '%', 'x')"))
        .await;
    assert_eq!(told(&ada).await, (json!({ "select": "g'1\"" }), json!(["table"])));
    for (value, status) in [("g'1\"", 200), ("' OR ''='", 422), ("%", 200), ("_", 422), ("group", 422)] {
        let answer = ada.put("context", &json!({ "table": value })).await;
        assert_eq!(answer.status, status, "{value}");
    }
    assert_eq!(told(&ada).await.0["table"], "%");
}

async fn all_are_of_one_moment(mut place: Place) {
    place.prepare(&app(
        "at: string @from(Member.place)
         rank: string @from(Member.rank)
         again: string @from(Member.place)",
        "entity Member { userId: __User.id @unique  place: string  rank: string  @grant read }",
    ));
    place.make_app("CREATE TABLE member (user_id {uuid}, place {text}, rank {text})").await;
    let node = place.node().await;
    let (ada, id) = signed_in(&place, &node).await;
    place.app(&format!("INSERT INTO member VALUES ('{id}', '{NORTH}', 'Owner')")).await;
    let changing = async {
        for round in 0..100 {
            let (place_of, rank) = if round % 2 == 0 { (SOUTH, "Guest") } else { (NORTH, "Owner") };
            place.app(&format!("UPDATE member SET place = '{place_of}', rank = '{rank}'")).await;
        }
    };
    let reading = async {
        let mut seen = Vec::new();
        for _ in 0..100 {
            let attributes = ada.principal("GET", "/mine").await["attributes"].clone();
            let text = |name: &str| attributes[name].as_str().unwrap().to_owned();
            seen.push((text("at"), text("rank"), text("again")));
        }
        seen
    };
    let ((), seen) = tokio::join!(changing, reading);
    for (at, rank, again) in seen {
        assert_eq!(rank, if at == NORTH { "Owner" } else { "Guest" });
        assert_eq!(at, again);
    }
}

async fn what_cannot_be_read_lets_nothing_pass(mut place: Place) {
    place.prepare(&app(
        "rank: string? @from(Member.rank, where Member.active == true)",
        "entity Member { userId: __User.id @unique  rank: string  active: boolean  @grant read }",
    ));
    let table = "CREATE TABLE member (user_id {uuid}, rank {text}, active BOOLEAN)";
    place.make_app(table).await;
    let node = place.node().await;
    let (mut ada, id) = signed_in(&place, &node).await;
    let insert = format!("INSERT INTO member VALUES ('{id}', 'Leader', true)");
    for broken in [
        "CREATE TABLE other (user_id {uuid}, rank {text}, active BOOLEAN)",
        "CREATE TABLE member (user_id {uuid}, active BOOLEAN)",
        "CREATE TABLE member (user_id {uuid}, rank {text})",
        "CREATE TABLE member (rank {text}, active BOOLEAN)",
    ] {
        place.app("DROP TABLE member").await;
        place.app(broken).await;
        assert_eq!(statuses(&ada).await, (503, 503), "{broken}");
        // Nor does anybody sign in whose session could not be told.
        let answer = Visitor::new(&node, "192.0.2.9").login(ADA, crate::visitor::PASSWORD).await;
        assert_eq!(
            (answer.status, answer.code().as_str(), answer.header("set-cookie")),
            (503, "unavailable", None)
        );
        place.app("DROP TABLE IF EXISTS member").await;
        place.app(table).await;
        place.app(&insert).await;
        assert_eq!(told(&ada).await.0, json!({ "rank": "Leader" }), "{broken}");
    }
    ada.post("logout", &json!({})).await;
    assert_eq!(statuses(&ada).await, (401, 401));
}

async fn a_database_that_is_gone_lets_nothing_pass_until_it_is_back(mut place: Place) {
    place.prepare(&app(
        "rank: string? @from(Member.rank)",
        "entity Member { userId: __User.id @unique  rank: string  @grant read }",
    ));
    place.make_app("").await;
    if place.database == Database::Postgres {
        place.app_url = Some(new_database(&place.store_url).await);
    }
    place.app("CREATE TABLE member (user_id {uuid}, rank {text})").await;
    let node = place.node().await;
    let (ada, _) = signed_in(&place, &node).await;
    assert_eq!(statuses(&ada).await, (200, 200));
    let file = place.path("app.db");
    match place.database {
        Database::Sqlite => {
            let bytes = std::fs::read(&file).unwrap();
            std::fs::write(&file, vec![b'x'; bytes.len()]).unwrap();
            assert_eq!(statuses(&ada).await, (503, 503));
            std::fs::write(&file, bytes).unwrap();
        }
        Database::Postgres => {
            let (_, name) = place.app_url.as_ref().unwrap().rsplit_once('/').unwrap();
            let mut server = sqlx::PgConnection::connect(&place.store_url).await.unwrap();
            let mut allow = async |may: bool| {
                let text = format!(
                    "ALTER DATABASE {name} ALLOW_CONNECTIONS {may};
                     SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                );
                sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut server).await.unwrap();
            };
            allow(false).await;
            assert_eq!(statuses(&ada).await, (503, 503));
            allow(true).await;
        }
    }
    // A connection that broke is noticed by its next use, which fails.
    while statuses(&ada).await != (200, 200) {}
}

async fn a_database_that_hangs_lets_nothing_pass(mut place: Place) {
    place.settings.limits.store_time = Duration::from_millis(500);
    let node = members(&mut place, "string?").await;
    let (ada, _) = signed_in(&place, &node).await;
    let url = place.app_url.clone().unwrap();
    match place.database {
        Database::Sqlite => {
            let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
            let mut held = options.connect().await.unwrap();
            sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut held).await.unwrap();
            assert_eq!(statuses(&ada).await, (503, 503));
            held.close().await.unwrap();
        }
        Database::Postgres => {
            let mut held = sqlx::PgConnection::connect(&url).await.unwrap();
            let lock = "BEGIN; LOCK TABLE public.member IN ACCESS EXCLUSIVE MODE";
            sqlx::raw_sql(lock).execute(&mut held).await.unwrap();
            assert_eq!(statuses(&ada).await, (503, 503));
            held.close().await.unwrap();
        }
    }
    while statuses(&ada).await != (200, 200) {}
}

async fn what_the_app_encrypts_is_absent(mut place: Place) {
    place.prepare(&app(
        "phone: string? @from(Profile.phone)
         name: string? @from(Profile.name, where Profile.phone == \"1\")
         plain: string? @from(Profile.name)",
        "entity Profile { userId: __User.id @unique  phone: string? @sensitive  name: string  @grant read }",
    ));
    place.make_app("CREATE TABLE profile (user_id {uuid}, phone {text}, name {text})").await;
    let node = place.node().await;
    let (ada, id) = signed_in(&place, &node).await;
    place.app(&format!("INSERT INTO profile VALUES ('{id}', '1', 'Ada')")).await;
    assert_eq!(told(&ada).await, (json!({ "plain": "Ada" }), json!(["name", "phone"])));
}

async fn subscriptions_are_absent(mut place: Place) {
    place
        .prepare(&app("", "payments { @secret stripeKey  plan Free { }  plan Pro { stripe: \"price_1\" } }"));
    let node = place.node().await;
    let (ada, _) = signed_in(&place, &node).await;
    assert_eq!(told(&ada).await, (json!({}), json!(["plan", "planStatus"])));
}

async fn a_principal_that_no_header_holds_lets_nothing_pass(mut place: Place) {
    let node = members(&mut place, "string").await;
    let (ada, id) = signed_in(&place, &node).await;
    for (length, status) in [(8000, 200), (20_000, 503)] {
        place.app("DELETE FROM member").await;
        place.app(&format!("INSERT INTO member VALUES ('{id}', '{}')", "x".repeat(length))).await;
        assert_eq!(statuses(&ada).await, (status, 200), "{length}");
    }
}
