//! The schema of a project as it was at a commit, read by the command `git`; nothing is checked out or fetched.
//!
//! The same files count as in the working tree: those that `kizaki.toml` of that commit includes and no `.gitignore` of
//! that commit leaves out.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use inspire_diagnostics::{Code, Diagnostic, SourceMap};

use crate::config::Config;
use crate::failure::{Failure, reason};
use crate::project::{CONFIG, Inputs, Project, text};
use crate::walk::{EXTENSION, SKIPPED};

const IGNORE: &str = ".gitignore";
/// The mode of a symbolic link.
const LINK: &str = "120000";

/// The settings that `project` had at the commit `reference`, and the sources: all of them, or only the file or those
/// below the directory `part`, given by its real path.
pub(crate) fn read(
    project: &Project,
    part: Option<&Path>,
    reference: &str,
) -> Result<(Project, Inputs), Failure> {
    let commit = Commit::find(project, reference)?;
    let part = part.and_then(|part| part.strip_prefix(project.absolute().canonicalize().ok()?).ok());
    let files = commit.files()?;
    let mut blobs = Blobs::open(&commit)?;
    let config = match files.get(&commit.root.join(CONFIG)) {
        Some(file) => Config::parse(&commit.name(CONFIG), blobs.text(CONFIG, file)?)?,
        None => Config::default(),
    };
    let sources = commit.schema(&files, part, &config, &mut blobs)?;
    let project = project.with_config(config);
    Ok((project, Inputs { sources, paths: BTreeMap::new() }))
}

/// A commit, and where the project lies in it.
struct Commit<'r> {
    /// As it was asked for.
    reference: &'r str,
    /// Its name in full.
    id: String,
    /// The project's directory in the working tree.
    directory: PathBuf,
    /// The project's directory, where `/` is the top of the repository.
    root: PathBuf,
}

/// A file of a commit.
struct Entry {
    mode: String,
    id: String,
}

impl<'r> Commit<'r> {
    fn find(project: &Project, reference: &'r str) -> Result<Self, Failure> {
        let directory = project.absolute().to_owned();
        let mut commit = Self { reference, id: String::new(), directory, root: PathBuf::from("/") };
        // What begins with a dash would be an option, and is never the name of a commit.
        if reference.is_empty() || reference.starts_with('-') || reference.contains('\0') {
            return Err(commit.unknown().into());
        }
        let prefix = commit.run(&["rev-parse", "--show-prefix"])?.map_err(|said| {
            let place = commit.directory.display();
            let one = commit.failure(&format!("`{place}` is in no repository that git can read"));
            if said.is_empty() { one } else { one.help(format!("git says: {said}")) }
        })?;
        commit.root.push(String::from_utf8_lossy(&prefix).trim_end_matches('\n'));
        let asked = format!("{reference}^{{commit}}");
        let id = commit.run(&["rev-parse", "--verify", "--quiet", &asked])?.map_err(|_| commit.unknown())?;
        commit.id = String::from_utf8_lossy(&id).trim().to_owned();
        Ok(commit)
    }

    /// The files of the project, and the `.gitignore` of every directory above.
    fn files(&self) -> Result<BTreeMap<PathBuf, Entry>, Failure> {
        let inside = |path: &Path| path.strip_prefix("/").unwrap_or(path).to_string_lossy().into_owned();
        let mut arguments: Vec<String> =
            ["ls-tree", "-r", "-z", "--full-tree", &self.id].map(str::to_owned).into();
        if self.root != Path::new("/") {
            arguments.push("--".to_owned());
            arguments.push(inside(&self.root));
            arguments.extend(self.root.ancestors().skip(1).map(|above| inside(&above.join(IGNORE))));
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let listing = self.run(&arguments)?.map_err(|said| self.failure(&said))?;
        // `mode type id TAB path NUL`
        let entries = listing.split(|byte| *byte == 0).filter_map(|line| {
            let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
            let mut head = head.split(' ');
            let (mode, _, id) = (head.next()?, head.next()?, head.next()?);
            Some((Path::new("/").join(path), Entry { mode: mode.to_owned(), id: id.to_owned() }))
        });
        Ok(entries.collect())
    }

    /// The schema files among `files`, as far as they are in `part` of the project.
    fn schema(
        &self,
        files: &BTreeMap<PathBuf, Entry>,
        part: Option<&Path>,
        config: &Config,
        blobs: &mut Blobs<'_>,
    ) -> Result<SourceMap, Failure> {
        let ignores = Ignores::read(files, blobs)?;
        // As in the working tree, patterns choose among all files, and what is named is taken as it is.
        let include = config.included(&self.root).filter(|_| part.is_none());
        let top = part.map_or_else(|| self.root.clone(), |part| self.root.join(part));
        let mut texts = Vec::new();
        for (path, file) in files {
            let (Ok(inside), Ok(below)) = (path.strip_prefix(&self.root), path.strip_prefix(&top)) else {
                continue;
            };
            let is_named = below.as_os_str().is_empty();
            let included = include.as_ref().is_none_or(|include| include.matched(path, false).is_ignore());
            let is_schema = path.extension() == Some(OsStr::new(EXTENSION)) && included;
            if !is_named && (!is_schema || ignores.leave_out(&top, below)) {
                continue;
            }
            let name = inside.to_string_lossy();
            texts.push((self.name(&name), blobs.text(&name, file)?));
        }
        if texts.is_empty() {
            let message = format!(
                "no schema found: there is no `.inspire` file of this project at `git:{}`",
                self.reference
            );
            return Err(Diagnostic::without_place(Code::NoSchema, message).into());
        }
        SourceMap::new(texts)
            .map_err(|large| Diagnostic::without_place(Code::FileTooLarge, large.to_string()).into())
    }

    /// What a file of the project is called in diagnostics.
    fn name(&self, inside: &str) -> String {
        format!("git:{}:{inside}", self.reference)
    }

    /// Runs git; gives what it printed, or the first line of what it complained about.
    fn run(&self, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Failure> {
        let output = self.command(arguments).output().map_err(|error| self.no_git(&error))?;
        if output.status.success() {
            return Ok(Ok(output.stdout));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        Ok(Err(said.to_owned()))
    }

    /// Git in the project's directory, kept from the network.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.directory).stdin(Stdio::null());
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none").env("LC_ALL", "C");
        command
    }

    fn failure(&self, reason: &str) -> Diagnostic {
        let message = format!("cannot read `git:{}`: {reason}", self.reference);
        Diagnostic::without_place(Code::UnreadableFile, message)
    }

    fn unknown(&self) -> Diagnostic {
        let one = self.failure("git knows no such commit here");
        one.help("name a branch, a tag or a commit, as in `git:main` or `git:HEAD~1`; what is not here yet has to be fetched")
    }

    fn no_git(&self, error: &io::Error) -> Diagnostic {
        match error.kind() {
            io::ErrorKind::NotFound => {
                self.failure("the command `git` was not found").help("install git, or compare two artifacts")
            }
            _ => self.failure(&format!("git could not be started: {}", reason(error))),
        }
    }
}

/// A running `git cat-file`, which gives the contents of files.
struct Blobs<'c> {
    commit: &'c Commit<'c>,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl<'c> Blobs<'c> {
    fn open(commit: &'c Commit<'c>) -> Result<Self, Failure> {
        let mut command = commit.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| commit.no_git(&error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(requests), Some(answers)) => {
                Ok(Self { commit, child, requests, answers: BufReader::new(answers) })
            }
            _ => Err(commit.failure("git could not be started").into()),
        }
    }

    /// The text of a file that is called `name` in the project.
    fn text(&mut self, name: &str, file: &Entry) -> Result<String, Failure> {
        let shown = self.commit.name(name);
        if file.mode == LINK {
            let one = self.commit.failure(&format!("`{name}` is a symbolic link at this commit"));
            return Err(one.help("compare with an artifact that was built there").into());
        }
        let bytes = self.contents(name, file)?;
        let code = if name == CONFIG { Code::InvalidConfig } else { Code::InvalidUtf8 };
        text(bytes).map_err(|unread| unread.into_failure(&shown, Path::new(&shown), code))
    }

    fn contents(&mut self, name: &str, file: &Entry) -> Result<Vec<u8>, Failure> {
        let failed = |error: io::Error| self.commit.failure(&format!("`{name}`: {}", reason(&error)));
        self.bytes(file).map_err(failed).map_err(Failure::from)
    }

    /// One request and its answer: `id type size LF contents LF`, or `id missing LF`.
    fn bytes(&mut self, file: &Entry) -> io::Result<Vec<u8>> {
        writeln!(self.requests, "{}", file.id)?;
        self.requests.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let mut words = head.split_whitespace().skip(1);
        let size = match (words.next(), words.next().and_then(|size| size.parse().ok())) {
            (Some("blob"), Some(size)) => size,
            _ => return Err(io::Error::other("git does not have its contents here")),
        };
        let mut bytes = Vec::new();
        (&mut self.answers).take(size).read_to_end(&mut bytes)?;
        self.answers.read_exact(&mut [0])?;
        Ok(bytes)
    }
}

impl Drop for Blobs<'_> {
    fn drop(&mut self) {
        // It waits for the next request, and is of no more use.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the directories of a commit say is to be left alone.
struct Ignores(BTreeMap<PathBuf, Gitignore>);

impl Ignores {
    fn read(files: &BTreeMap<PathBuf, Entry>, blobs: &mut Blobs<'_>) -> Result<Self, Failure> {
        let mut ignores = BTreeMap::new();
        for (path, file) in files.iter().filter(|(path, _)| path.file_name() == Some(OsStr::new(IGNORE))) {
            let Some(directory) = path.parent() else { continue };
            if file.mode == LINK {
                // Git does not follow it either.
                continue;
            }
            let mut builder = GitignoreBuilder::new(directory);
            let bytes = blobs.contents(IGNORE, file)?;
            for line in String::from_utf8_lossy(&bytes).lines() {
                // As for git, a line that is no pattern says nothing.
                let _ = builder.add_line(None, line);
            }
            ignores.extend(builder.build().ok().map(|ignore| (directory.to_owned(), ignore)));
        }
        Ok(Self(ignores))
    }

    /// Whether the file `inside` of `root`, or a directory on the way to it, is left alone.
    fn leave_out(&self, root: &Path, inside: &Path) -> bool {
        let mut path = root.to_owned();
        let mut parts = inside.components().peekable();
        while let Some(part) = parts.next() {
            path.push(part);
            let is_directory = parts.peek().is_some();
            let skipped =
                is_directory && SKIPPED.iter().any(|skipped| part == Component::Normal(OsStr::new(skipped)));
            if skipped || self.matches(&path, is_directory) {
                return true;
            }
        }
        false
    }

    /// The innermost directory that says anything about `path` decides.
    fn matches(&self, path: &Path, is_directory: bool) -> bool {
        let say = path.ancestors().skip(1).filter_map(|directory| self.0.get(directory));
        let mut say = say.map(|ignore| ignore.matched(path, is_directory));
        say.find(|say| !say.is_none()).is_some_and(|say| say.is_ignore())
    }
}
