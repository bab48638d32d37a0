//! Fuzzes [`inspire_fuzz::find`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| inspire_fuzz::find(input));
