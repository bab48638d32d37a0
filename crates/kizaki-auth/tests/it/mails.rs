//! Mails: where their links lead, what they hold, and that each is sent or sent again.

use std::os::unix::fs::PermissionsExt as _;

use kizaki_auth::{PublicUrl, deliver_due_mails};
use serde_json::json;

use crate::support::{Place, START_MS, on_both};
use crate::visitor::{ADA, APP, PASSWORD, Visitor, link};

on_both! {
    links_lead_to_the_public_url_whatever_a_request_says
    a_mail_holds_nothing_that_a_stranger_chose
    a_mail_that_cannot_be_written_is_sent_later
    a_mail_is_a_file_of_the_owner_alone
}

async fn links_lead_to_the_public_url_whatever_a_request_says(mut place: Place) {
    place.prepare(APP);
    place.settings.public_url = PublicUrl::parse("https://app.example").unwrap();
    let node = place.node().await;
    let forged = "x-forwarded-host: evil.example\r\nx-forwarded-proto: http\r\nforwarded: host=evil.example\r\n\
                  x-original-host: evil.example\r\nx-forwarded-prefix: /evil\r\nreferer: https://evil.example/\r\n";
    let mut visitor = Visitor::new(&node, "192.0.2.1");
    let body = json!({ "email": ADA, "password": PASSWORD, "name": "Ada" });
    assert_eq!(visitor.post_with("signup", &body, forged).await.status, 202);
    assert_eq!(visitor.post_with("password/forgot", &json!({ "email": ADA }), forged).await.status, 202);
    let mails = place.mails(&node).await;
    assert!(link(&mails[0]).starts_with("https://app.example/verify-email#token="), "{}", mails[0]);
    assert!(link(&mails[1]).starts_with("https://app.example/reset-password#token="), "{}", mails[1]);
    for mail in mails {
        assert!(!mail.contains("evil") && mail.contains("From: no-reply@app.example\r\n"), "{mail}");
    }
    // The target of the request and its query say nothing either.
    for path in ["signup?redirect=https://evil.example", "//evil.example/__auth/signup"] {
        visitor.post_with(path, &body, forged).await;
    }
    let mails = place.mails(&node).await;
    assert!(mails.len() == 1 && !mails[0].contains("evil"), "{mails:?}");
}

async fn a_mail_holds_nothing_that_a_stranger_chose(mut place: Place) {
    place.prepare(&format!("{APP}\nemail {{ from: \"Studio <hello@studio.example>\"  provider: postmark  apiKey: @secret(\"K\") }}"));
    let node = place.node().await;
    let mut eve = Visitor::new(&node, "192.0.2.66");
    let body = json!({ "email": ADA, "password": PASSWORD, "name": "Win at evil.example" });
    assert_eq!(eve.post("signup", &body).await.status, 202);
    let mail = place.mails(&node).await.remove(0);
    assert!(!mail.contains("evil") && !mail.contains(PASSWORD), "{mail}");
    let (head, text) = mail.split_once("\r\n\r\n").unwrap();
    let names: Vec<_> = head.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Auto-Submitted",
            "Content-Type",
            "Content-Transfer-Encoding",
            "Date"
        ]
    );
    assert!(head.contains("From: Studio <hello@studio.example>\r\nTo: ada@x.example\r\n"), "{head}");
    assert!(text.contains("Someone signed up at http://localhost with this address."), "{text}");
    assert!(text.contains("within 30 minutes"), "{text}");
}

async fn a_mail_that_cannot_be_written_is_sent_later(mut place: Place) {
    place.prepare(APP);
    let (node, clock) = place.node_at_start().await;
    // A file stands where the directory should be.
    std::fs::write(place.mail_directory(), "").unwrap();
    Visitor::new(&node, "192.0.2.1").sign_up(ADA).await;
    assert_eq!(deliver_due_mails(&node.service).await, Ok(0));
    std::fs::remove_file(place.mail_directory()).unwrap();
    clock.set_ms(START_MS + 59_999);
    assert_eq!(deliver_due_mails(&node.service).await, Ok(0));
    clock.set_ms(START_MS + 60_000);
    let token = place.token(&node).await;
    let answer = Visitor::new(&node, "192.0.2.1").verify(&token).await;
    assert_eq!(answer.status, 204);
}

async fn a_mail_is_a_file_of_the_owner_alone(mut place: Place) {
    let node = place.visited().await;
    Visitor::new(&node, "192.0.2.1").sign_up(ADA).await;
    assert_eq!(deliver_due_mails(&node.service).await, Ok(1));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let entries: Vec<_> =
        std::fs::read_dir(place.mail_directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries.len(), 1);
    assert!(entries[0].to_str().unwrap().ends_with("-1-verify.eml"), "{entries:?}");
    assert_eq!((mode(&place.mail_directory()), mode(&entries[0])), (0o700, 0o600));
}
