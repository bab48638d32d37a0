//! Owns the workspace's top-level tests, examples and snapshots; it has no code of its own.
