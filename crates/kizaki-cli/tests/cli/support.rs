//! A project in a temporary directory, and the command run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A temporary project.
pub(crate) struct Project {
    directory: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// A project of these files.
    pub(crate) fn new<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        let project = Self { directory: TempDir::new().unwrap() };
        for (name, contents) in files {
            project.write(name, contents);
        }
        project
    }

    pub(crate) fn empty() -> Self {
        Self::new::<&str>(&[])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    /// Writes a file for its owner only, in a directory for its owner only.
    #[cfg(feature = "service")]
    pub(crate) fn write_private(&self, name: &str, contents: impl AsRef<[u8]>) {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt as _;

        let path = self.path(name);
        self.write(name, contents);
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        std::fs::set_permissions(path.parent().unwrap(), Permissions::from_mode(0o700)).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The command in this project, with nothing of the caller's environment that could change what it does.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kizaki"));
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            let is_ours = name.starts_with("KIZAKI_")
                || ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"].contains(&name.as_str());
            if is_ours {
                command.env_remove(name);
            }
        }
        command.env("XDG_CONFIG_HOME", self.path("config"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().unwrap())
    }

    /// The files below `name`, by their names.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        list(&self.path(name))
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The report on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The codes in the JSON report.
    pub(crate) fn codes(&self) -> Vec<String> {
        let report = self.json();
        let diagnostics = report["diagnostics"].as_array().unwrap().iter();
        diagnostics.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    }
}

fn list(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}
