//! Compiles schema files to an artifact: `cargo run --example compile -- FILE… OUT`.

use std::error::Error;
use std::fs;
use std::io::Write as _;

use inspire_diagnostics::{Report, Severity, SourceMap};

#[allow(
    clippy::disallowed_methods,
    reason = "the libraries take text and give bytes; files are the program's business"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let out = names.pop().ok_or("usage: compile FILE… OUT")?;
    let mut files = Vec::new();
    for name in names {
        let text = fs::read_to_string(&name)?;
        files.push((name, text));
    }

    // Files may come in any order, and from anywhere: the artifact depends on what they say, not on their names.
    let sources = SourceMap::new(files)?;
    let build = inspire::build(&sources);

    // There may be warnings although there is an artifact.
    let report = Report::new(&sources, build.diagnostics);
    report.write_short(&mut std::io::stderr(), Severity::Warning)?;
    let artifact = build.artifact.ok_or("the schema has errors")?;
    fs::write(&out, &artifact)?;

    let counts = build.counts;
    let (entities, routes, bytes) = (counts.entities, counts.routes, artifact.len());
    writeln!(std::io::stdout(), "{out}: {bytes} bytes, {entities} entities, {routes} routes")?;
    Ok(())
}
