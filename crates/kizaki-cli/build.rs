//! Gathers the book's pages on diagnostics into a table, so that `kizaki explain` needs no file and no network.

#![expect(clippy::disallowed_methods, reason = "a build script works on files and the environment")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let pages = root.join("../../book/src/diagnostics");
    println!("cargo::rerun-if-changed={}", pages.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&pages)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        names.extend(stem.filter(|stem| is_page && stem != "index"));
    }
    // The table is searched by halves.
    names.sort_unstable();
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("pages.rs"), table(&pages, &names))
}

fn table(pages: &Path, names: &[String]) -> String {
    let mut code =
        String::from("/// The pages of the book by the code they explain, in the order of the codes.\n");
    code += "pub(crate) const PAGES: &[(&str, &str)] = &[\n";
    for name in names {
        let path = pages.join(name).with_extension("md");
        let _ = writeln!(code, "    ({name:?}, include_str!({:?})),", path.display().to_string());
    }
    code + "];\n"
}
