//! The texts that the tests read: fixtures and examples, in the order of their paths.

use std::path::{Path, PathBuf};

use inspire_diagnostics::{Code, SourceMap};

/// One file below `tests/fixtures`.
pub(crate) struct Fixture {
    /// The folder it lies in, relative to `tests/fixtures`: `check/auth` or `parse/valid`.
    pub(crate) folder: String,
    /// Its file name without the extension.
    pub(crate) stem: String,
    /// What it says.
    pub(crate) text: String,
}

impl Fixture {
    /// The name that failures show.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}.inspire", self.folder, self.stem)
    }

    /// The code it is named for: `many-rows` for `many-rows` and for `many-rows_where_too_weak`.
    pub(crate) fn code(&self) -> Option<Code> {
        let named = |code: &Code| {
            self.stem.strip_prefix(code.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        Code::ALL.iter().copied().filter(named).max_by_key(|code| code.name().len())
    }
}

/// The directory of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All fixtures below `tests/fixtures/<folder>`; there is at least one.
pub(crate) fn fixtures(folder: &str) -> Vec<Fixture> {
    let top = root().join("tests/fixtures");
    let fixtures: Vec<_> =
        files(&top.join(folder), "inspire").iter().map(|path| fixture(&top, path)).collect();
    assert!(!fixtures.is_empty(), "no fixture in `{folder}`");
    fixtures
}

fn fixture(top: &Path, path: &Path) -> Fixture {
    let folder = path.parent().unwrap().strip_prefix(top).unwrap();
    Fixture {
        folder: folder.to_str().unwrap().replace('\\', "/"),
        stem: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        text: read(path),
    }
}

/// A whole app below `examples/`.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// The name of its directory.
    pub(crate) name: String,
    /// Its files: name relative to the directory, and text.
    pub(crate) files: Vec<(String, String)>,
}

impl Example {
    /// Its files as the compiler takes them.
    pub(crate) fn sources(&self) -> SourceMap {
        SourceMap::new(self.files.clone()).unwrap()
    }
}

/// Every directory below `examples/` that holds `.inspire` files.
pub(crate) fn examples() -> Vec<Example> {
    let top = root().join("examples");
    let mut examples = Vec::new();
    for directory in entries(&top).into_iter().filter(|path| path.is_dir()) {
        let files: Vec<_> = files(&directory, "inspire")
            .iter()
            .map(|path| {
                (path.strip_prefix(&directory).unwrap().to_str().unwrap().replace('\\', "/"), read(path))
            })
            .collect();
        if !files.is_empty() {
            let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
            examples.push(Example { name, files });
        }
    }
    assert!(examples.len() >= 4, "{} examples", examples.len());
    examples
}

/// All files below `directory` with this extension, by path.
pub(crate) fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(directory) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let listing =
        std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The text of a file of this repository.
#[allow(clippy::disallowed_methods, reason = "a test reads the files it is about")]
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
