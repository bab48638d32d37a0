//! What keeps a service from starting.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use inspire_artifact::OpenError;

/// Why a service did not start.
#[derive(Debug)]
pub enum StartError {
    /// The artifact cannot be read, or is refused.
    Artifact(OpenError),
    /// The store cannot be used.
    Store(kizaki_store::Error),
    /// The app's database cannot be used.
    AppDatabase(kizaki_store::Error),
    /// Effects are to be delivered, and the app's database is not given.
    NoAppDatabase,
    /// Nothing can be served at an address.
    Listen(SocketAddr, io::Error),
    /// Others can reach the address, and no public URL was given.
    NoPublicUrl(SocketAddr),
    /// Mails go to a directory, and could not be written there.
    Mail(PathBuf, io::Error),
    /// What other servers are called with cannot be made.
    Client(String),
    /// The system gives no threads or signals.
    System(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Artifact(error) => error.fmt(f),
            Self::Store(error) | Self::AppDatabase(error) => error.fmt(f),
            Self::NoAppDatabase => f.write_str("effects are read from the app's database, and none is given"),
            Self::Listen(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::NoPublicUrl(address) => write!(f, "others can reach {address}, and no public URL is given"),
            Self::Mail(directory, error) => {
                write!(f, "mails cannot be written to `{}`: {error}", directory.display())
            }
            Self::Client(reason) => write!(f, "other servers cannot be called: {reason}"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}
