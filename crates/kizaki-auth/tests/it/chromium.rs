//! The operators' pages in a real browser, by keyboard alone: from the link that makes an operator to a command that is
//! signed in.

use std::io::Write as _;

use kizaki_auth::PublicUrl;
use kizaki_store::Clock;
use serde_json::json;
use tokio::net::TcpListener;

use crate::operators::{OPERATOR, SECRET, ask_for_codes, poll, set_up_token, text};
use crate::states::APP;
use crate::support::{Database, run};
use crate::webdriver::{Driver, ENTER, TAB, Window};

/// A person at the keyboard.
struct Hands {
    window: Window,
    pages: usize,
}

impl Hands {
    /// Types into whatever has the focus, which must be announced by this name.
    async fn type_into(&self, label: &str, keys: &str) {
        let mut focused = self.window.focused().await;
        // A new page gives the focus only when it is drawn.
        for _ in 0..400 {
            if self.window.label(&focused).await == label {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            focused = self.window.focused().await;
        }
        assert_eq!(self.window.label(&focused).await, label, "{}", self.window.source().await);
        self.window.send_keys(&focused, keys).await;
    }

    /// Presses Enter on whatever has the focus, which must be announced by this name.
    async fn press(&self, label: &str) {
        self.type_into(label, ENTER).await;
    }

    async fn tab(&self) {
        let focused = self.window.focused().await;
        self.window.send_keys(&focused, TAB).await;
    }

    /// Waits for a page with this heading, and sees that who cannot see it is told as much.
    async fn reads(&mut self, heading: &str) {
        let script =
            "return document.readyState === 'complete' ? document.querySelector('h1')?.innerText : null";
        for _ in 0..400 {
            if self.window.run(script).await == heading {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(self.window.run(script).await, heading, "{}", self.window.source().await);
        let script = "return [document.documentElement.lang, document.title, document.querySelectorAll('main').length, \
             [...document.querySelectorAll('input:not([type=hidden])')].filter(one => one.labels.length !== 1).length, \
             getComputedStyle(document.querySelector('main')).maxWidth, document.scrollingElement.scrollWidth <= innerWidth]";
        let found = self.window.run(script).await;
        assert_eq!(found, json!(["en", format!("{heading} – Kizaki"), 1, 0, "476px", true]), "{heading}");
        self.pages += 1;
        if let Some(directory) = std::env::var_os("KIZAKI_TEST_SCREENSHOTS") {
            let name =
                format!("{:02}-{}.png", self.pages, heading.replace(|c: char| !c.is_alphanumeric(), "-"));
            let picture = self.window.screenshot().await;
            std::fs::write(std::path::Path::new(&directory).join(name), picture).unwrap();
        }
    }

    async fn alert(&self) -> String {
        let alert = self.window.run("return document.querySelector('[role=alert]').innerText").await;
        alert.as_str().unwrap().to_owned()
    }
}

fn left_out() {
    const HOW: &str = "the test of the pages needs Chromium and its driver: `scripts/chromium`";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{HOW}");
    // Written to the stream itself, because the test runner hides what passing tests print.
    std::io::stderr().write_all(format!("\nLEFT OUT: {HOW}\n").as_bytes()).unwrap();
}

#[test]
fn an_operator_lets_a_command_sign_in_by_keyboard() {
    let Some(driver) = Driver::start() else { return left_out() };
    run(Database::Sqlite, async |mut place| {
        place.prepare(APP);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = PublicUrl::of_loopback(listener.local_addr().unwrap()).unwrap();
        place.settings.public_url = url.clone();
        let node = place.node_on(listener, Clock::Store).await;
        let token = set_up_token(&place.store(Clock::Store).await).await;
        let mut hands = Hands { window: driver.window(&place.path("profile")).await, pages: 0 };
        let (tab, enter) = (TAB, ENTER);

        hands.window.go_to(&format!("{url}/__platform/setup?token={token}")).await;
        hands.reads("Become an operator").await;
        hands.type_into("Name", &format!("{OPERATOR}{tab}")).await;
        hands.type_into("Password", &format!("password{tab}")).await;
        hands.type_into("The password again", &format!("passwort{enter}")).await;
        hands.reads("Become an operator").await;
        assert!(hands.alert().await.contains("Use at least 15 characters."), "{}", hands.alert().await);
        hands.type_into("Name", tab).await;
        hands.type_into("Password", &format!("{SECRET}{tab}")).await;
        hands.type_into("The password again", &format!("{SECRET}{enter}")).await;
        hands.reads("You are an operator").await;
        hands.tab().await;
        hands.press("Sign in").await;
        hands.reads("Sign in as an operator").await;
        hands.type_into("Name", &format!("{OPERATOR}{tab}")).await;
        hands.type_into("Password", &format!("guess{enter}")).await;
        hands.reads("Sign in as an operator").await;
        assert_eq!(hands.alert().await, "The name or the password is wrong.");

        // The command's link, before and after the sign-in.
        let asked = ask_for_codes(&node, "127.0.0.1").await;
        hands.window.go_to(&text(&asked, "verification_uri_complete")).await;
        hands.reads("Sign in as an operator").await;
        hands.type_into("Name", &format!("{OPERATOR}{tab}")).await;
        hands.type_into("Password", &format!("{SECRET}{enter}")).await;
        hands.reads("Let a command sign in").await;
        hands.type_into("Code", enter).await;
        hands.reads("Let this command sign in?").await;
        let page = hands.window.source().await;
        assert!(page.contains("grace's laptop") && page.contains(&text(&asked, "user_code")), "{page}");
        hands.tab().await;
        hands.press("Approve").await;
        hands.reads("Signed in").await;
        assert_eq!(poll(&node, &text(&asked, "device_code")).await.status, 200);

        // A script of the app, on the same origin and in the same browser, gets nothing of these pages.
        hands.window.go_to(&format!("{url}/__auth/health")).await;
        let script = "const [done] = arguments; fetch('/__platform/approve').then(async answer => \
             done([answer.status, (await answer.text()).includes('form_token')]))";
        let found = hands.window.run_until_done(script).await;
        assert_eq!(found, json!([403, false]));
        let script = "const [done] = arguments; const other = window.open('/__platform/approve'); \
             const look = () => other.closed ? done(true) : setTimeout(look, 50); look()";
        assert_eq!(hands.window.run_until_done(script).await, json!(true));
        hands.window.close_others().await;

        // A link of another site leads to the page of whoever is signed in, and not out.
        hands.window.go_to(&format!("data:text/html,<a href='{url}/__platform/approve'>there</a>")).await;
        hands.window.run("document.querySelector('a').click()").await;
        hands.reads("Let a command sign in").await;

        // By hand, wrong first, and the other answer.
        let asked = ask_for_codes(&node, "127.0.0.1").await;
        hands.window.go_to(&text(&asked, "verification_uri")).await;
        hands.reads("Let a command sign in").await;
        hands.type_into("Code", &format!("bbbb bbbb{enter}")).await;
        hands.reads("Let a command sign in").await;
        assert!(hands.alert().await.starts_with("No command waits with this code."));
        let typed = text(&asked, "user_code").replace('-', "").to_lowercase();
        hands.type_into("Code", &format!("{typed}{enter}")).await;
        hands.reads("Let this command sign in?").await;
        hands.tab().await;
        hands.tab().await;
        hands.press("Deny").await;
        hands.reads("Refused").await;
        hands.tab().await;
        hands.press("Sign out").await;
        hands.reads("Sign in as an operator").await;
        let denied = poll(&node, &text(&asked, "device_code")).await;
        assert_eq!(text(&denied, "error"), "access_denied");
        hands.window.close().await;
    });
}
