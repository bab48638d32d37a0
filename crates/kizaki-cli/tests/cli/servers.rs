//! Servers that are down, that are none of ours, or that answer nonsense: what the commands say, and their exit codes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::scene::refused;
use crate::support::{Project, Run};

const TOKEN: &str = "kzl_secretsecretsecretsecretsecretsecretsecrets";

/// A server that answers each path alike, and notes what it was sent.
struct Fake {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

/// How a path begins, and the answer there.
type Answers = Vec<(&'static str, String)>;

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// The same answer everywhere.
fn always(status: &str, headers: &str, body: &str) -> Answers {
    vec![("/", http(status, headers, body))]
}

impl Fake {
    fn new(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that hangs up in the middle is its own business.
                let _ = answer(stream.unwrap(), &answers, &noted);
            }
        });
        Self { url, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn answer(stream: TcpStream, answers: &Answers, noted: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    noted.lock().unwrap().push(head.clone() + &String::from_utf8(body).unwrap());
    let path = head.split(' ').nth(1).unwrap();
    let (_, answer) = answers.iter().find(|(start, _)| path.starts_with(start)).unwrap();
    reader.into_inner().write_all(answer.as_bytes())
}

/// A project whose server this is, with a login there.
fn logged_in(url: &str) -> Project {
    let project = Project::new(&[("kizaki.toml", format!("[service]\nserver = \"{url}\"\n"))]);
    let text = format!(
        "[servers.\"{url}\"]\nkind = \"login\"\nname = \"ada\"\nexpires_ms = 1000\ntoken = \"{TOKEN}\"\n"
    );
    project.write_private("config/kizaki/credentials.toml", text);
    project
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    let run = project.run(&[arguments, &["--error-format", "plain"]].concat());
    assert!(!run.stderr.contains("secretsecret") && !run.stderr.contains('\u{1b}'), "{run:?}");
    run
}

#[test]
fn every_answer_that_is_of_no_use_is_told_as_what_it_is() {
    let nothing_here = "{\"error\":{\"code\":\"not_found\",\"message\":\"there is nothing here\",\"x\":{}}}";
    let not_now = "{\"error\":{\"code\":\"unavailable\",\"message\":\"not \\u001b[31mnow\"}}";
    let no_service = "[server-failed]: what answers at `URL` is no Kizaki service";
    let no_answer = "[server-failed]: the server `URL` has not answered: ";
    let raw = |text: &str| vec![("/", text.to_owned())];
    let cases = [
        (
            always("401 Unauthorized", "", ""),
            "[login-needed]: the login at `URL` has expired\n  help: run `kizaki login --server URL`\n"
                .to_owned(),
        ),
        (
            always("200 OK", "content-type: text/html\r\n", "<html>hi</html>"),
            format!("{no_service} (status 200)\n"),
        ),
        (always("200 OK", "", ""), format!("{no_service} (status 200)\n  help: check the address")),
        (always("204 No Content", "", ""), format!("{no_service} (status 204)\n")),
        (
            always("200 OK", "", "{\"now_ms\":0,\"keys\":[{\"id\":\"no\"}]}"),
            format!("{no_service} (status 200)\n"),
        ),
        (always("404 Not Found", "", "<h1>404</h1>\n"), format!("{no_service} (status 404)\n")),
        (
            always("502 Bad Gateway", "", "<h1>502</h1>"),
            "[server-failed]: what answers at `URL` does not reach the service now (status 502)\n".to_owned(),
        ),
        (
            always("404 Not Found", "", nothing_here),
            "[server-failed]: the service at `URL` does not offer this (status 404)\n".to_owned(),
        ),
        (
            always("429 Too Many Requests", "retry-after: 17\r\n", ""),
            "[server-failed]: the server `URL` has had too many requests; try again in 17 seconds\n"
                .to_owned(),
        ),
        (
            always("429 Too Many Requests", "retry-after: soon\r\n", not_now),
            "[server-failed]: the server `URL` has had too many requests\n".to_owned(),
        ),
        (
            always("503 Service Unavailable", "", not_now),
            "[server-failed]: the server `URL` refused: not \\u{1b}[31mnow (status 503)\n".to_owned(),
        ),
        (
            always("302 Found", "location: https://evil.example/\r\n", ""),
            "[server-failed]: the server `URL` leads elsewhere to `https://evil.example/` (status 302), \
             which is not followed\n"
                .to_owned(),
        ),
        (raw("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"now_ms\":0,"), no_answer.to_owned()),
        (raw("SSH-2.0-OpenSSH_9.2p1\r\n"), no_answer.to_owned()),
        (raw(""), no_answer.to_owned()),
    ];
    for (answers, message) in cases {
        let fake = Fake::new(answers);
        let run = run(&logged_in(&fake.url), &["api-keys", "list"]);
        let run = Run { stderr: run.stderr.replace(&fake.url, "URL"), ..run };
        refused(&run, 5, &format!("on the server URL as `ada`\nerror{message}"));
    }
}

#[test]
fn a_redirect_gets_no_token() {
    let other = Fake::new(always("200 OK", "", ""));
    let fake = Fake::new(always("307 Temporary Redirect", &format!("location: {}/\r\n", other.url), ""));
    refused(&run(&logged_in(&fake.url), &["keys", "list"]), 5, "which is not followed");
    assert_eq!((fake.seen().len(), other.seen().len()), (1, 0));
}

#[test]
fn the_token_goes_to_its_own_server_and_by_one_header() {
    let fake = Fake::new(always("200 OK", "", "{\"now_ms\":0,\"keys\":[]}"));
    let project = logged_in(&fake.url);
    let list = run(&project, &["api-keys", "list", "--scope", "a b&c", "--expiring", "1s"]);
    assert_eq!((list.code, list.stdout.as_str()), (0, ""));
    let seen = fake.seen().join("\n");
    assert!(
        seen.starts_with("GET /__platform/api-keys?scope=a+b%26c&expiring_ms=1000 HTTP/1.1\r\n"),
        "{seen}"
    );
    assert_eq!(seen.matches(TOKEN).count(), 1);
    assert!(seen.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{seen}");
    let other = Fake::new(always("200 OK", "", ""));
    refused(&run(&project, &["api-keys", "list", "--server", &other.url]), 5, "there is no login at");
    assert_eq!(other.seen().len(), 0);
}

#[test]
fn no_variable_names_a_proxy() {
    let (fake, proxy) = (Fake::new(always("200 OK", "", "")), Fake::new(always("200 OK", "", "")));
    let project = logged_in(&fake.url);
    let mut command = project.command(&["api-keys", "list"]);
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy.url);
    }
    refused(&Run::of(&command.output().unwrap()), 5, "server-failed");
    assert_eq!((fake.seen().len(), proxy.seen().len()), (1, 0));
}

#[test]
fn an_answer_that_is_lost_after_a_change_leaves_it_open() {
    let fake = Fake::new(vec![("/", String::new())]);
    let project = logged_in(&fake.url);
    for (change, arguments) in [
        ("made", ["keys", "create", "--name", "x"].as_slice()),
        ("made", &["api-keys", "create", "--name", "x", "--scope", "read"]),
        ("rotated", &["api-keys", "rotate", "0123456789"]),
        ("revoked", &["keys", "revoke", "0123456789"]),
    ] {
        let run = run(&project, arguments);
        refused(&run, 5, &format!("help: whether the key was {change} is not known"));
    }
    for change in ["retry", "discard"] {
        let run = run(&project, &["effects", change, "a b"]);
        refused(&run, 5, "help: whether the effect was changed is not known");
    }
    let seen = fake.seen();
    assert_eq!(seen.len(), 6);
    assert!(seen[5].starts_with("POST /__platform/effects/a%20b/discard HTTP/1.1\r\n"), "{}", seen[5]);
    // Nor does an answer say that something in between gave, or that cannot be read.
    for (status, code, body) in [
        ("504 Gateway Timeout", 504, "<h1>504</h1>"),
        ("503 Service Unavailable", 503, "{\"error\":{\"code\":\"unavailable\",\"message\":\"not now\"}}"),
        ("200 OK", 200, "<h1>hi</h1>"),
    ] {
        let fake = Fake::new(always(status, "", body));
        let run = run(&logged_in(&fake.url), &["api-keys", "rotate", "0123456789"]);
        refused(&run, 5, &format!("(status {code})\n  help: whether the key was rotated is not known"));
    }
    // What was never sent was not done.
    let run = run(&logged_in("http://127.0.0.1:1"), &["keys", "create", "--name", "x"]);
    refused(&run, 5, "the server `http://127.0.0.1:1` cannot be reached: connection refused\n");
    assert!(!run.stderr.contains("not known"), "{run:?}");
}

#[test]
fn a_login_is_forgotten_even_where_it_cannot_be_ended() {
    let project = logged_in("http://127.0.0.1:1");
    let out = run(&project, &["logout"]);
    refused(
        &out,
        5,
        "error[server-failed]: the server `http://127.0.0.1:1` cannot be reached: connection refused\n",
    );
    let help =
        "help: the login is forgotten here, but whoever has a copy can use it until 1970-01-01 00:00 UTC";
    assert!(out.stderr.contains(help), "{out:?}");
    assert!(!project.read("config/kizaki/credentials.toml").contains(TOKEN));
    // One that the server does not know any more is over.
    let fake = Fake::new(always("401 Unauthorized", "", ""));
    let project = logged_in(&fake.url);
    assert_eq!(run(&project, &["logout"]).code, 0);
    assert!(!project.read("config/kizaki/credentials.toml").contains(TOKEN));
    assert!(fake.seen()[0].starts_with("POST /__platform/logout HTTP/1.1\r\n"));
}

#[test]
fn what_ends_a_device_flow_is_told() {
    let begun = |uri: &str| {
        let body = format!(
            "{{\"device_code\":\"secretsecret\",\"user_code\":\"WDJB-\\u001bMJHT\",\"verification_uri\":\"{uri}\",\
             \"verification_uri_complete\":\"{uri}?user_code=WDJBMJHT\",\"expires_in\":600,\"interval\":0}}"
        );
        ("/__platform/device", http("200 OK", "", &body))
    };
    let page = "https://a.example";
    let error = |code: &str| {
        let body = format!("{{\"error\":\"{code}\",\"error_description\":\"\"}}");
        ("/__platform/token", http("400 Bad Request", "", &body))
    };
    let token = http(
        "200 OK",
        "",
        "{\"access_token\":\"kzl_secretsecret\",\"token_type\":\"Bearer\",\"expires_in\":9}",
    );
    let no_service = "error[server-failed]: what answers at `URL` is no Kizaki service";
    let cases = [
        (
            vec![begun(page), error("expired_token")],
            "error[login-failed]: the login was not approved in time\n",
        ),
        (vec![begun(page), error("access_denied")], "error[login-failed]: the login was denied\n"),
        (
            vec![begun(page), error("invalid_grant")],
            "error[login-failed]: the server ended the login: invalid_grant\n",
        ),
        (vec![begun(page), ("/", http("200 OK", "", "{}"))], no_service),
        (vec![begun(page), ("/__platform/token", token), ("/", http("200 OK", "", "{}"))], no_service),
        (vec![begun("javascript:alert()")], no_service),
        (vec![("/", http("200 OK", "", ""))], no_service),
        (vec![("/", http("404 Not Found", "", ""))], no_service),
    ];
    for (answers, message) in cases {
        let fake = Fake::new(answers);
        let project = Project::empty();
        let run = run(&project, &["login", "--server", &fake.url]);
        refused(&Run { stderr: run.stderr.replace(&fake.url, "URL"), ..run }, 5, message);
        assert!(!project.path("config").exists());
        let asked = &fake.seen()[0];
        assert!(asked.starts_with("POST /__platform/device HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("\r\n\r\nclient_id=kizaki-cli&client_name="), "{asked}");
    }
}
