//! `kizaki serve` as a process: how it starts, what it says, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::support::Project;

/// A service in a process of its own, which is killed when a test forgets it.
pub(crate) struct Serving {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it says when it is ready.
    pub(crate) line: String,
    pub(crate) address: String,
}

const ACCOUNTS: &str = "auth { providers: [email] }\nroutes(\"/\", auth: session) { GET /mine -> mine }\n";

/// A project with scopes `read` and `writer`, built.
pub(crate) fn built() -> Project {
    let project = Project::empty();
    project.run(&["init", "--template", "api-keys"]);
    assert_eq!(project.run(&["build"]).code, 0);
    project
}

impl Serving {
    pub(crate) fn start(project: &Project, more: &[&str]) -> Self {
        Self::of(&mut project.command(&[&["serve"], more].concat()), project)
    }

    /// Runs a command that serves, at an address that is free, with its log in the project.
    pub(crate) fn of(command: &mut Command, project: &Project) -> Self {
        command.args(["--listen", "127.0.0.1:0"]);
        let log = std::fs::File::options().create(true).append(true).open(project.path("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (mut output, mut line) = (BufReader::new(child.stdout.take().unwrap()), String::new());
        output.read_line(&mut line).unwrap();
        let address = line.split('/').nth(2).unwrap_or_else(|| panic!("{}", project.read("log"))).to_owned();
        Self { child, output, line, address }
    }

    /// What it says on standard output next.
    pub(crate) fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn send(&self, request: &str) -> String {
        send(&self.address, request)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The head and the body of the answer to a form.
    pub(crate) fn post_form(&self, path: &str, headers: &str, fields: &[(&str, &str)]) -> (String, String) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.send(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
    }

    fn sign_up(&self) {
        let body = r#"{"email":"ada@x.example","password":"kv7 trombone weather","name":"Ada"}"#;
        let answer = self.send(&format!(
            "POST /__auth/signup HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ));
        assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    }

    /// The status for a request with this key.
    pub(crate) fn ask(&self, key: &str) -> u16 {
        let request = format!(
            "GET /__auth/authorize HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-method: GET\r\n\
             x-forwarded-uri: /v1/items\r\nauthorization: Bearer {key}\r\n\r\n"
        );
        self.send(&request)[9..12].parse().unwrap()
    }

    /// What it counts, where it was told to serve that.
    pub(crate) fn metrics(&self) -> String {
        let address = self.line.split("metrics at http://").nth(1).unwrap();
        let request = "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        send(address.split('/').next().unwrap(), request)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it, and tells its exit code and what it said on standard output after the first line.
    pub(crate) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn send(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The first mail that is written to a directory, if one is within some time.
pub(crate) fn first_mail(directory: &Path) -> Option<String> {
    (0..1000).find_map(|_| {
        let entries = std::fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path());
        let found = entries.into_iter().find(|path| path.extension().is_some_and(|end| end == "eml"));
        std::thread::sleep(std::time::Duration::from_millis(20));
        found.map(|path| std::fs::read_to_string(path).unwrap())
    })
}

pub(crate) fn new_key(project: &Project, store: &[&str]) -> String {
    let create = [&["api-keys", "create", "--scope", "read", "--name", "x"], store].concat();
    let run = project.run(&create);
    assert_eq!(run.code, 0, "{run:?}");
    run.stdout.trim_end().to_owned()
}

#[test]
fn a_sign_up_is_a_mail_in_the_project() {
    let project = Project::new(&[("app.inspire", ACCOUNTS)]);
    assert_eq!(project.run(&["build"]).code, 0);
    let serving = Serving::start(&project, &[]);
    serving.sign_up();
    let mail = first_mail(&project.path(".kizaki/mail"));
    let mail = mail.unwrap_or_else(|| panic!("no mail: {}", project.read("log")));
    let link = format!("http://{}/verify-email#token=", serving.address);
    assert!(mail.contains("To: ada@x.example") && mail.contains(&link), "{mail}");
    let log = project.read("log");
    let (_, refused) =
        log.split_once("common passwords that satisfy the other rules are refused refused=").unwrap();
    assert!(refused.lines().next().unwrap().parse::<u32>().unwrap() >= 3000, "{log}");
    assert!(!log.contains("ada@") && !log.contains("trombone"), "{log}");
    assert_eq!(serving.end("TERM").0, Some(0));
}

#[test]
fn a_mail_server_that_is_not_there_is_told_and_mails_wait() {
    let project = Project::new(&[("app.inspire", ACCOUNTS)]);
    assert_eq!(project.run(&["build"]).code, 0);
    let serving = Serving::start(&project, &["--mail-to", "smtp://127.0.0.1:1"]);
    serving.sign_up();
    let log = |words: &str| {
        while !project.read("log").contains(words) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    log("the mail server takes no mails now, and they wait server=127.0.0.1:1 reason=the connection: ");
    log(
        "a mail was not delivered, and is tried again number=1 kind=\"verify\" tries=1 reason=the connection: ",
    );
    assert!(!project.path(".kizaki/mail").exists());
    assert_eq!(serving.end("TERM").0, Some(0));
    assert!(!project.read("log").contains("ada"), "{}", project.read("log"));
}

#[test]
fn what_the_service_is_to_call_is_judged_before_it_starts() {
    let project = built();
    let refused = |more: &[&str], code: i32, message: &str| {
        let run =
            project.run(&[&["serve", "--listen", "127.0.0.1:0", "--error-format", "short"], more].concat());
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
        assert!(run.stderr.contains(message) && !run.stderr.contains("hunter2"), "{message}: {run:?}");
    };
    project.write("bad.pem", "no certificate");
    refused(&["--admin-listen", "localhost:80"], 2, "write it like 127.0.0.1:8787");
    refused(&["--public-url", "app.example"], 2, "it has no scheme: write `https://HOST`");
    for directory in ["bad.pem", "bad.pem/mails"] {
        refused(
            &["--mail-to", directory],
            3,
            &format!("mails cannot be written to `{directory}`: a part of the path is not a directory"),
        );
    }
    refused(&["--mail-to", "smtp://ada:hunter2@mail.example"], 3, "--mail-to: a password does not belong in");
    refused(&["--mail-to", "http://mail.example"], 3, "--mail-to: mails go to a directory, or a server at");
    refused(
        &["--mail-to", "smtp://ada@mail.example"],
        3,
        "--mail-to: the user of the mail server has no password",
    );
    refused(&["--breach-url", "http://list.example"], 2, "parts of hashes need `https`");
    refused(&["--ca-file", "none.pem"], 3, "cannot read `none.pem`: there is no such file");
    refused(&["--ca-file", "bad.pem"], 3, "--ca-file: `bad.pem`: it holds no certificate");
    let mut command =
        project.command(&["serve", "--mail-to", "smtp://mail.example", "--error-format", "short"]);
    let output = command.env("KIZAKI_SMTP_PASSWORD", "hunter2").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("its URL names no user") && !told.contains("hunter2"), "{told}");
}

#[test]
fn an_operator_is_made_by_a_link_that_is_printed_once() {
    let project = built();
    let mut secrets = Vec::new();
    for others in ["", " (there is 1 operator already)"] {
        let mut serving = Serving::start(&project, &["--init-operator"]);
        let mut line = String::new();
        serving.output.read_line(&mut line).unwrap();
        let link = line.strip_prefix("to become an operator, open ").unwrap();
        let (link, rest) = link.split_once(' ').unwrap();
        assert_eq!(rest, format!("within 30 minutes{others}\n"));
        let path = link.strip_prefix(&format!("http://{}", serving.address)).unwrap();
        let token = path.strip_prefix("/__platform/setup?token=").unwrap();
        let page = serving.get(path);
        assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<h1>Become an operator</h1>"), "{page}");
        let value =
            |front: &str| page.split_once(front).unwrap().1.split(['"', ';']).next().unwrap().to_owned();
        let (form, cookie) = (value("name=\"form_token\" value=\""), value("kizaki-operator-dev="));
        let password = "nine+cobalt+lanterns+hum";
        let body = format!(
            "form_token={form}&token={token}&name=g{}&password={password}&again={password}",
            others.len()
        );
        let answer = serving.send(&format!(
            "POST /__platform/setup HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: kizaki-operator-dev={cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ));
        assert!(answer.contains("<h1>You are an operator</h1>"), "{answer}");
        assert!(serving.get(path).starts_with("HTTP/1.1 404 "));
        secrets.extend([token.to_owned(), form, cookie, "cobalt".to_owned()]);
        assert_eq!(serving.end("TERM"), (Some(0), String::new()));
    }
    // Without being asked, nobody is given a link.
    assert_eq!(Serving::start(&project, &[]).end("TERM"), (Some(0), String::new()));
    let written = everything_below(&project.path(""));
    for secret in &secrets {
        let is_in = |(_, bytes): &&(String, Vec<u8>)| {
            bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
        };
        assert_eq!(
            written.iter().filter(is_in).map(|(name, _)| name).collect::<Vec<_>>(),
            [""; 0],
            "{secret}"
        );
    }
}

#[test]
fn a_fresh_project_is_served_until_it_is_told_to_stop() {
    let project = built();
    for (signal, format) in [("TERM", "text"), ("INT", "json")] {
        let serving = Serving::start(&project, &["--log-format", format]);
        assert!(serving.line.starts_with("serving http://127.0.0.1:"), "{}", serving.line);
        assert!(
            serving.line.contains("/__auth for 6 routes of .kizaki/build/app.kza (blake3 "),
            "{}",
            serving.line
        );
        assert!(serving.line.ends_with("…), store sqlite:.kizaki/kizaki.db\n"), "{}", serving.line);
        assert!(serving.get("/__auth/health").starts_with("HTTP/1.1 200 "));
        let key = new_key(&project, &[]);
        assert_eq!(serving.ask(&key), 200);
        assert_eq!(project.run(&["api-keys", "revoke", &key[4..14]]).code, 0);
        assert_eq!(serving.ask(&key), 401);
        assert_eq!(serving.end(signal), (Some(0), String::new()));
    }
}

#[test]
fn the_apps_database_is_one_that_exists() {
    let project = built();
    let serve = |url: &str| project.run(&["serve", "--listen", "127.0.0.1:0", "--app-database", url]);
    for (url, told) in [
        ("sqlite:app.db", "cannot use the app's database `sqlite:app.db`: there is no such file"),
        ("app.db", "cannot use the app's database: the store is not named by a URL"),
        ("mysql://x", "cannot use the app's database: there are no stores of the kind `mysql`"),
        (
            "postgres://ada:hunter2@127.0.0.1:1/x",
            "cannot use the app's database `postgres://ada@127.0.0.1:1/x`: ",
        ),
    ] {
        let run = serve(url);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
        assert!(run.stderr.contains(told) && !run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    // A file with nothing in it is an empty database.
    project.write("app.db", "");
    let serving = Serving::start(&project, &["--app-database", "sqlite:app.db"]);
    assert!(
        serving.line.ends_with(", store sqlite:.kizaki/kizaki.db, app database sqlite:app.db\n"),
        "{}",
        serving.line
    );
    assert_eq!(serving.end("TERM").0, Some(0));
}

#[test]
fn a_key_is_in_nothing_that_the_service_writes() {
    let project = built();
    let mut keys = Vec::new();
    for format in ["text", "json"] {
        let serving = Serving::start(&project, &["--log-format", format, "--admin-listen", "127.0.0.1:0"]);
        let key = new_key(&project, &[]);
        assert_eq!(serving.ask(&key), 200);
        assert_eq!(serving.ask(&format!("{key}x")), 401);
        assert_eq!(serving.ask(&format!("{key}, {key}")), 401);
        // A key in a place where it does not belong is as secret as elsewhere.
        serving.get(&format!("/__auth/{key}?key={key}"));
        serving.get(&format!("/__auth/authorize?deny={key}"));
        serving.get(&format!("/{key}"));
        serving.send(&format!("{key} / HTTP/1.1\r\nhost: {key}\r\nconnection: close\r\n\r\n"));
        let metrics = serving.metrics();
        assert!(metrics.contains("kizaki_authorize_total{outcome=\"allowed\"} 1\n"), "{metrics}");
        assert!(metrics.contains("kizaki_requests_total{endpoint=\"none\",status=\"404\"} 3\n"), "{metrics}");
        let (code, rest) = serving.end("TERM");
        assert_eq!((code, rest.as_str()), (Some(0), ""));
        project.write(&format!("metrics-{format}"), metrics);
        keys.push(key);
    }
    let log = project.read("log");
    // The id is no secret, and shows that the log is the one of these requests.
    assert!(keys.iter().all(|key| log.contains(&key[4..14])), "{log}");
    assert!(log.contains("\"status\":200") && log.contains("route=\"GET /v1/items\""), "{log}");
    let written = everything_below(&project.path(""));
    for key in &keys {
        for part in [&key[15..34], &key[34..53]] {
            let is_in = |(_, bytes): &&(String, Vec<u8>)| {
                bytes.windows(part.len()).any(|window| window == part.as_bytes())
            };
            assert_eq!(written.iter().filter(is_in).map(|(name, _)| name).collect::<Vec<_>>(), [""; 0]);
        }
    }
}

fn everything_below(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything_below(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn a_new_build_is_served_without_a_pause_and_a_bad_one_is_not() {
    let project = built();
    let serving = Serving::start(&project, &[]);
    let health = || serving.get("/__auth/health");
    let first = health();
    project.write("schema/extra.inspire", "routes(\"/extra\", auth: none) {\n  GET /x -> extra\n}\n");
    assert_eq!(project.run(&["build"]).code, 0);
    while !health().contains("\"routes\":7") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let good = health();
    assert_ne!(first, good);
    project.write(".kizaki/build/app.kza", "no artifact");
    serving.signal("HUP");
    while health().contains("\"reload_error\":null") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(health().starts_with("HTTP/1.1 200 ") && health().contains("\"routes\":7"));
    std::fs::remove_dir_all(project.path(".kizaki/build")).unwrap();
    assert_eq!(project.run(&["build"]).code, 0);
    while !health().contains("\"reload_error\":null") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(serving.end("TERM").0, Some(0));
    assert!(project.read("log").contains("the artifact cannot be used; the one before stays in use"));
}

#[test]
fn what_keeps_it_from_starting_is_told() {
    let project = built();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    project.write("bad.kza", "no artifact");
    let refused = |more: &[&str], code: i32, message: &str| {
        let run = project.run(&[&["serve", "--error-format", "short"], more].concat());
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
        assert!(run.stderr.contains(message), "{message}: {run:?}");
    };
    refused(&["--listen", &taken], 3, &format!("[serve-failed]: cannot listen on {taken}: it is in use"));
    refused(&["--listen", "127.0.0.1:0", "--admin-listen", &taken], 3, "it is in use");
    refused(&["--artifact", "bad.kza"], 4, "`bad.kza` is no valid artifact: magic");
    refused(&["--artifact", "none.kza"], 3, "cannot read `none.kza`: there is no such file");
    refused(&["--listen", "127.0.0.1:0", "--store", "sqlite:bad.kza"], 3, "store-failed");
    refused(&["--store", "mysql://x"], 3, "there are no stores of the kind `mysql`");
    refused(&["--listen", "0.0.0.0:0"], 2, "--public-url https://app.example");
    refused(&["--listen", "8787"], 2, "invalid value");
    refused(&["--public-url", "http://app.example"], 2, "sessions and logins need `https`");
    refused(&["--trusted-proxy", "nginx"], 2, "neither an address nor a network");
    refused(&["--forward-headers", "all"], 2, "x-original");
    // Nothing of this made a store.
    assert!(!project.path(".kizaki/kizaki.db").exists());
    let run = project.run(&["serve", "--listen", &taken]);
    assert!(run.stderr.contains("port 0 takes any"), "{run:?}");
}

#[test]
fn the_description_names_the_public_url() {
    let project = built();
    let serving = Serving::start(
        &project,
        &[
            "--public-url",
            "https://app.example/",
            "--forward-headers",
            "x-original",
            "--trusted-proxy",
            "10.0.0.1",
            "--trusted-proxy",
            "fd00::/8",
        ],
    );
    let description = serving.get("/__auth/openapi.json");
    assert!(description.contains("\"url\":\"https://app.example\"") && description.contains("__Host-kizaki"));
    assert!(description.contains("X-Original-URI") && !description.contains("X-Forwarded-Uri"));
}

#[test]
fn three_processes_share_one_store_and_one_may_die() {
    let project = built();
    let database = std::env::var("KIZAKI_TEST_POSTGRES").ok();
    let of_postgres = database.as_deref().map(|url| vec!["--store", url]);
    assert!(of_postgres.is_some() || std::env::var("CI").as_deref() != Ok("true"), "PostgreSQL is needed");
    for store in of_postgres.into_iter().chain([Vec::new()]) {
        // They start at once, on a store that does not exist.
        let mut nodes: Vec<_> = (0..3).map(|_| Serving::start(&project, &store)).collect();
        let keys: Vec<_> = (0..3).map(|_| new_key(&project, &store)).collect();
        for node in &nodes {
            assert!(keys.iter().all(|key| node.ask(key) == 200));
        }
        let dying = nodes.remove(0);
        dying.signal("KILL");
        drop(dying);
        let revoke = [&["api-keys", "revoke", &keys[0][4..14]], store.as_slice()].concat();
        assert_eq!(project.run(&revoke).code, 0);
        for node in &nodes {
            let found: Vec<_> = keys.iter().map(|key| node.ask(key)).collect();
            assert_eq!(found, [401, 200, 200]);
        }
        let again = Serving::start(&project, &store);
        assert_eq!((again.ask(&keys[0]), again.ask(&keys[1])), (401, 200));
        // The limit of 1000 a minute is far; that of all nodes together is what is counted.
        for node in nodes.into_iter().chain([again]) {
            assert_eq!(node.end("TERM").0, Some(0));
        }
    }
}
