//! The text of a schema as a tree: tokens by logos, grammar by LALRPOP, nodes in an arena.
//!
//! Lexing and parsing never fail: each gives a value and diagnostics. What could not be read is left out of the tree,
//! and the node around it says so.
//!
//! ```
//! use inspire_diagnostics::FileId;
//! use inspire_syntax::{Arena, parse};
//!
//! let arena = Arena::new();
//! let parsed = parse(FileId(0), "enum Rank { Recruit, Officer }", &arena);
//! assert!(parsed.diagnostics.is_empty());
//! assert_eq!(parsed.schema.declarations.len(), 1);
//! ```

pub mod ast;
mod builder;
mod characters;
mod expected;
mod layout;
mod lexer;
mod literal;
mod members;
mod parser;
mod stream;
mod token;

pub use bumpalo::Bump as Arena;
pub use lexer::{Comment, Docs, Tokens, lex};
pub use literal::duration_ms;
pub use parser::{Parsed, parse};
pub use token::{Kind, Token};
