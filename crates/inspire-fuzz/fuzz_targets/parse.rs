//! Fuzzes [`inspire_fuzz::parse`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| inspire_fuzz::parse(input));
