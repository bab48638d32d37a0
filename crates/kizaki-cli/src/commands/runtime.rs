//! What asynchronous work runs on: one thread, for as long as it takes.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Does `work` to its end.
///
/// # Errors
///
/// The system does not give what such work needs.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}

/// The signals that tell a command to end, which from now on end it in no other way.
pub(super) struct Interrupts([Signal; 4]);

impl Interrupts {
    /// Listens, on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// The system does not let it.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::quit())?,
        ]))
    }

    /// Waits for one of them.
    pub(super) async fn next(&mut self) {
        let [interrupt, terminate, hangup, quit] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = quit.recv() => {}
        }
    }
}
