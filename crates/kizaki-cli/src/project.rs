//! Finds the project and reads its sources.

#![expect(clippy::disallowed_methods, reason = "reading files is this module's work")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::Gitignore;
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, SourceMap, Span};

use crate::config::Config;
use crate::failure::{Failure, unreadable};
use crate::walk::schema_files;

pub(crate) const CONFIG: &str = "kizaki.toml";
/// Spans are 32 bits wide.
const TOO_LARGE: u64 = 1 << 32;

/// A directory with a schema in it.
#[derive(Debug)]
pub(crate) struct Project {
    /// The directory as seen from the current one; empty when it is the current one.
    root: PathBuf,
    /// The absolute path of that directory.
    absolute: PathBuf,
    pub(crate) config: Config,
}

/// The sources of one run.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) sources: SourceMap,
    /// Where each source, by its name, was read; standard input is not in here.
    pub(crate) paths: BTreeMap<String, PathBuf>,
}

impl Project {
    /// The nearest directory upwards that holds `kizaki.toml`, or else the current one.
    pub(crate) fn find() -> Result<Self, Failure> {
        Self::around(Path::new(""))
    }

    /// The nearest directory upwards from `directory` that holds `kizaki.toml`, or else `directory`.
    pub(crate) fn around(directory: &Path) -> Result<Self, Failure> {
        let current = std::env::current_dir().map_err(|error| unreadable(Path::new("."), &error))?;
        let absolute = match directory.as_os_str().is_empty() {
            true => current,
            false => directory.canonicalize().map_err(|error| unreadable(directory, &error))?,
        };
        for (depth, ancestor) in absolute.ancestors().enumerate() {
            let root: PathBuf =
                directory.components().chain(std::iter::repeat_n(Component::ParentDir, depth)).collect();
            let path = root.join(CONFIG);
            match read(&path) {
                Ok(text) => {
                    let config = Config::parse(CONFIG, text)?;
                    return Ok(Self { root, absolute: ancestor.to_owned(), config });
                }
                Err(Unread::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
                Err(unread) => return Err(unread.into_failure(CONFIG, &path, Code::InvalidConfig)),
            }
        }
        Ok(Self { root: directory.to_owned(), absolute, config: Config::default() })
    }

    /// The same directory with other settings.
    pub(crate) fn with_config(&self, config: Config) -> Self {
        Self { root: self.root.clone(), absolute: self.absolute.clone(), config }
    }

    /// The absolute path of the project's directory.
    pub(crate) fn absolute(&self) -> &Path {
        &self.absolute
    }

    /// Where the artifact goes when nothing else is said.
    pub(crate) fn output(&self) -> PathBuf {
        self.root.join(self.config.out.as_deref().unwrap_or(".kizaki/build/app.kza"))
    }

    /// Where the embedded store of the auth service lies when nothing else is said.
    #[cfg(feature = "service")]
    pub(crate) fn store(&self) -> PathBuf {
        self.root.join(".kizaki/kizaki.db")
    }

    /// The server that runs the app's auth service, if `kizaki.toml` names one.
    #[cfg(feature = "service")]
    pub(crate) fn server(&self) -> Option<kizaki_auth::PublicUrl> {
        // `Config::parse` has refused what is none.
        kizaki_auth::PublicUrl::parse(self.config.server.as_deref()?).ok()
    }

    /// Where mails of the auth service are written when nothing else is said.
    #[cfg(feature = "service")]
    pub(crate) fn mail(&self) -> PathBuf {
        self.root.join(".kizaki/mail")
    }

    /// Reads the files that `paths` name, or the whole project; standard input is shown as `stdin_name`.
    ///
    /// Everything that cannot be read is reported at once.
    pub(crate) fn read(&self, paths: &[PathBuf], stdin_name: Option<&str>) -> Result<Inputs, Failure> {
        let mut reader = Reader::default();
        if paths.is_empty() {
            let include = self.config.included(&self.absolute);
            for name in reader.walk(&self.absolute, include.as_ref()) {
                reader.file(&name, &self.root.join(&name));
            }
        }
        for path in paths {
            if path.as_os_str() == "-" {
                reader.standard_input(stdin_name.unwrap_or("<stdin>"));
            } else if path.is_dir() {
                for name in reader.walk(path, None) {
                    let found = path.join(name);
                    reader.file(&tidy(&found), &found);
                }
            } else {
                reader.file(&tidy(path), path);
            }
        }
        if reader.files.is_empty() && reader.diagnostics.is_empty() {
            return Err(self.no_schema(paths).into());
        }
        reader.finish()
    }

    fn no_schema(&self, paths: &[PathBuf]) -> Diagnostic {
        let place = match paths.first() {
            None => self.absolute.display(),
            Some(path) => path.display(),
        };
        let message = match self.config.include.as_slice() {
            patterns @ [_, ..] if paths.is_empty() => {
                let patterns: Vec<_> = patterns.iter().map(|pattern| format!("`{pattern}`")).collect();
                format!(
                    "no schema found: no `.inspire` file below `{place}` matches {}",
                    patterns.join(" or ")
                )
            }
            _ => format!("no schema found: there is no `.inspire` file below `{place}`"),
        };
        Diagnostic::without_place(Code::NoSchema, message)
            .help("name a file or a directory, or start a project with `kizaki init`")
    }
}

/// The path without `.` in it, as people see it.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[derive(Default)]
struct Reader {
    /// Names, texts and places of what was read, by the real path, so that a file named twice is read once.
    files: BTreeMap<PathBuf, (String, String, Option<PathBuf>)>,
    /// Names and texts up to the first byte that is not UTF-8, by the diagnostic that says so.
    broken: BTreeMap<usize, (String, String)>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    /// The schema files below `directory`, relative to it.
    fn walk(&mut self, directory: &Path, include: Option<&Gitignore>) -> Vec<PathBuf> {
        let found = schema_files(directory, include);
        self.diagnostics.extend(found.unreadable.iter().map(|(path, error)| unreadable(path, error)));
        found.files
    }

    fn file(&mut self, name: &Path, path: &Path) {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.files.contains_key(&real) {
            return;
        }
        let name = name.display().to_string();
        match read(path) {
            Ok(text) => {
                self.files.insert(real, (name, text, Some(path.to_owned())));
            }
            Err(unread) => self.unread(&name, path, unread),
        }
    }

    fn standard_input(&mut self, name: &str) {
        match read_all(io::stdin().lock()) {
            Ok(text) => {
                self.files.insert(PathBuf::from("-"), (name.to_owned(), text, None));
            }
            Err(unread) => self.unread(name, Path::new(name), unread),
        }
    }

    fn unread(&mut self, name: &str, path: &Path, unread: Unread) {
        if let Unread::NotText { valid, .. } = &unread {
            self.broken.insert(self.diagnostics.len(), (name.to_owned(), valid.clone()));
        }
        self.diagnostics.push(unread.into_diagnostic(path, Code::InvalidUtf8));
    }

    fn finish(mut self) -> Result<Inputs, Failure> {
        if !self.diagnostics.is_empty() {
            // A file that is not text is shown up to the byte that is not.
            let sources = SourceMap::new(self.broken.values().cloned()).unwrap_or_default();
            for (index, (name, valid)) in &self.broken {
                let place =
                    sources.iter().find(|(_, source)| source.name() == name && source.text() == valid);
                if let (Some(one), Some((file, _))) = (self.diagnostics.get_mut(*index), place) {
                    one.location = Some(end_of(file, valid.len()));
                }
            }
            return Err(Failure { sources, diagnostics: self.diagnostics });
        }
        let mut paths = BTreeMap::new();
        let mut texts = Vec::with_capacity(self.files.len());
        for (name, text, path) in self.files.into_values() {
            paths.extend(path.map(|path| (name.clone(), path)));
            texts.push((name, text));
        }
        let sources = SourceMap::new(texts)
            .map_err(|large| Diagnostic::without_place(Code::FileTooLarge, large.to_string()))?;
        Ok(Inputs { sources, paths })
    }
}

fn end_of(file: FileId, end: usize) -> Location {
    Location::new(file, Span::at(u32::try_from(end).unwrap_or(u32::MAX)))
}

/// Why a file could not be taken in.
pub(crate) enum Unread {
    Io(io::Error),
    TooLarge(u64),
    /// The text before the first byte that is not UTF-8, and that byte.
    NotText {
        valid: String,
        byte: u8,
    },
}

impl Unread {
    /// `not_text` is the code for a file that is not text.
    fn into_diagnostic(self, path: &Path, not_text: Code) -> Diagnostic {
        let path_shown = path.display();
        match self {
            Self::Io(error) => unreadable(path, &error),
            Self::TooLarge(length) => {
                let message =
                    format!("`{path_shown}` has {length} bytes; a source file must be smaller than 4 GiB");
                Diagnostic::without_place(Code::FileTooLarge, message)
            }
            Self::NotText { valid, byte } => {
                let offset = valid.len();
                let message = format!("`{path_shown}` is not UTF-8: byte {offset} is 0x{byte:02x}");
                Diagnostic::without_place(not_text, message)
                    .label("the text up to here is valid")
                    .help("save the file as UTF-8")
            }
        }
    }

    pub(crate) fn into_failure(self, name: &str, path: &Path, not_text: Code) -> Failure {
        let valid = match &self {
            Self::NotText { valid, .. } => Some((name.to_owned(), valid.clone())),
            _ => None,
        };
        let mut one = self.into_diagnostic(path, not_text);
        one.location = valid.as_ref().map(|(_, text)| end_of(FileId(0), text.len()));
        Failure { sources: SourceMap::new(valid).unwrap_or_default(), diagnostics: vec![one] }
    }
}

fn read(path: &Path) -> Result<String, Unread> {
    let file = File::open(path).map_err(Unread::Io)?;
    let metadata = file.metadata().map_err(Unread::Io)?;
    if metadata.len() >= TOO_LARGE {
        return Err(Unread::TooLarge(metadata.len()));
    }
    if metadata.is_dir() {
        return Err(Unread::Io(io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    (&file).take(TOO_LARGE).read_to_end(&mut bytes).map_err(Unread::Io)?;
    text(bytes)
}

fn read_all(source: impl Read) -> Result<String, Unread> {
    let mut bytes = Vec::new();
    source.take(TOO_LARGE).read_to_end(&mut bytes).map_err(Unread::Io)?;
    text(bytes)
}

/// The text that `bytes` are, if they are.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, Unread> {
    if bytes.len() as u64 >= TOO_LARGE {
        return Err(Unread::TooLarge(bytes.len() as u64));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid_up_to = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        let byte = bytes.get(valid_up_to).copied().unwrap_or_default();
        bytes.truncate(valid_up_to);
        Unread::NotText { valid: String::from_utf8(bytes).unwrap_or_default(), byte }
    })
}
