//! Bytes to sections.
