//! `kizaki init`: a project that builds as it stands.

use std::path::Path;

use inspire_diagnostics::{Code, Diagnostic, SourceMap};

use super::Session;
use crate::args::{InitArgs, Template};
use crate::failure::{Exit, Failure, unwritable};
use crate::project::tidy;
use crate::write::write;

/// The files of a template: where each goes, and what it holds.
type Files = &'static [(&'static str, &'static str)];

const GITIGNORE: (&str, &str) = (".gitignore", ".kizaki/\n");

const MINIMAL: Files = &[
    ("kizaki.toml", include_str!("../../templates/minimal/kizaki.toml")),
    ("schema/app.inspire", include_str!("../../templates/minimal/schema/app.inspire")),
];

const SAAS: Files = &[
    ("kizaki.toml", include_str!("../../templates/saas/kizaki.toml")),
    ("schema/auth.inspire", include_str!("../../templates/saas/schema/auth.inspire")),
    ("schema/data.inspire", include_str!("../../templates/saas/schema/data.inspire")),
    ("schema/routes.inspire", include_str!("../../templates/saas/schema/routes.inspire")),
];

const API_KEYS: Files = &[
    ("kizaki.toml", include_str!("../../templates/api-keys/kizaki.toml")),
    ("schema/auth.inspire", include_str!("../../templates/api-keys/schema/auth.inspire")),
    ("schema/data.inspire", include_str!("../../templates/api-keys/schema/data.inspire")),
    ("schema/routes.inspire", include_str!("../../templates/api-keys/schema/routes.inspire")),
];

pub(crate) fn run(args: &InitArgs, session: &mut Session) -> Result<Exit, Failure> {
    let files = match args.template {
        Template::Minimal => MINIMAL,
        Template::Saas => SAAS,
        Template::ApiKeys => API_KEYS,
    };
    if !args.force {
        nothing_is_replaced(&args.directory, files)?;
    }
    let ignores = std::iter::once(&GITIGNORE).filter(|(name, _)| !args.directory.join(name).exists());
    for (name, text) in files.iter().chain(ignores) {
        let path = tidy(&args.directory.join(name));
        write(&path, text.as_bytes()).map_err(|error| unwritable(&path, &error))?;
        session.output.progress(&format!("created {}", path.display()));
    }
    let next = match tidy(&args.directory) {
        here if here.as_os_str().is_empty() => "next: kizaki build".to_owned(),
        there => format!("next: kizaki build -C {}", there.display()),
    };
    session.output.progress(&next);
    Ok(Exit::Done)
}

fn nothing_is_replaced(directory: &Path, files: Files) -> Result<(), Failure> {
    let exist = files
        .iter()
        .map(|(name, _)| tidy(&directory.join(name)))
        .filter(|path| path.symlink_metadata().is_ok());
    let diagnostics: Vec<_> = exist
        .map(|path| {
            let message = format!("`{}` exists already", path.display());
            Diagnostic::without_place(Code::OutputFailed, message)
                .help("choose another directory, or replace it with `--force`")
        })
        .collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure { sources: SourceMap::default(), diagnostics }) }
}
