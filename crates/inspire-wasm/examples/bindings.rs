//! Turns the wasm module that cargo built into one that JavaScript can load, with the code that loads it.
//!
//! Run as `bindings MODULE DIRECTORY`. This is the library behind the command `wasm-bindgen`, so nothing need be
//! installed, and its version is that of the lock file.

use std::error::Error;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

#[expect(clippy::print_stderr, reason = "a program for the build")]
fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [module, directory] = arguments.as_slice() else {
        eprintln!("usage: bindings MODULE DIRECTORY");
        return ExitCode::from(2);
    };
    match generate(module, directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(module: &str, directory: &str) -> Result<(), Box<dyn Error>> {
    // The types are written by hand, for what is public.
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("bindings").typescript(false).remove_name_section(true);
    bindgen.web(true)?.generate(directory)?;
    Ok(())
}
