//! What a person sees when `kizaki` itself is at fault.

use std::io::Write as _;
use std::panic::PanicHookInfo;

/// Replaces the message of a panic by one that says what to do about it; the process still ends with code 101.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(report));
    #[cfg(debug_assertions)]
    provoke();
}

fn report(panic: &PanicHookInfo<'_>) {
    let what = panic.payload_as_str().unwrap_or("no reason given");
    let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    // Nothing is left to do when standard error is closed.
    let _ = writeln!(
        std::io::stderr(),
        "error: kizaki {} stopped because of a bug of its own{place}: {}\n\
         help: please report it with this message, the command you ran and, if you can share it, the schema",
        env!("CARGO_PKG_VERSION"),
        inspire_diagnostics::visible_lines(what),
    );
    // The same code whether panics unwind or, as in a release build, abort.
    std::process::exit(101)
}

/// Lets a test see the message.
#[cfg(debug_assertions)]
#[expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "exists in debug builds only, for the test of the message"
)]
fn provoke() {
    if std::env::var_os("KIZAKI_TEST_PANIC").is_some() {
        panic!("asked to panic");
    }
}
