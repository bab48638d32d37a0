//! Finds the schema files below a directory.
//!
//! Which they are depends on the tree alone: a `.gitignore` counts wherever it belongs to the project or to the
//! repository around it, the settings of one person's git never do. One walk in one thread: starting threads, as the
//! walker of the crate `ignore` does, takes longer than a whole build.

#![expect(clippy::disallowed_methods, reason = "reading files is this module's work")]

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

pub(crate) const EXTENSION: &str = "inspire";
/// Directories that never hold the schema, whatever `.gitignore` says.
pub(crate) const SKIPPED: [&str; 4] = [".git", ".kizaki", "node_modules", "target"];

/// What a walk came to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files, relative to where the walk began, in the order of their paths.
    pub(crate) files: Vec<PathBuf>,
    /// What could not be looked into.
    pub(crate) unreadable: Vec<(PathBuf, io::Error)>,
}

/// Finds the schema files below `root` that are not ignored and that `include`, if given, lets pass.
pub(crate) fn schema_files(root: &Path, include: Option<&Gitignore>) -> Found {
    let real = match root.canonicalize() {
        Ok(real) => real,
        Err(error) => return Found { unreadable: vec![(root.to_owned(), error)], ..Found::default() },
    };
    let mut walk = Walk { root: &real, include, ignores: Vec::new(), found: Found::default() };
    walk.read_ignores_above();
    walk.directory(&real);
    walk.found.files.sort_unstable();
    walk.found
}

struct Walk<'w> {
    root: &'w Path,
    include: Option<&'w Gitignore>,
    /// What the directories on the way say, the outermost first.
    ignores: Vec<Gitignore>,
    found: Found,
}

impl Walk<'_> {
    /// Within a repository the directories above have a say, up to the repository's own.
    fn read_ignores_above(&mut self) {
        let mut above = Vec::new();
        for directory in self.root.ancestors() {
            above.push(directory);
            let mark = directory.join(".git");
            match mark.try_exists() {
                Ok(true) => {
                    return above.into_iter().skip(1).rev().for_each(|above| self.read_ignores(above));
                }
                Ok(false) => {}
                Err(error) => return self.found.unreadable.push((mark, error)),
            }
        }
    }

    /// Adds what the `.gitignore` in `directory` says. One that cannot be read hides who knows what: that is an error.
    fn read_ignores(&mut self, directory: &Path) {
        let path = directory.join(".gitignore");
        match ignores_in(directory, &path) {
            Ok(ignores) => self.ignores.extend(ignores),
            Err(error) => self.found.unreadable.push((path, error)),
        }
    }

    fn directory(&mut self, directory: &Path) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.found.unreadable.push((directory.to_owned(), error)),
        };
        let depth = self.ignores.len();
        self.read_ignores(directory);
        for entry in entries {
            let seen = entry.and_then(|entry| self.entry(&entry));
            seen.unwrap_or_else(|error| self.found.unreadable.push((directory.to_owned(), error)));
        }
        self.ignores.truncate(depth);
    }

    fn entry(&mut self, entry: &DirEntry) -> io::Result<()> {
        let name = entry.file_name();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let path = entry.path();
            if !SKIPPED.iter().any(|skipped| name == *skipped) && !self.is_ignored(&path, true) {
                self.directory(&path);
            }
        } else if Path::new(&name).extension().is_some_and(|extension| extension == EXTENSION) {
            let path = entry.path();
            let leads_to_directory = kind.is_symlink() && path.is_dir();
            let included = self.include.is_none_or(|include| include.matched(&path, false).is_ignore());
            if included && !leads_to_directory && !self.is_ignored(&path, false) {
                self.found.files.extend(path.strip_prefix(self.root).map(Path::to_owned));
            }
        }
        Ok(())
    }

    /// The innermost directory that says anything about `path` decides.
    fn is_ignored(&self, path: &Path, is_directory: bool) -> bool {
        let say = self.ignores.iter().rev().map(|ignores| ignores.matched(path, is_directory));
        say.into_iter().find(|say| !say.is_none()).is_some_and(|say| say.is_ignore())
    }
}

/// What the file says; nothing where there is no such file.
fn ignores_in(directory: &Path, path: &Path) -> io::Result<Option<Gitignore>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => return Ok(None),
    }
    let text = fs::read(path)?;
    let text = String::from_utf8_lossy(&text);
    let mut builder = GitignoreBuilder::new(directory);
    for line in text.trim_start_matches('\u{feff}').lines() {
        // As for git, a line that is no pattern says nothing.
        let _ = builder.add_line(Some(path.to_owned()), line);
    }
    Ok(builder.build().ok())
}
