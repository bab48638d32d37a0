//! Writes the artifacts of all fixtures and examples that compile into a directory, for the target `load` to begin with.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program for the shell: files in, files out"
)]

use std::error::Error;
use std::path::Path;

use inspire::{Options, build_with};
use inspire_diagnostics::SourceMap;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args_os().nth(1).ok_or("the directory to write to is missing")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::create_dir_all(&out)?;
    let mut written = 0;
    for top in ["tests/fixtures", "examples"] {
        for schema in schemas(&root.join(top))? {
            if let Some(artifact) = artifact(schema)? {
                std::fs::write(Path::new(&out).join(format!("{written}.kza")), &artifact)?;
                written += 1;
            }
        }
    }
    println!("{written} artifacts");
    Ok(())
}

type Files = Vec<(String, String)>;

/// The schemas below `directory`: its own files each, and all files of each directory together.
fn schemas(directory: &Path) -> Result<Vec<Files>, Box<dyn Error>> {
    let (mut all, mut together) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(schemas(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "inspire")
            && let Ok(text) = String::from_utf8(std::fs::read(&path)?)
        {
            let file = (path.display().to_string(), text);
            together.push(file.clone());
            all.push(vec![file]);
        }
    }
    all.push(together);
    Ok(all)
}

fn artifact(files: Files) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    let options = Options { debug_info: true, ..Options::default() };
    Ok(build_with(&SourceMap::new(files)?, &options).artifact)
}
