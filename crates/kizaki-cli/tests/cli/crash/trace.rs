//! Runs the command under `strace`, and reads what it notes.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::NamedTempFile;

use crate::support::Project;

/// A system call of a run.
pub(super) struct Call {
    pub(super) name: String,
    /// The line without the process and the name, with paths after descriptors: `(3</tmp/x>, …) = 0`.
    rest: String,
}

/// Where a run is disturbed, and how.
#[derive(Clone)]
pub(super) struct Point {
    pub(super) call: String,
    /// The first such call is 1.
    pub(super) ordinal: usize,
    pub(super) fault: Fault,
    /// Whether the call brings an output to its place on the disk.
    pub(super) vital: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The process is killed as it enters the call.
    Kill,
    /// The call fails with this error.
    Error(&'static str),
}

/// A run that was disturbed.
pub(super) struct Disturbed {
    pub(super) output: Output,
    /// The call that was made to fail.
    pub(super) failed: Option<Call>,
}

/// Whether `strace` is there and may trace; without it, a run of continuous integration fails, and any other is told.
pub(super) fn strace_works() -> bool {
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if works {
        return true;
    }
    let told = "`strace` is missing or may not trace, so what happens to a killed build was NOT tested; \
                on Debian: apt-get install strace";
    assert!(!std::env::var("CI").is_ok_and(|value| value == "true"), "{told}");
    // Past the test's own output, which nobody sees when it passes.
    std::io::stderr().write_all(format!("warning: {told}\n").as_bytes()).unwrap();
    false
}

/// The calls of an undisturbed run, which must succeed.
pub(super) fn dry_run(project: &Project, arguments: &[&str]) -> Vec<Call> {
    let (output, log) = strace(project, arguments, &["-y"]);
    assert!(output.status.success(), "{output:?}");
    log.lines().filter_map(Call::read).collect()
}

/// A run that is disturbed at `point`.
pub(super) fn disturb(project: &Project, arguments: &[&str], point: &Point) -> Disturbed {
    let fault = match point.fault {
        Fault::Kill => "signal=SIGKILL".to_owned(),
        Fault::Error(name) => format!("error={name}"),
    };
    let trace = format!("trace={}", point.call);
    let inject = format!("inject={}:{fault}:when={}", point.call, point.ordinal);
    let (output, log) = strace(project, arguments, &["-y", "-e", &trace, "-e", &inject]);
    let failed = log.lines().find(|line| line.ends_with("(INJECTED)")).and_then(Call::read);
    Disturbed { output, failed }
}

fn strace(project: &Project, arguments: &[&str], options: &[&str]) -> (Output, String) {
    let log = NamedTempFile::new().unwrap();
    let kizaki = project.command(arguments);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-s", "4096", "-o"]).arg(log.path()).args(options);
    strace.arg(kizaki.get_program()).args(kizaki.get_args()).current_dir(kizaki.get_current_dir().unwrap());
    // Cargo's own libraries are not those of a user, and looking for ours among them is no part of a build.
    strace.env_remove("LD_LIBRARY_PATH");
    for (name, value) in kizaki.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    let output = strace.output().unwrap();
    let text = std::fs::read(log.path()).unwrap();
    (output, String::from_utf8_lossy(&text).into_owned())
}

impl Call {
    /// Reads `1234 name(…) = …`; lines about signals and ends are none.
    fn read(line: &str) -> Option<Self> {
        let (_, call) = line.split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (is_name && !name.is_empty()).then(|| Self { name: name.to_owned(), rest: rest.to_owned() })
    }

    /// The errors that this call is made to fail with; none for memory, signals and threads, whose failures are not
    /// those of files, and none for `close`: the standard library passes over one that fails for a file, and takes one
    /// that fails for a directory for impossible.
    pub(super) fn errors(&self) -> &'static [&'static str] {
        match self.name.as_str() {
            "write" | "fsync" | "rename" | "renameat" | "renameat2" | "open" | "openat" => {
                &["ENOSPC", "EIO", "EROFS", "EDQUOT"]
            }
            "mkdir" | "mkdirat" | "fchmod" | "fchmodat" => &["EIO", "ENOSPC", "EROFS"],
            "access" | "fcntl" | "flock" | "fstat" | "getcwd" | "getdents64" | "ioctl" | "lseek"
            | "lstat" | "newfstatat" | "pread64" | "read" | "readlink" | "readlinkat" | "stat" | "statx"
            | "unlink" | "unlinkat" => &["EIO"],
            _ => &[],
        }
    }

    /// Whether a failure of this call keeps the new contents from their place on the disk.
    pub(super) fn is_vital(&self) -> bool {
        let writes = matches!(self.name.as_str(), "write" | "fsync" | "fchmod") && !self.is_on("pipe:");
        let creates = self.name == "openat" && self.rest.contains("O_CREAT");
        writes || creates || self.name.starts_with("rename")
    }

    /// Whether the call's first argument is a descriptor of exactly this path.
    pub(super) fn is_on(&self, path: &str) -> bool {
        self.descriptor().is_some_and(|on| on == path || path == "pipe:" && on.starts_with(path))
    }

    /// Whether the call's first argument is a descriptor of a path that ends like this one.
    pub(super) fn is_below(&self, path: &str) -> bool {
        self.descriptor().is_some_and(|on| Path::new(on).ends_with(path))
    }

    pub(super) fn renames_to(&self, path: &str) -> bool {
        let to = self.rest.split('"').nth(3).unwrap_or_default();
        self.name.starts_with("rename") && Path::new(to).ends_with(path)
    }

    /// The first quoted argument.
    pub(super) fn first_path(&self) -> String {
        self.rest.split('"').nth(1).unwrap().to_owned()
    }

    /// Of a renaming, the directory that now holds `path`.
    pub(super) fn directory_of(&self, path: &str) -> String {
        assert!(self.renames_to(path));
        let (directory, _) = self.rest.split('"').nth(3).unwrap().rsplit_once('/').unwrap();
        directory.to_owned()
    }

    fn descriptor(&self) -> Option<&str> {
        let (number, rest) = self.rest.split_once('<')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let end = rest.find(">,").or_else(|| rest.find(">)"))?;
        rest.get(..end).filter(|_| is_number)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}", self.name, self.rest)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Kill => "killed",
            Fault::Error(name) => name,
        };
        write!(f, "{fault} at {} {}", self.call, self.ordinal)
    }
}
