//! Resolves, checks and lowers Inspire schemas to artifact tables.
