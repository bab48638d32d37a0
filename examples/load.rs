//! Opens an artifact and says who may call a route: `cargo run --example load -- app.kza GET /v1/players/42`.

use std::error::Error;
use std::io::Write as _;

use inspire_artifact::Artifact;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, method, path] = arguments.as_slice() else {
        return Err("usage: load FILE METHOD PATH".into());
    };

    // The digest is checked here; a section is validated when it is first asked for.
    let artifact = Artifact::open(file)?;
    let mut out = std::io::stdout();
    if let Some(auth) = artifact.auth()? {
        writeln!(out, "sessions last {} seconds", auth.session_duration_seconds())?;
    }

    // What the route asks for comes with the route: there is no second table that could disagree.
    let routes = artifact.routes()?.ok_or("the app has no routes")?;
    let found = routes.find(method, path)?;
    let route = found.route();
    writeln!(out, "{method} {path} calls {}, auth: {:?}", route.handler, route.auth)?;
    for (name, value) in found.params() {
        writeln!(out, "  {name} = {value}")?;
    }
    Ok(())
}
