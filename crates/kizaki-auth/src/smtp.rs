//! Handing a mail to a server by SMTP (RFC 5321), with the steps in sight: what the server refuses decides
//! whether a mail is tried again.
//!
//! What a server says is not repeated, because it likes to name the addressee: a reason holds the step and
//! the code.

mod one_by_one;

use std::fmt;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::net::TcpStream;

use self::one_by_one::OneByOne;
use crate::client::Authorities;
use crate::mail_to::{MailServer, Security};

/// A mail that was taken is not made undone by a server that has no time for a farewell.
const FAREWELL_TIME: Duration = Duration::from_secs(1);
/// Codes that refuse a mailbox for good (RFC 5321, 4.2.3); 552 is one that is full, and others refuse the
/// sender.
const NO_SUCH_MAILBOX: [u16; 3] = [550, 551, 553];

/// Why a mail was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server takes no mail at all now.
    Server(String),
    /// It did not take this one, and may later.
    Mail(String),
    /// It takes none for this addressee.
    Addressee(String),
}

/// What a mail server is spoken to with.
pub(crate) struct Caller<'c> {
    pub(crate) server: &'c MailServer,
    pub(crate) authorities: &'c Authorities,
    /// The host that the service goes by.
    pub(crate) domain: &'c str,
    /// How long all of it may take.
    pub(crate) limit: Duration,
}

impl Caller<'_> {
    /// Hands a mail over; returns once the server has taken it.
    ///
    /// # Errors
    ///
    /// It has not, or has and did not say so.
    pub(crate) async fn send(&self, message: &Message) -> Result<(), Failure> {
        let mut connection = self.within(self.hand_over(message)).await?;
        let _ = tokio::time::timeout(FAREWELL_TIME, connection.quit()).await;
        Ok(())
    }

    /// Does all but to hand over a mail.
    ///
    /// # Errors
    ///
    /// The server would take none.
    pub(crate) async fn greet(&self) -> Result<(), Failure> {
        let mut connection = self.within(self.connect()).await?;
        let _ = tokio::time::timeout(FAREWELL_TIME, connection.quit()).await;
        Ok(())
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let late = |_| Failure::Server("it took too long".to_owned());
        tokio::time::timeout(self.limit, work).await.map_err(late)?
    }

    async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, Failure> {
        let mut connection = self.connect().await?;
        let envelope = message.envelope();
        let addressees = envelope.to();
        let is_ascii =
            envelope.from().into_iter().chain(addressees).all(|one| AsRef::<str>::as_ref(one).is_ascii());
        let parameters = match is_ascii {
            true => Vec::new(),
            // Such an address stands in a header, too (RFC 6531, 3.6, and RFC 6532).
            false if connection.server_info().supports_feature(Extension::SmtpUtfEight) => {
                vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]
            }
            false => {
                return Err(Failure::Addressee("the server takes only addresses in ASCII".to_owned()));
            }
        };
        let mail = Mail::new(envelope.from().cloned(), parameters);
        connection.command(mail).await.map_err(|error| at_server("the sender", &error))?;
        for addressee in addressees {
            let rcpt = Rcpt::new(addressee.clone(), Vec::new());
            connection.command(rcpt).await.map_err(|error| at_addressee(&error))?;
        }
        connection.command(Data).await.map_err(|error| at_mail(&error))?;
        let answer = connection.message(&message.formatted()).await.map_err(|error| at_mail(&error))?;
        match answer.has_code(250) {
            true => Ok(connection),
            false => Err(Failure::Mail(format!("the mail: {}", answer.code()))),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let MailServer { host, port, security, .. } = self.server;
        let hello = self.hello();
        let address = (host.as_str(), *port);
        let connection = if *security == Security::StartTls {
            let stream = TcpStream::connect(address).await;
            let stream = stream.map_err(|error| Failure::Server(format!("the connection: {error}")))?;
            AsyncSmtpConnection::connect_with_transport(Box::new(OneByOne::new(stream)), &hello).await
        } else {
            let wrapped = if *security == Security::Tls { Some(self.tls()?) } else { None };
            AsyncSmtpConnection::connect_tokio1(address, None, &hello, wrapped, None).await
        };
        let mut connection = connection.map_err(|error| at_server("the connection", &error))?;
        if *security == Security::StartTls {
            let upgraded = connection.starttls(self.tls()?, &hello).await;
            upgraded.map_err(|error| at_server("STARTTLS", &error))?;
        }
        if let Some(credentials) = self.server.credentials() {
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| at_server("the sign-in", &error))?;
        }
        Ok(connection)
    }

    fn hello(&self) -> ClientId {
        // A name that means something else to everybody is none (RFC 5321, 4.1.3).
        match self.domain {
            "localhost" => ClientId::default(),
            domain => ClientId::Domain(domain.to_owned()),
        }
    }

    fn tls(&self) -> Result<TlsParameters, Failure> {
        let builder = TlsParametersBuilder::new(self.server.host.clone());
        let builder = builder.certificate_store(CertificateStore::WebpkiRoots);
        let add = |builder: TlsParametersBuilder, der: &[u8]| {
            Certificate::from_der(der.to_vec()).map(|certificate| builder.add_root_certificate(certificate))
        };
        let built =
            self.authorities.added().try_fold(builder, add).and_then(TlsParametersBuilder::build_rustls);
        built.map_err(|error| at_server("TLS", &error))
    }
}

fn at_server(step: &str, error: &Error) -> Failure {
    Failure::Server(format!("{step}: {}", reason(error)))
}

fn at_addressee(error: &Error) -> Failure {
    let reason = format!("the addressee: {}", reason(error));
    let code = error.status().map(u16::from);
    // What is refused by a rule, such as to hand mail on for strangers, says nothing of the mailbox (RFC
    // 3463, 3.8).
    let is_by_rule =
        std::error::Error::source(error).is_some_and(|text| text.to_string().starts_with("5.7."));
    match code {
        Some(code) if NO_SUCH_MAILBOX.contains(&code) && !is_by_rule => Failure::Addressee(reason),
        // The server ends its service (RFC 5321, 3.8).
        None | Some(421) => Failure::Server(reason),
        Some(_) => Failure::Mail(reason),
    }
}

fn at_mail(error: &Error) -> Failure {
    let reason = format!("the mail: {}", reason(error));
    match error.status().map(u16::from) {
        None | Some(421) => Failure::Server(reason),
        Some(_) => Failure::Mail(reason),
    }
}

/// What went wrong, without the server's own words.
fn reason(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("the server answered {code}"),
        None if error.is_response() => "the server ended the connection, or spoke no SMTP".to_owned(),
        None => error.to_string(),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(reason) | Self::Mail(reason) | Self::Addressee(reason) => f.write_str(reason),
        }
    }
}
