//! Fuzzes [`inspire_fuzz::load`]; three of four changes are made to one table of an artifact, and everything else fits.
#![no_main]

use inspire_fuzz::Parts;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|input: &[u8]| inspire_fuzz::load(input));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match changed(data.get(..size).unwrap_or_default(), seed) {
        Some(file) if file.len() <= max_size && file.len() <= data.len() => {
            data.iter_mut().zip(&file).for_each(|(to, from)| *to = *from);
            file.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});

/// The artifact with one of its tables changed; none if the bytes shall be changed as they are.
fn changed(file: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut parts = Parts::of(file).filter(|_| seed % 4 != 0)?;
    parts.change(seed / 4, &mut |data, size, most| fuzzer_mutate(data, size, most))?;
    Some(parts.put_together())
}
