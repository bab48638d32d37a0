//! Finds the schema files below a directory.
//!
//! Which they are depends on the tree alone: a `.gitignore` counts wherever it belongs to the project or to the
//! repository around it, the settings of one person's git never do. One walk in one thread: starting threads, as the
//! walker of the crate `ignore` does, takes longer than a whole build.

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
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut walk = Walk { root: &root, include, ignores: Vec::new(), found: Found::default() };
    walk.read_ignores_above();
    walk.directory(&root);
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
        let Some(depth) = self.root.ancestors().position(|directory| directory.join(".git").exists()) else {
            return;
        };
        let above: Vec<_> = self.root.ancestors().take(depth + 1).skip(1).collect();
        self.ignores.extend(above.into_iter().rev().filter_map(ignores_of));
    }

    fn directory(&mut self, directory: &Path) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.found.unreadable.push((directory.to_owned(), error)),
        };
        let depth = self.ignores.len();
        self.ignores.extend(ignores_of(directory));
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

fn ignores_of(directory: &Path) -> Option<Gitignore> {
    let path = directory.join(".gitignore");
    if !path.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(directory);
    // As for git, a line that is no pattern says nothing.
    let _ = builder.add(path);
    builder.build().ok()
}
