//! A service from its options to its end: opens what it needs, listens, follows signals and the artifact's file.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use kizaki_store::{AppDatabase, Clock, Store, StoreUrl};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::artifact::{Signers, Snapshot};
use crate::breach::BreachUrl;
use crate::client::Authorities;
use crate::effects::EffectsTo;
use crate::error::StartError;
use crate::forwarded::ForwardHeaders;
use crate::mail_to::MailTo;
use crate::platform::pages::SETUP;
use crate::public_url::PublicUrl;
use crate::server::{Stop, serve};
use crate::service::Service;
use crate::settings::{Limits, Settings};
use crate::{accounts, effects, outbox, principal, reload};

/// What a service is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The artifact.
    pub artifact: std::path::PathBuf,
    /// Who must have signed it, if anyone.
    pub signers: Option<Signers>,
    /// Where the endpoints are served; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Where the metrics are served, if anywhere.
    pub admin_listen: Option<SocketAddr>,
    /// Where keys and counts are kept.
    pub store: StoreUrl,
    /// The app's own database, if the service may use it.
    pub app_database: Option<StoreUrl>,
    /// Where browsers see the service; needed when others can reach `listen`.
    pub public_url: Option<PublicUrl>,
    /// Which headers name the original request.
    pub forward_headers: ForwardHeaders,
    /// Who may say for whom it calls.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Where mails go.
    pub mail_to: MailTo,
    /// Where passwords are looked up among those known from leaks.
    pub breach_url: BreachUrl,
    /// Where the app's effects are delivered, if anywhere; needs the app's database.
    pub effects_to: Option<EffectsTo>,
    /// Who may certify the servers that are called.
    pub authorities: Authorities,
    /// Whether to make a link that makes an operator.
    pub init_operator: bool,
}

/// What is served where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The address of the endpoints.
    pub address: SocketAddr,
    /// The address of the metrics.
    pub admin_address: Option<SocketAddr>,
    /// The digest of the artifact.
    pub digest: inspire_artifact::Digest,
    /// How many routes the artifact has.
    pub routes: usize,
    /// The link that makes an operator, if one was asked for.
    pub set_up: Option<SetUpLink>,
}

/// A link that makes an operator, once and within [`kizaki_store::SET_UP_MINUTES`]. Whoever has it can.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUpLink {
    /// Where it leads.
    pub url: String,
    /// How many operators there are already.
    pub operators: u64,
}

impl fmt::Debug for SetUpLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetUpLink")
    }
}

/// Serves until the process is told to end by SIGTERM or SIGINT; a second one ends it at once.
///
/// `started` is called once, when connections are accepted.
///
/// # Errors
///
/// What keeps it from starting; nothing was served then.
pub fn run(options: Options, started: impl FnOnce(&Started)) -> Result<(), StartError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::System)?;
    runtime.block_on(run_until_told(options, started))
}

async fn run_until_told(options: Options, started: impl FnOnce(&Started)) -> Result<(), StartError> {
    let hangup = signal(SignalKind::hangup()).map_err(StartError::System)?;
    let stop = stop_by_signals()?;
    let snapshot = Snapshot::open(&options.artifact, options.signers.as_ref());
    let snapshot = snapshot.map_err(StartError::Artifact)?;
    let (listener, address) = listen(options.listen).await?;
    let admin = match options.admin_listen {
        Some(admin) => Some(listen(admin).await?),
        None => None,
    };
    let public_url = options.public_url.or_else(|| PublicUrl::of_loopback(address));
    let public_url = public_url.ok_or(StartError::NoPublicUrl(address))?;
    let store = Store::open(&options.store, Clock::Store).await.map_err(StartError::Store)?;
    let app = match &options.app_database {
        Some(url) => Some(AppDatabase::open(url, Clock::Store).await.map_err(StartError::AppDatabase)?),
        None => None,
    };
    if options.effects_to.is_some() {
        let app = app.as_ref().ok_or(StartError::NoAppDatabase)?;
        app.outbox().ready().await.map_err(StartError::AppDatabase)?;
    }
    outbox::is_ready(&options.mail_to, &snapshot)
        .map_err(|(directory, error)| StartError::Mail(directory, error))?;
    let limits = Limits::default();
    let set_up = match options.init_operator {
        true => Some(set_up_link(&store, &public_url).await.map_err(StartError::Store)?),
        false => None,
    };
    let started_as = Started {
        address,
        admin_address: admin.as_ref().map(|(_, address)| *address),
        digest: snapshot.artifact.digest(),
        routes: snapshot.route_count(),
        set_up,
    };
    let settings = Settings {
        artifact: options.artifact,
        signers: options.signers,
        public_url,
        forward_headers: options.forward_headers,
        trusted_proxies: options.trusted_proxies,
        mail_to: options.mail_to,
        breach_url: options.breach_url,
        effects_to: options.effects_to,
        authorities: options.authorities,
        limits,
    };
    accounts::announce(&snapshot, &settings.breach_url);
    let service = Service::new(settings, store, app, snapshot)?;
    principal::announce(&service).await;
    let delivering = tokio::spawn(outbox::deliver(Arc::clone(&service), stop.clone()));
    let effects = tokio::spawn(effects::deliver(Arc::clone(&service), stop.clone()));
    let following = tokio::spawn(reload::follow(Arc::clone(&service), hangup));
    if let Some((listener, _)) = admin {
        tokio::spawn(serve(listener, admin_router(&service), limits, stop.clone()));
    }
    started(&started_as);
    serve(listener, service.router(), limits, stop.clone()).await;
    following.abort();
    let ending = async {
        // They were told to stop, too. A mail server that stalls keeps no counts from the store.
        let _ = tokio::join!(delivering, effects, service.report());
        service.close().await;
    };
    within(limits.stop_time, stop, ending).await;
    Ok(())
}

/// Ends what is left to be ended within a time, and not if the service is told to stop at once.
async fn within(time: Duration, mut stop: watch::Receiver<Stop>, ending: impl Future<Output = ()>) {
    tokio::select! {
        () = ending => {}
        () = tokio::time::sleep(time) => {
            tracing::warn!("mails, effects or databases were left as they are: their time is over");
        }
        _ = stop.wait_for(|stop| *stop > Stop::Finish) => {}
    }
}

async fn set_up_link(store: &Store, public_url: &PublicUrl) -> Result<SetUpLink, kizaki_store::Error> {
    let operators = store.operators().count().await?;
    let token = store.operators().new_set_up().await?;
    Ok(SetUpLink { url: format!("{public_url}{SETUP}?token={}", token.expose()), operators })
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused = |error| StartError::Listen(address, error);
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// What signals say: the first tells to finish, the second to stop.
fn stop_by_signals() -> Result<watch::Receiver<Stop>, StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::System)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::System)?;
    let (sender, receiver) = watch::channel(Stop::No);
    tokio::spawn(async move {
        for stop in [Stop::Finish, Stop::Now] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("told to stop");
            sender.send_replace(stop);
        }
        // The receivers are to see the last word, and not that nobody speaks any more.
        sender.closed().await;
    });
    Ok(receiver)
}

fn admin_router(service: &Arc<Service>) -> Router {
    let service = Arc::clone(service);
    let metrics = move || {
        let text = service.metrics();
        async move { ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text) }
    };
    Router::new().route("/metrics", get(metrics))
}
