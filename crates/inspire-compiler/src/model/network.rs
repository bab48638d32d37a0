//! The hosts that the app's functions may reach.

use inspire_diagnostics::Location;

/// `network`
#[derive(Debug)]
pub struct Network {
    /// Where its keyword stands; its doc comment stands before this place.
    pub location: Location,
    /// The hosts, sorted, each once.
    pub hosts: Vec<Host>,
}

/// A host, or all hosts below a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    /// Its name in lower case, without `*.` and port.
    pub name: String,
    /// Whether every name below it is meant, and not it itself.
    pub wildcard: bool,
    /// The port.
    pub port: u16,
}
