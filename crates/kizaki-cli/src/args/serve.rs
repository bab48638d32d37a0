//! The arguments of `kizaki serve`.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, ValueEnum};
use kizaki_auth::{BreachUrl, IpNet, PublicUrl};

use super::{AppDatabaseArgs, Cli, EffectsToArgs, SignedByArgs, StoreArgs};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The artifact, which is read again when it changes [default: the project's .kizaki/build/app.kza]
    #[arg(long, value_name = "FILE")]
    pub(crate) artifact: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signed_by: SignedByArgs,
    /// The address to serve; port 0 takes any that is free
    #[arg(long, value_name = "IP:PORT", value_parser = address, default_value = "127.0.0.1:8787")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) app_database: AppDatabaseArgs,
    /// Where browsers see the service: its scheme and host [default: --listen, if only this machine can reach it]
    #[arg(long, value_name = "URL", value_parser = PublicUrl::parse)]
    pub(crate) public_url: Option<PublicUrl>,
    /// A proxy, or a network of them, whose X-Forwarded-For is believed; may be given several times
    #[arg(long, value_name = "CIDR", value_parser = kizaki_auth::parse_proxies)]
    pub(crate) trusted_proxy: Vec<IpNet>,
    /// Where mails go: a directory, for a file each, or a server at smtp://USER@HOST:PORT or smtps://, whose
    /// password is in KIZAKI_SMTP_PASSWORD [default: the project's .kizaki/mail]
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) mail_to: Option<OsString>,
    /// Where new passwords are looked up among those known from leaks, if the app says breachCheck
    #[arg(long, value_name = "URL", value_parser = BreachUrl::parse, default_value = kizaki_auth::BREACH_URL)]
    pub(crate) breach_url: BreachUrl,
    #[command(flatten)]
    pub(crate) effects: EffectsToArgs,
    /// Authorities, in PEM, that may certify the servers that are called, besides the public ones
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The address to serve metrics for Prometheus at, under /metrics [default: none]
    #[arg(long, value_name = "IP:PORT", value_parser = address)]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Which headers of the proxy name the original request
    #[arg(long, value_enum, value_name = "FAMILY", default_value = "x-forwarded")]
    pub(crate) forward_headers: ForwardHeaders,
    /// Print a link, too, that makes an operator, once and within 30 minutes. Operators let commands sign in with
    /// `kizaki login`; each is made like this, the first one and further ones
    #[arg(long)]
    pub(crate) init_operator: bool,
    /// How log lines are written, to standard error
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "it is no IP address with a port: write it like 127.0.0.1:8787 or [::1]:8787")
}

/// The headers that name the original request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ForwardHeaders {
    /// X-Forwarded-Method and X-Forwarded-Uri, as Traefik and Caddy send them
    XForwarded,
    /// X-Original-Method and X-Original-URI, as nginx is told to send them
    XOriginal,
    /// The method and the target of the request itself, as Envoy asks
    Envoy,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

impl ServeArgs {
    /// What has to be given beside what is given.
    pub(super) fn lacks(&self) -> Option<&'static str> {
        if self.public_url.is_none() && PublicUrl::of_loopback(self.listen).is_none() {
            // No cookie could be kept safe: nobody said that the service is behind `https`.
            return Some(
                "others can reach the address of --listen, so the service must know where browsers see it; \
                 give it: --public-url https://app.example",
            );
        }
        self.effects.to.as_ref()?;
        if self.app_database.named().is_none() {
            return Some("effects are read from the app's database; name it: --app-database URL");
        }
        self.effects.lacks_secret().then_some(
            "effects are signed; give the secret in the variable KIZAKI_EFFECTS_SECRET or a file: \
             --effects-secret-file FILE",
        )
    }
}

/// What is wrong with arguments that lack another.
pub(super) fn missing(what: &str) -> clap::Error {
    let mut command = Cli::command();
    let serve = command.find_subcommand_mut("serve").map(std::mem::take).unwrap_or_default();
    serve.bin_name("kizaki serve").error(ErrorKind::MissingRequiredArgument, what)
}

impl From<ForwardHeaders> for kizaki_auth::ForwardHeaders {
    fn from(family: ForwardHeaders) -> Self {
        match family {
            ForwardHeaders::XForwarded => Self::XForwarded,
            ForwardHeaders::XOriginal => Self::XOriginal,
            ForwardHeaders::Envoy => Self::Envoy,
        }
    }
}

impl From<LogFormat> for kizaki_auth::LogFormat {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Text => Self::Text,
            LogFormat::Json => Self::Json,
        }
    }
}
