//! The binary app artifact: format, writer, validation and loader.

pub mod api_keys;
mod artifact;
pub mod auth;
mod check;
mod codec;
mod container;
pub mod debug;
mod docs;
mod encode;
pub mod entity;
mod error;
mod file;
pub mod hook;
mod json;
pub mod limits;
mod meta;
pub mod namespace;
pub mod policy;
pub mod record;
pub mod routes;
mod strings;
mod table;
mod value;
mod view;

pub use artifact::Artifact;
pub use container::read::SectionInfo;
pub use container::{Digest, FORMAT_MAJOR, FORMAT_MINOR, MAGIC, SectionId};
pub use docs::Doc;
pub use encode::{LANGUAGE_VERSION, Tables, encode};
pub use error::{DecodeError, OpenError};
pub use json::ArtifactJson;
pub use meta::{Counts, Meta};
pub use record::{Code, List, NONE, Text, index};
pub use strings::Strings;
pub use value::{Decimal, Literal};
pub use view::{Items, View};
