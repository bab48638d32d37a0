//! What asynchronous work runs on: one thread, for as long as it takes.

use std::io;

/// Does `work` to its end.
///
/// # Errors
///
/// The system does not give what such work needs.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}
