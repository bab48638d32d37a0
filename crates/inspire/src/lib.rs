//! Compiles Inspire schemas and opens app artifacts: the door for other tools.
