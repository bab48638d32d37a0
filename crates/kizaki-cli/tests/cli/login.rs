//! `kizaki login` and `kizaki logout` against a service that runs.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command, Stdio};

use rustix::fs::OFlags;
use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::operator::{NAME, Operator};
use crate::scene::{Scene, done, listed, new_key, refused};
use crate::serve::Serving;
use crate::support::{Project, Run};

/// `kizaki login` while it waits.
struct Waiting {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    shown: String,
}

impl Waiting {
    fn start(scene: &Scene, more: &[&str]) -> Self {
        let arguments = [&["login", "--error-format", "plain"], more].concat();
        let mut command = scene.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut shown = String::new();
        stderr.read_line(&mut shown).unwrap();
        Self { child, stderr, shown }
    }

    fn user_code(&self) -> &str {
        self.shown.trim_end().rsplit(' ').next().unwrap()
    }

    fn end(mut self) -> Run {
        let mut stderr = self.shown;
        self.stderr.read_to_string(&mut stderr).unwrap();
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        Run { code: self.child.wait().unwrap().code().unwrap(), stdout, stderr }
    }
}

fn credentials(project: &Project) -> String {
    project.read("config/kizaki/credentials.toml")
}

/// The token that the file of logins holds.
fn kept_token(project: &Project) -> String {
    let text = credentials(project);
    text.split_once("token = \"").unwrap().1.split('"').next().unwrap().to_owned()
}

fn whoami(serving: &Serving, token: &str) -> String {
    serving.send(&format!(
        "GET /__platform/whoami HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    ))
}

#[test]
fn a_code_that_an_operator_approves_is_a_login() {
    let scene = Scene::with_server();
    let mut operator = Operator::set_up(&scene);
    let url = scene.server().url();
    let waiting = Waiting::start(&scene, &[]);
    let code = waiting.user_code().to_owned();
    let page = format!("{url}/__platform/approve");
    assert_eq!(waiting.shown, format!("open {page} and enter the code {code}\n"));
    operator.decide(&code, "approve");
    let run = done(waiting.end());
    let mut lines = run.stderr.lines().skip(1);
    assert_eq!(
        lines.next(),
        Some(format!("or open {page}?user_code={code} and see that the code is the same").as_str())
    );
    assert_eq!(lines.next(), Some("waiting for the approval, for 10 minutes; Ctrl-C ends it"));
    let last = lines.next().unwrap();
    assert!(last.starts_with(&format!("logged in at {url} as `{NAME}`, until ")), "{run:?}");
    assert!(
        last.ends_with(" UTC (in 30 days)") && lines.next().is_none() && run.stdout.is_empty(),
        "{run:?}"
    );
    let token = kept_token(&scene);
    assert!(!run.stderr.contains(&token));
    // Now the keys are on the server, and nothing else has to be said for that.
    let run = scene.run(&["api-keys", "create", "--scope", "read", "--name", "x"]);
    assert_eq!(scene.server().ask(run.stdout.trim_end()), 200);
    let noted = done(scene.command(&["keys", "list"]).output().map(|output| Run::of(&output)).unwrap());
    assert_eq!(noted.stderr, format!("on the server {url} as `{NAME}`\nthere are no platform keys\n"));
    // The login is over at the server when it is over here.
    assert!(whoami(scene.server(), &token).starts_with("HTTP/1.1 200 "));
    let run = done(scene.run(&["logout"]));
    assert_eq!((run.stdout.as_str(), run.stderr), ("", format!("logged out at {url}\n")));
    assert!(whoami(scene.server(), &token).starts_with("HTTP/1.1 401 "));
    assert!(!credentials(&scene).contains(&token) && !scene.read("log").contains(&token));
    let run = done(scene.run(&["logout"]));
    assert_eq!(run.stderr, format!("there is no login at {url}\n"));
    let run = done(scene.run(&["api-keys", "list"]));
    assert!(
        run.stderr.starts_with(&format!("on the local store, as there is no login at {url}\n")),
        "{run:?}"
    );
}

#[test]
fn a_login_that_nobody_approves_is_none() {
    let scene = Scene::with_server();
    let mut operator = Operator::set_up(&scene);
    let waiting = Waiting::start(&scene, &["--quiet"]);
    operator.decide(waiting.user_code(), "deny");
    let run = waiting.end();
    let denied =
        "error[login-failed]: the login was denied\n  help: `kizaki login --server http://127.0.0.1:";
    refused(&run, 5, denied);
    // However quiet it is, the code is shown.
    assert!(run.stderr.starts_with("open http://127.0.0.1:"), "{run:?}");
    let waiting = Waiting::start(&scene, &[]);
    let interrupt = Command::new("kill").args(["-s", "INT", &waiting.child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let end = waiting.end();
    assert_eq!(end.code, 130);
    assert!(end.stderr.ends_with("the login was interrupted, and nothing was kept\n"), "{end:?}");
    assert!(!scene.path("config").exists());
}

#[test]
fn nobody_can_log_in_where_there_is_no_operator() {
    let scene = Scene::with_server();
    let run = scene.run(&["login", "--error-format", "plain"]);
    refused(&run, 5, "error[server-failed]: the server `http://127.0.0.1:");
    assert!(run.stderr.contains("`kizaki serve --init-operator`"), "{run:?}");
}

#[test]
fn a_new_login_ends_the_one_before() {
    let scene = Scene::with_server();
    let mut operator = Operator::set_up(&scene);
    let old = operator.token();
    scene.log_in("login", NAME, &old);
    let waiting = Waiting::start(&scene, &["--server", &scene.server().url()]);
    operator.decide(waiting.user_code(), "approve");
    done(waiting.end());
    assert!(whoami(scene.server(), &old).starts_with("HTTP/1.1 401 "));
    assert!(whoami(scene.server(), &kept_token(&scene)).starts_with("HTTP/1.1 200 "));
}

/// Runs the command with this on standard input.
fn with_stdin(project: &Project, arguments: &[&str], stdin: &str) -> Run {
    let mut command = project.command(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses to read has closed it.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    Run::of(&child.wait_with_output().unwrap())
}

fn new_platform_key(scene: &Scene) -> String {
    done(scene.run(&["keys", "create", "--name", "ci"])).stdout.trim_end().to_owned()
}

#[test]
fn a_platform_key_logs_in_by_standard_input() {
    let scene = Scene::on_server();
    let url = scene.server().url();
    let key = new_platform_key(&scene);
    done(scene.run(&["logout"]));
    let run = done(with_stdin(&scene, &["login", "--with-token"], &format!("{key}\n")));
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.starts_with(&format!("logged in at {url} with the platform key `ci`, until ")),
        "{run:?}"
    );
    assert!(run.stderr.ends_with(" UTC (in 90 days)\n") && !run.stderr.contains(&key[15..]), "{run:?}");
    assert_eq!(kept_token(&scene), key);
    let run = done(scene.run(&["api-keys", "create", "--scope", "read", "--name", "x"]));
    assert!(run.stderr.starts_with(&format!("on the server {url} with the platform key `ci`\n")), "{run:?}");
    // A key that leaks cannot make itself a successor.
    for command in [["keys", "create", "--name", "more"].as_slice(), &["keys", "revoke", &key[4..14]]] {
        let run = scene.run(&[command, &["--error-format", "short"]].concat());
        refused(&run, 5, "[server-failed]: the server `");
        assert!(run.stderr.contains("sign in with `kizaki login`") && run.stderr.contains("403"), "{run:?}");
        // The variable would go before the login.
        let with_variable = [command, &["--server", &url, "--error-format", "plain"]].concat();
        let run = Run::of(&scene.command(&with_variable).env("KIZAKI_TOKEN", &key).output().unwrap());
        refused(
            &run,
            5,
            &format!("help: unset the variable KIZAKI_TOKEN, and run `kizaki login --server {url}`"),
        );
    }
    let run = done(scene.run(&["logout"]));
    let told = format!(
        "forgot the platform key `ci` for {url}; \
         whoever is logged in there ends it with `kizaki keys revoke {} --server {url}`\n",
        &key[4..14]
    );
    assert_eq!(run.stderr, told);
    assert!(whoami(scene.server(), &key).starts_with("HTTP/1.1 200 "));
}

/// A terminal, and the command that runs on it.
struct OnTerminal {
    terminal: File,
    /// The other side, which the command has, too.
    side: File,
    child: Child,
}

impl OnTerminal {
    /// Starts `kizaki login --with-token`, and waits until it hides what is typed.
    fn start(scene: &Scene) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let side = File::options().read(true).write(true).custom_flags(flags).open(name).unwrap();
        let bare = scene.command(&[]);
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(bare.get_program()).args(["login", "--with-token"]);
        command.current_dir(bare.get_current_dir().unwrap());
        for (name, value) in bare.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let stdio = || Stdio::from(side.try_clone().unwrap());
        let child = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        let mut this = Self { terminal: File::from(terminal), side, child };
        for _ in 0..6000 {
            if !this.shows_what_is_typed() {
                return this;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        this.child.kill().unwrap();
        panic!("it shows what is typed: {}", this.shown());
    }

    fn shows_what_is_typed(&self) -> bool {
        tcgetattr(&self.terminal).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    fn kill(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn type_in(&mut self, typed: &str) {
        self.terminal.write_all(typed.as_bytes()).unwrap();
    }

    /// The exit code, and all that the terminal has shown. It is as it was before, and what was typed is read.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        assert!(self.shows_what_is_typed());
        // Half a line is counted, too, where there are no lines.
        let mut modes = tcgetattr(&self.side).unwrap();
        modes.local_modes.remove(LocalModes::ICANON);
        tcsetattr(&self.side, OptionalActions::Now, &modes).unwrap();
        assert_eq!(ioctl_fionread(&self.side).unwrap(), 0);
        (code, self.shown())
    }

    fn shown(self) -> String {
        let Self { mut terminal, side, .. } = self;
        drop(side);
        let (mut shown, mut part) = (Vec::new(), [0; 512]);
        // A terminal that nobody has open any more ends with an error.
        while let Ok(read @ 1..) = terminal.read(&mut part) {
            shown.extend_from_slice(&part[..read]);
        }
        String::from_utf8(shown).unwrap()
    }
}

#[test]
fn a_platform_key_that_is_typed_is_not_shown() {
    let scene = Scene::on_server();
    let key = new_platform_key(&scene);
    done(scene.run(&["logout"]));
    // By Ctrl-C, and from elsewhere.
    let interrupts: [&dyn Fn(&mut OnTerminal); 5] = [
        // Ctrl-Z is nothing meanwhile.
        &|login| login.type_in("\u{1a}\u{3}"),
        &|login| login.type_in("\u{1c}"),
        &|login| login.kill(Signal::INT),
        &|login| login.kill(Signal::TERM),
        &|login| login.kill(Signal::HUP),
    ];
    for interrupt in interrupts {
        let mut login = OnTerminal::start(&scene);
        login.type_in("kzp_half");
        interrupt(&mut login);
        let (code, shown) = login.end();
        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.ends_with(": \r\nthe login was interrupted, and nothing was kept\r\n"), "{shown}");
    }
    let mut login = OnTerminal::start(&scene);
    login.type_in("\u{4}");
    let (code, shown) = login.end();
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown.contains(": \r\n") && shown.contains("standard input is empty"), "{shown}");
    // What was copied with it is neither the key nor left to the shell.
    let mut login = OnTerminal::start(&scene);
    login.type_in(&format!("\r\r{key}\rkzp_more\rkzp_and"));
    let (code, shown) = login.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("with the platform key `ci`, until ") && !shown.contains("kzp_"), "{shown}");
    assert_eq!(kept_token(&scene), key);
}

#[test]
fn what_is_no_platform_key_is_not_sent_anywhere() {
    // Nothing listens there, so that what would be sent could not come to anything else.
    let scene = Scene::local();
    let login = ["login", "--with-token", "--error-format", "plain", "--server", "http://127.0.0.1:1"];
    let key = new_key(&scene).1;
    let platform = new_platform_key(&scene);
    let cases = [
        (String::new(), "standard input is empty"),
        ("\n \n".to_owned(), "standard input is empty"),
        (format!("{key}\n"), "standard input holds an API key of the app"),
        (format!("{}\n", &platform[..52]), "standard input holds no platform key, or not the whole of one"),
        (format!("{platform}\n{platform}\n"), "standard input holds no platform key"),
        (platform.repeat(100), "standard input holds no platform key"),
    ];
    for (stdin, message) in cases {
        let run = with_stdin(&scene, &login, &stdin);
        refused(&run, 5, &format!("error[login-needed]: {message}"));
        assert!(!run.stderr.contains(&key[15..]) && !run.stderr.contains(&platform[15..30]), "{run:?}");
    }
    let run = with_stdin(&scene, &login, &platform);
    refused(
        &run,
        5,
        "error[server-failed]: the server `http://127.0.0.1:1` cannot be reached: connection refused",
    );
}

#[test]
fn a_key_or_token_among_the_arguments_is_not_repeated() {
    let scene = Scene::local();
    let platform = new_platform_key(&scene);
    let token = format!("kzl_{}", "a1-_".repeat(11));
    let equals = format!("--with-token={platform}");
    let url = format!("https://{token}@app.example");
    for arguments in [
        ["login", "--with-token", &platform].as_slice(),
        &["login", &equals],
        &["login", "--server", &platform],
        &["api-keys", "list", "--server", &url],
        &["logout", &token],
        &["keys", "revoke", &token],
        &["keys", "revoke", "one", &platform],
    ] {
        let run = scene.run(arguments);
        refused(&run, 2, "is given as an argument, where the list of processes");
        assert!(run.stderr.contains("key-as-argument"), "{run:?}");
        assert!(!run.stderr.contains(&platform[15..30]) && !run.stderr.contains(&token[4..20]), "{run:?}");
    }
}

#[test]
fn the_variable_goes_before_the_login() {
    let scene = Scene::on_server();
    let url = scene.server().url();
    let key = new_platform_key(&scene);
    let with = |token: &str, arguments: &[&str]| {
        let arguments = [arguments, &["--error-format", "short"]].concat();
        Run::of(&scene.command(&arguments).env("KIZAKI_TOKEN", token).output().unwrap())
    };
    let list: &[&str] = &["api-keys", "list"];
    let run = done(with(&key, list));
    assert!(run.stderr.starts_with(&format!("on the server {url} with the platform key in KIZAKI_TOKEN\n")));
    // Without the project's server it needs another, and is never just left out.
    scene.write("kizaki.toml", "");
    refused(&with(&key, list), 5, "`KIZAKI_TOKEN` is set, but no server is named");
    assert_eq!(done(with(&key, &["api-keys", "list", "--server", &url])).code, 0);
    assert_eq!(done(with(&key, &["api-keys", "list", "--local"])).stderr, "there are no API keys\n");
    for (token, message) in [
        ("", "the variable `KIZAKI_TOKEN` is empty"),
        ("kzp_x", "the variable `KIZAKI_TOKEN` holds no platform key"),
        (&kept_token(&scene), "the variable `KIZAKI_TOKEN` holds no platform key"),
    ] {
        let run = with(token, &["api-keys", "list", "--server", &url]);
        refused(&run, 5, &format!("[login-needed]: {message}"));
        assert!(token.is_empty() || !run.stderr.contains(token), "{run:?}");
    }
    let run = done(with(&key, &["logout", "--server", &url]));
    assert!(run.stderr.contains("KIZAKI_TOKEN is set, and goes on to be used"), "{run:?}");
    assert_eq!(done(with(&key, &["api-keys", "list", "--server", &url])).code, 0);
}

#[test]
fn the_place_is_the_one_that_is_said() {
    let scene = Scene::on_server();
    let url = scene.server().url();
    let (id, _) = new_key(&scene);
    assert_eq!(listed(&scene, &["--server"]).len(), 1);
    assert_eq!(listed(&scene, &["--server", &url]).len(), 1);
    let named = Run::of(
        &scene
            .command(&["api-keys", "list", "--server"])
            .env("KIZAKI_STORE", "sqlite:x.db")
            .output()
            .unwrap(),
    );
    assert!(done(named).stdout.contains(&id));
    // The local store is the very one that the server serves.
    assert_eq!(listed(&scene, &["--local"]).len(), 1);
    done(scene.run(&["keys", "create", "--name", "x", "--store", "sqlite:other.db"]));
    assert_eq!(listed(&scene, &["--store", "sqlite:other.db"]).len(), 0);
    let elsewhere = Run::of(
        &scene.command(&["api-keys", "list"]).env("KIZAKI_STORE", "sqlite:other.db").output().unwrap(),
    );
    assert_eq!(done(elsewhere).stderr, "there are no API keys\n");
    for more in [["--server", "--local"].as_slice(), &["--server", "--store", "sqlite:x.db"]] {
        refused(&scene.run(&[&["api-keys", "list"], more].concat()), 2, "cannot be used with");
    }
    refused(&create_with_artifact(&scene, &["--server"]), 2, "cannot be used with");
    refused(&create_with_artifact(&scene, &[]), 2, "the server `http://127.0.0.1:");
    done(create_with_artifact(&scene, &["--local"]));
    refused(&scene.run(&["keys", "list", "--server", "http://app.example"]), 2, "logins need `https`");
    refused(
        &scene.run(&["keys", "list", "--server", "https://app.example/auth"]),
        2,
        "only scheme, host and port",
    );
    refused(&scene.run(&["keys", "list", "--server", "http://127.0.0.1:1"]), 5, "there is no login at");
    scene.write("kizaki.toml", "");
    refused(&scene.run(&["keys", "list", "--server"]), 5, "no server is named, and the project has none");
    refused(&scene.run(&["login"]), 5, "no server is named, and the project has none");
    refused(&scene.run(&["logout"]), 5, "no server is named, and the project has none");
}

fn create_with_artifact(scene: &Scene, more: &[&str]) -> Run {
    let arguments =
        ["api-keys", "create", "--scope", "read", "--name", "x", "--artifact", ".kizaki/build/app.kza"];
    scene.run(&[&arguments, more].concat())
}

#[test]
fn the_projects_server_is_judged_with_the_other_settings() {
    let cases = [
        ("server = \"http://app.example\"", "`server` names no server: sessions and logins need `https`"),
        ("server = \"https://app.example/auth\"", "`server` names no server: only scheme, host and port"),
        ("server = \"app\"", "`server` names no server: "),
        ("server = 1", "`server` must be a URL"),
        ("sevrer = \"https://app.example\"", "did you mean `server`?"),
    ];
    for (setting, message) in cases {
        let project = Project::new(&[("kizaki.toml", format!("[service]\n{setting}\n"))]);
        let run = project.run(&["login", "--error-format", "plain"]);
        refused(&run, 3, "error[invalid-config]: ");
        assert!(run.stderr.contains(message) && run.stderr.contains("at kizaki.toml:2:"), "{run:?}");
    }
}
