//! The binary app artifact: format, writer, validation and loader.

pub mod api_keys;
pub mod auth;
mod codec;
mod container;
pub mod debug;
mod encode;
pub mod entity;
pub mod limits;
pub mod namespace;
pub mod policy;
pub mod record;
pub mod routes;
mod strings;
mod table;

pub use container::{Digest, FORMAT_MAJOR, FORMAT_MINOR, MAGIC, SectionId};
pub use encode::{LANGUAGE_VERSION, Tables, encode};
pub use record::{Code, List, NONE, Text, index};
pub use strings::Strings;
