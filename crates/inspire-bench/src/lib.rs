//! Benchmarks of every step from text to look-up.
