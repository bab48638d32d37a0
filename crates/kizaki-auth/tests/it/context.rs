//! Attributes that users choose for a session: only out of their own rows, and only while they are theirs.

use serde_json::{Value, json};

use crate::app::{NORTH, SOUTH, saas};
use crate::support::{Answer, Node, Place, on_both};
use crate::visitor::{ADA, APP, Visitor};

on_both! {
    a_user_chooses_one_of_their_organisations
    what_is_not_the_users_own_is_refused
    a_choice_holds_only_while_the_row_is_the_users
    a_choice_ends_with_its_session_and_its_declaration
    a_choice_may_need_another
    who_may_not_choose_is_told_so
    changes_at_once_are_done_one_after_the_other
}

/// A route of the example that anyone who is signed in may use, as often as they like.
const ROUTE: (&str, &str) = ("POST", "/app/invitations/1/accept");

async fn told(visitor: &Visitor<'_>) -> Value {
    let principal = visitor.principal(ROUTE.0, ROUTE.1).await;
    json!([principal["attributes"], principal["incomplete"]])
}

/// The messages of a 422, by field.
fn refused(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_fields"), "{answer:?}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = answer.json()["error"]["fields"].as_array().unwrap().clone();
    fields.iter().map(|field| (text(&field["field"]), text(&field["message"]))).collect()
}

/// A member of the organisations of the example: an owner of one, a guest of the other.
async fn member<'n>(place: &Place, node: &'n Node) -> Visitor<'n> {
    let ada = place.signed_in(node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    place.join(&id, NORTH, "Owner").await;
    place.join(&id, SOUTH, "Guest").await;
    ada
}

async fn a_user_chooses_one_of_their_organisations(mut place: Place) {
    place.saas().await;
    let node = place.node().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    let session = ada.session().await.json();
    assert_eq!(session["attributes"], json!({ "displayName": null }));
    assert_eq!(session["incomplete"], json!(["organisationId", "rank"]));
    assert_eq!(session["choices"], json!({ "organisationId": [] }));
    assert_eq!(told(&ada).await, json!([{ "displayName": null }, ["organisationId", "rank"]]));

    place.join(&id, NORTH, "Owner").await;
    place.join(&id, SOUTH, "Guest").await;
    place.app(&format!("INSERT INTO profile VALUES ('{NORTH}', '{id}', 'Ada L.')")).await;
    assert_eq!(ada.session().await.json()["choices"], json!({ "organisationId": [NORTH, SOUTH] }));
    for (organisation, rank) in [(NORTH, "Owner"), (SOUTH, "Guest")] {
        let answer = ada.put("context", &json!({ "organisationId": organisation })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let attributes = json!({ "organisationId": organisation, "rank": rank, "displayName": "Ada L." });
        assert_eq!(answer.json()["attributes"], attributes);
        assert_eq!(answer.json()["incomplete"], json!([]));
        assert_eq!(ada.session().await.json(), answer.json());
        assert_eq!(told(&ada).await, json!([attributes, []]));
    }
    // The same value in another form, and none at all.
    let answer = ada.put("context", &json!({ "organisationId": NORTH.to_uppercase() })).await;
    assert_eq!(answer.json()["attributes"]["organisationId"], NORTH);
    let answer = ada.put("context", &json!({ "organisationId": null })).await;
    assert_eq!(answer.json()["attributes"], json!({ "displayName": "Ada L." }));
    assert_eq!(told(&ada).await, json!([{ "displayName": "Ada L." }, ["organisationId", "rank"]]));
}

async fn what_is_not_the_users_own_is_refused(mut place: Place) {
    place.saas().await;
    let node = place.node().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let bob = place.signed_in(&node, "bob@x.example", "192.0.2.2").await;
    place.join(&ada.id().await, NORTH, "Guest").await;
    place.join(&bob.id().await, SOUTH, "Owner").await;
    assert_eq!(ada.put("context", &json!({ "organisationId": NORTH })).await.status, 200);
    let nowhere = "018f0000-0000-7000-8000-00000000000c";
    let not_yours = "Choose one of the values that the session lists.";
    let none = "There is no attribute of this name to choose.";
    for (body, expected) in [
        // Whether it exists makes no difference.
        (json!({ "organisationId": SOUTH }), vec![("organisationId", not_yours)]),
        (json!({ "organisationId": nowhere }), vec![("organisationId", not_yours)]),
        (json!({ "organisationId": "" }), vec![("organisationId", not_yours)]),
        (json!({ "organisationId": "' OR true --" }), vec![("organisationId", not_yours)]),
        (json!({ "organisationId": format!("{NORTH}\0") }), vec![("organisationId", not_yours)]),
        (json!({ "organisationId": [NORTH] }), vec![("organisationId", not_yours)]),
        (json!({ "organisationId": true }), vec![("organisationId", not_yours)]),
        (json!({ "rank": "Owner" }), vec![("rank", none)]),
        (json!({ "id": NORTH }), vec![("id", none)]),
        (json!({ "organisation_id": NORTH }), vec![("organisation_id", none)]),
        (
            json!({ "organisationId": 7, "displayName": null, "nope\n": "x" }),
            vec![("displayName", none), ("nope\n", none), ("organisationId", not_yours)],
        ),
        // One that is right changes nothing beside one that is not.
        (json!({ "organisationId": null, "nope": NORTH }), vec![("nope", none)]),
    ] {
        let answer = ada.put("context", &body).await;
        let expected: Vec<_> =
            expected.into_iter().map(|(field, why)| (field.to_owned(), why.to_owned())).collect();
        let mut found = refused(&answer);
        found.sort();
        assert_eq!(found, expected, "{body}");
        assert_eq!(told(&ada).await[0]["organisationId"], NORTH);
    }
}

async fn a_choice_holds_only_while_the_row_is_the_users(mut place: Place) {
    place.saas().await;
    let node = place.node().await;
    let mut ada = member(&place, &node).await;
    assert_eq!(ada.put("context", &json!({ "organisationId": NORTH })).await.status, 200);
    let id = ada.id().await;
    place.app(&format!("DELETE FROM membership WHERE organisation_id = '{NORTH}'")).await;
    assert_eq!(told(&ada).await, json!([{ "displayName": null }, ["organisationId", "rank"]]));
    let session = ada.session().await.json();
    assert_eq!(session["choices"], json!({ "organisationId": [SOUTH] }));
    assert!(session["attributes"]["organisationId"].is_null());
    let answer = ada.put("context", &json!({ "organisationId": NORTH })).await;
    assert_eq!(refused(&answer).len(), 1);
    // Another user's row of the same organisation is not the user's.
    let bob = place.signed_in(&node, "bob@x.example", "192.0.2.2").await;
    place.join(&bob.id().await, NORTH, "Owner").await;
    assert_eq!(told(&ada).await[1], json!(["organisationId", "rank"]));
    place.join(&id, NORTH, "Admin").await;
    assert_eq!(told(&ada).await[0]["rank"], "Admin");
}

async fn a_choice_ends_with_its_session_and_its_declaration(mut place: Place) {
    place.saas().await;
    let node = place.node().await;
    let mut ada = member(&place, &node).await;
    assert_eq!(ada.put("context", &json!({ "organisationId": NORTH })).await.status, 200);
    let before = ada.cookie.clone();
    // Another session of the same user has none.
    let mut phone = Visitor::new(&node, "192.0.2.3");
    phone.login(ADA, crate::visitor::PASSWORD).await;
    assert_eq!(told(&phone).await[1], json!(["organisationId", "rank"]));

    // Another node, and another artifact that declares the attribute alike.
    place.publish_bytes(&saas(|_, text| text.replace("sessionDuration: 12h", "sessionDuration: 13h")));
    let other = place.node().await;
    assert_eq!(told(&Visitor::new(&other, "192.0.2.1").with(before.clone())).await[0]["rank"], "Owner");
    // The same name, type and values, from elsewhere.
    let seat = "entity Seat { userId: __User.id  organisationId: Organisation.id  @grant read }";
    place.publish_bytes(&saas(|_, text| {
        text.replace("@selectFrom(Membership.organisationId)", "@selectFrom(Seat.organisationId)")
            .replace("entity Profile {", &format!("{seat}\nentity Profile {{"))
    }));
    place.app("CREATE VIEW seat AS SELECT user_id, organisation_id FROM membership").await;
    let moved = place.node().await;
    let mut ada = Visitor::new(&moved, "192.0.2.1").with(before);
    assert_eq!(told(&ada).await[1], json!(["organisationId", "rank"]));
    assert_eq!(ada.put("context", &json!({ "organisationId": SOUTH })).await.status, 200);
    assert_eq!(told(&ada).await[0]["rank"], "Guest");

    // What a new sign-in begins has no choice, and nothing of the old session is left.
    ada.login(ADA, crate::visitor::PASSWORD).await;
    assert_eq!(told(&ada).await[1], json!(["organisationId", "rank"]));
    assert_eq!(place.count("SELECT count(*) FROM session_choices").await, 0);
}

async fn a_choice_may_need_another(mut place: Place) {
    place.prepare(
        r#"
auth {
  providers: [email]
  principal {
    team: string @selectFrom(Member.team)
    project: string @selectFrom(Task.project, where Task.team == principal.team)
    task: string @from(Task.title, where Task.team == principal.team && Task.project == principal.project)
  }
}
entity Member { userId: __User.id  team: string  @unique([userId, team])  @grant read }
entity Task {
  userId: __User.id  team: string  project: string  title: string
  @unique([userId, team, project])
  @grant read
}
routes("/", auth: session) { GET /mine -> mine }
"#,
    );
    place
        .make_app(
            "CREATE TABLE member (user_id {uuid}, team {text});
             CREATE TABLE task (user_id {uuid}, team {text}, project {text}, title {text});",
        )
        .await;
    let node = place.node().await;
    let mut ada = place.signed_in(&node, ADA, "192.0.2.1").await;
    let id = ada.id().await;
    place
        .app(&format!(
            "INSERT INTO member VALUES ('{id}', 'red'), ('{id}', 'blue');
             INSERT INTO task VALUES ('{id}', 'red', 'r1', 'paint'), ('{id}', 'red', 'r2', 'sing'),
                 ('{id}', 'blue', 'b1', 'dig');"
        ))
        .await;
    assert_eq!(ada.session().await.json()["choices"], json!({ "team": ["blue", "red"], "project": [] }));
    assert_eq!(refused(&ada.put("context", &json!({ "project": "r1" })).await)[0].0, "project");
    let both = ada.put("context", &json!({ "project": "r2", "team": "red" })).await.json();
    assert_eq!(both["attributes"], json!({ "team": "red", "project": "r2", "task": "sing" }));
    assert_eq!(both["choices"], json!({ "team": ["blue", "red"], "project": ["r1", "r2"] }));
    // The other team has no such project.
    assert_eq!(
        refused(&ada.put("context", &json!({ "project": "r2", "team": "blue" })).await)[0].0,
        "project"
    );
    let blue = ada.put("context", &json!({ "team": "blue" })).await.json();
    assert_eq!(blue["attributes"], json!({ "team": "blue" }));
    assert_eq!(blue["incomplete"], json!(["project", "task"]));
    assert_eq!(ada.put("context", &json!({ "project": "b1" })).await.json()["attributes"]["task"], "dig");
}

async fn who_may_not_choose_is_told_so(mut place: Place) {
    place.saas().await;
    let node = place.node().await;
    let mut ada = member(&place, &node).await;
    let body = json!({ "organisationId": NORTH });
    for (lines, status, code) in [
        ("origin: https://evil.example\r\n", 403, "cross_site"),
        ("origin: http://localhost\r\nsec-fetch-site: same-site\r\n", 403, "cross_site"),
        // A second one.
        ("origin: http://localhost\r\ncontent-type: text/plain\r\n", 415, "unsupported_media_type"),
    ] {
        let answer = ada.write_with("PUT", "context", &body, lines).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{lines}");
    }
    for body in [json!({}), json!([]), json!(null), json!("organisationId")] {
        let answer = ada.put("context", &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "malformed_request"), "{body}");
    }
    assert_eq!(told(&ada).await[1], json!(["organisationId", "rank"]));
    for cookie in [None, Some("0".repeat(43)), Some(String::new())] {
        let mut nobody = Visitor::new(&node, "192.0.2.7").with(cookie);
        let answer = nobody.put("context", &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"));
    }
    let cookie = ada.cookie.clone();
    ada.post("logout", &json!({})).await;
    assert_eq!(ada.with(cookie).put("context", &body).await.status, 401);

    // The store fails, so that nothing is chosen and nobody passes.
    let mut ada = Visitor::new(&node, "192.0.2.1");
    ada.login(ADA, crate::visitor::PASSWORD).await;
    place.execute("ALTER TABLE session_choices RENAME TO gone").await;
    assert_eq!(ada.put("context", &body).await.status, 503);
    assert_eq!((ada.session().await.status, ada.ask(ROUTE.0, ROUTE.1).await.status), (503, 503));
    place.execute("ALTER TABLE gone RENAME TO session_choices").await;
    assert_eq!(ada.put("context", &body).await.status, 200);

    // Without the database there is nothing to choose from.
    place.app_url = None;
    let node = place.node().await;
    let mut ada = Visitor::new(&node, "192.0.2.1").with(ada.cookie);
    assert_eq!(refused(&ada.put("context", &body).await).len(), 1);
    assert_eq!(told(&ada).await, json!([{}, ["displayName", "organisationId", "rank"]]));
    // Where users choose nothing, there is no such endpoint, whoever asks and whatever they say.
    place.prepare(APP);
    let node = place.node().await;
    for lines in ["origin: http://localhost\r\n", "origin: https://evil.example\r\n"] {
        let answer = Visitor::new(&node, "192.0.2.1").write_with("PUT", "context", &body, lines).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    }
}

async fn changes_at_once_are_done_one_after_the_other(mut place: Place) {
    place.saas().await;
    let node = place.node().await;
    let mut ada = member(&place, &node).await;
    assert_eq!(ada.put("context", &json!({ "organisationId": NORTH })).await.status, 200);
    let cookie = ada.cookie.clone();
    let choosing = (0..8).map(|at| {
        let mut ada = Visitor::new(&node, "192.0.2.1").with(cookie.clone());
        async move {
            for round in 0..6 {
                let organisation = if (at + round) % 2 == 0 { NORTH } else { SOUTH };
                let answer = ada.put("context", &json!({ "organisationId": organisation })).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                assert_eq!(answer.json()["attributes"]["organisationId"], organisation);
            }
        }
    });
    let reading = async {
        for _ in 0..20 {
            let attributes = &told(&ada).await[0];
            // Organisation and rank belong together, whoever chooses meanwhile.
            let pair = (attributes["organisationId"].as_str(), attributes["rank"].as_str());
            assert!(
                [(Some(NORTH), Some("Owner")), (Some(SOUTH), Some("Guest"))].contains(&pair),
                "{attributes}"
            );
        }
    };
    join_all(choosing, reading).await;
    assert_eq!(place.count("SELECT count(*) FROM session_choices").await, 1);
}

/// Runs all of them at once.
async fn join_all<F: Future<Output = ()>>(many: impl Iterator<Item = F>, one: impl Future<Output = ()>) {
    let mut many: Vec<_> = many.map(Box::pin).collect();
    tokio::pin!(one);
    let mut is_over = false;
    std::future::poll_fn(|context| {
        is_over = is_over || one.as_mut().poll(context).is_ready();
        many.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if is_over && many.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
