//! Fuzzes [`inspire_fuzz::check`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| inspire_fuzz::check(input));
