//! Tokens, grammar and syntax tree of the Inspire schema language.
