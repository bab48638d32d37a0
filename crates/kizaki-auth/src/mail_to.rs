//! Where mails go: into a directory, or to a mail server.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::{SUBMISSION_PORT, SUBMISSIONS_PORT};
use url::{Host, Url};

use crate::server_url::is_loopback;

/// Where mails go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTo {
    /// A file each in this directory, which is made when the first one is written.
    Directory(PathBuf),
    /// To a server that hands them on.
    Server(MailServer),
}

/// A mail server, and how it is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    /// A name, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    user: Option<String>,
    password: Option<String>,
}

/// How what is said to a mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// It does not leave this machine.
    Loopback,
    /// By TLS after a word in clear, which the server has to offer (RFC 3207).
    StartTls,
    /// By TLS from the beginning (RFC 8314, 3).
    Tls,
}

impl MailTo {
    /// Reads `smtp://[USER@]HOST[:PORT]`, `smtps://…` or the path of a directory.
    ///
    /// # Errors
    ///
    /// Why the text is none of them, for whoever wrote it. A password is not repeated.
    pub fn parse(text: &OsStr) -> Result<Self, String> {
        let url = text.to_str().filter(|text| text.contains("://"));
        let Some(url) = url else { return Ok(Self::Directory(text.into())) };
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "smtp" => MailServer::parse(url, false).map(Self::Server),
            "smtps" => MailServer::parse(url, true).map(Self::Server),
            _ => Err(format!(
                "mails go to a directory, or a server at `smtp://` or `smtps://`, and not to `{scheme}://`"
            )),
        }
    }

    /// Gives the password of the user that the URL names.
    ///
    /// # Errors
    ///
    /// One of the two is there without the other.
    pub fn with_password(self, password: Option<String>) -> Result<Self, &'static str> {
        match self {
            Self::Directory(_) => Ok(self),
            Self::Server(server) if server.user.is_some() == password.is_some() => {
                Ok(Self::Server(MailServer { password, ..server }))
            }
            Self::Server(server) if server.user.is_some() => {
                Err("the user of the mail server has no password")
            }
            Self::Server(_) => Err("there is a password for the mail server, and its URL names no user"),
        }
    }
}

impl MailServer {
    fn parse(text: &str, is_tls: bool) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("the URL of the mail server: {error}"))?;
        if url.password().is_some() {
            return Err(
                "a password does not belong in an argument, which others on this machine can read".to_owned()
            );
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("only a user, a host and a port are asked for".to_owned());
        }
        // The URL standard gives no meaning to the hosts of this scheme.
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the URL names no mail server")?;
        let host = Host::parse(host).map_err(|error| format!("the host of the mail server: {error}"))?;
        let is_loopback = is_loopback(Some(&as_borrowed(&host)));
        let (security, port) = match (is_tls, is_loopback) {
            (true, _) => (Security::Tls, SUBMISSIONS_PORT),
            (false, true) => (Security::Loopback, SUBMISSION_PORT),
            (false, false) => (Security::StartTls, SUBMISSION_PORT),
        };
        let host = match host {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Ok(Self { host, port: url.port().unwrap_or(port), security, user: user(&url)?, password: None })
    }

    pub(crate) fn credentials(&self) -> Option<Credentials> {
        Some(Credentials::new(self.user.clone()?, self.password.clone()?))
    }
}

fn as_borrowed(host: &Host) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name.as_str()),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}

/// The user, whose `@` is written as `%40` in a URL.
fn user(url: &Url) -> Result<Option<String>, String> {
    let text = percent_encoding::percent_decode_str(url.username()).decode_utf8();
    let text = text.map_err(|_| "the user of the mail server is not UTF-8")?;
    if text.contains(char::is_control) {
        return Err("the user of the mail server holds a control character".to_owned());
    }
    Ok(Some(text.into_owned()).filter(|user| !user.is_empty()))
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        write!(f, "{host}:{}", self.port)
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({self}, {:?})", self.security)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::{MailServer, MailTo, Security};

    fn server(text: &str) -> Result<MailServer, String> {
        match MailTo::parse(OsStr::new(text))? {
            MailTo::Server(server) => Ok(server),
            MailTo::Directory(path) => Err(format!("a directory: {}", path.display())),
        }
    }

    #[test]
    fn the_scheme_and_the_host_say_how_a_server_is_spoken_to() {
        for (text, shown, security) in [
            ("smtp://mail.example", "mail.example:587", Security::StartTls),
            ("SMTP://Mail.Example:2525/", "mail.example:2525", Security::StartTls),
            ("smtps://mail.example", "mail.example:465", Security::Tls),
            ("smtps://localhost:4650", "localhost:4650", Security::Tls),
            ("smtp://localhost", "localhost:587", Security::Loopback),
            ("smtp://127.0.0.1:25", "127.0.0.1:25", Security::Loopback),
            ("smtp://127.1", "127.0.0.1:587", Security::Loopback),
            ("smtp://[::1]:25", "[::1]:25", Security::Loopback),
            ("smtp://10.0.0.1", "10.0.0.1:587", Security::StartTls),
            ("smtp://[2001:db8::1]", "[2001:db8::1]:587", Security::StartTls),
            ("smtp://localhost.example", "localhost.example:587", Security::StartTls),
        ] {
            let server = server(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((server.to_string().as_str(), server.security), (shown, security), "{text}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_and_no_password_repeated() {
        for (text, reason) in [
            ("smtp://u:hunter2@mail.example", "a password does not belong in an argument"),
            ("smtp://:hunter2@mail.example", "a password does not belong in an argument"),
            ("http://u:hunter2@mail.example", "and not to `http://`"),
            ("smtp://", "names no mail server"),
            ("smtp://mail.example/inbox", "only a user, a host and a port"),
            ("smtp://mail.example?tls=no", "only a user, a host and a port"),
            ("smtp://mail.example:port", "the URL of the mail server: invalid port"),
            ("smtp://ma il.example", "the URL of the mail server: "),
            ("smtp://a%0ab@mail.example", "a control character"),
            ("smtp://%ff@mail.example", "not UTF-8"),
        ] {
            let error = server(text).unwrap_err();
            assert!(error.contains(reason) && !error.contains("hunter2"), "{text}: {error}");
        }
        for path in ["mail", "/var/spool/mail", "smtp", "smtp:mail.example", "a:b"] {
            assert_eq!(MailTo::parse(OsStr::new(path)), Ok(MailTo::Directory(path.into())));
        }
    }

    #[test]
    fn a_user_and_a_password_come_together_and_are_not_shown() {
        let parse = |text| MailTo::parse(OsStr::new(text)).unwrap();
        let with = |text, password: Option<&str>| parse(text).with_password(password.map(str::to_owned));
        let MailTo::Server(server) = with("smtps://ada%40x.example@mail.example", Some("hunter2")).unwrap()
        else {
            panic!("no server");
        };
        assert_eq!(
            (server.user.as_deref(), server.password.as_deref()),
            (Some("ada@x.example"), Some("hunter2"))
        );
        let shown = format!("{server} {server:?}");
        assert!(!shown.contains("ada") && !shown.contains("hunter2"), "{shown}");
        assert!(server.credentials().is_some());
        assert!(with("smtp://ada@mail.example", None).is_err());
        assert!(with("smtp://mail.example", Some("hunter2")).is_err());
        assert!(with("smtp://mail.example", None).is_ok_and(|to| to == parse("smtp://mail.example")));
        assert!(with("mail", Some("hunter2")).is_ok_and(|to| to == parse("mail")));
    }
}
