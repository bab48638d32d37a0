//! The loader takes no more memory than the format grants for any input: four times the file and 16 MiB, and a stack of
//! 256 KiB.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod damage;
mod large;

use std::sync::{Mutex, MutexGuard, PoisonError};

use inspire_artifact::{Artifact, DecodeError};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Memory is counted for the whole process, so that one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens and validates all of `file`, and holds the memory which that takes against the bound.
#[track_caller]
fn bounded(file: &[u8], what: &str) -> Result<(), DecodeError> {
    within_bound(file, what, || Artifact::from_bytes(file).and_then(|artifact| artifact.verify()))
}

/// Does some work with `file`, and holds the memory which that takes against the bound.
#[track_caller]
fn within_bound<T>(file: &[u8], what: &str, work: impl FnOnce() -> T) -> T {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let outcome = work();
    let peak = MEMORY.peak_usage().saturating_sub(before);
    let bound = 4 * file.len() + (16 << 20);
    assert!(peak <= bound, "{what}: {peak} bytes for a file of {}", file.len());
    outcome
}
