//! What one service works with, and the router over its endpoints.

use std::fmt::Display;
use std::future::Future;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use kizaki_store::{AppDatabase, Store};
use tokio::sync::Notify;

use crate::artifact::{Current, Snapshot};
use crate::authorize::decision::Refusal;
use crate::error::StartError;
use crate::metrics::Metrics;
use crate::password::Passwords;
use crate::rate_limit::RateLimits;
use crate::settings::Settings;
use crate::{client, endpoints, limits, log, response};

/// A service: an artifact, a store, settings and perhaps the app's database. It is stateless beside its store.
#[derive(Debug)]
pub struct Service {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    /// The app's own database, if one is given.
    pub(crate) app: Option<AppDatabase>,
    pub(crate) current: Current,
    pub(crate) rate_limits: RateLimits,
    pub(crate) metrics: Metrics,
    pub(crate) passwords: Passwords,
    /// What other servers are called with.
    pub(crate) client: reqwest::Client,
    /// Told when a mail waits to be sent.
    pub(crate) mail_waits: Notify,
    /// The description of the endpoints, once it was asked for.
    pub(crate) description: OnceLock<Bytes>,
}

impl Service {
    /// A service that begins with this artifact.
    ///
    /// # Errors
    ///
    /// What other servers are called with cannot be made.
    pub fn new(
        settings: Settings,
        store: Store,
        app: Option<AppDatabase>,
        snapshot: Snapshot,
    ) -> Result<Arc<Self>, StartError> {
        let client = client::new(&settings.authorities).map_err(StartError::Client)?;
        let (rate_limits, metrics) = (RateLimits::default(), Metrics::default());
        let (passwords, mail_waits) = (Passwords::new(&settings.limits), Notify::new());
        let current = Current::new(snapshot);
        Ok(Arc::new(Self {
            settings,
            store,
            app,
            current,
            rate_limits,
            metrics,
            passwords,
            client,
            mail_waits,
            description: OnceLock::new(),
        }))
    }

    /// Every endpoint, with the limits of the settings around it.
    pub fn router(self: &Arc<Self>) -> Router {
        let mut router = Router::new();
        for endpoint in endpoints::all(self.settings.forward_headers) {
            router = router.route(endpoint.path, (endpoint.serve)());
        }
        router
            .fallback(response::not_found)
            .method_not_allowed_fallback(response::method_not_allowed)
            .layer(DefaultBodyLimit::max(usize::try_from(self.settings.limits.body_bytes).unwrap_or(0)))
            .layer(middleware::from_fn_with_state(Arc::clone(self), limits::bound))
            .layer(middleware::from_fn_with_state(Arc::clone(self), log::observe))
            .with_state(Arc::clone(self))
    }

    /// How many password hashes were computed: what the work for two requests is compared by.
    #[must_use]
    pub fn password_hashes(&self) -> u64 {
        self.passwords.computed()
    }

    /// What the service counts, in the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.metrics.render()
    }

    /// Reports to the store what is counted and not yet reported.
    pub(crate) async fn report(&self) {
        // What could not be reported was logged.
        let _ = self.rate_limits.report_all(self).await;
    }

    /// Ends the use of the databases: what is counted and not yet reported is reported first.
    pub async fn close(&self) {
        self.report().await;
        self.store.close().await;
        if let Some(app) = &self.app {
            app.close().await;
        }
    }

    /// Awaits the counting of an attempt; one that comes too early is refused.
    pub(crate) async fn attempt(
        &self,
        taken: impl Future<Output = Result<Result<(), u64>, kizaki_store::Error>>,
    ) -> Result<(), Refusal> {
        let wait = |wait_ms: u64| Refusal::Limited { retry_after: wait_ms.div_ceil(1000) };
        self.ask(taken).await?.map_err(wait)
    }

    /// Awaits a call of the store, which has its time. Whatever goes wrong, nothing is known and nothing may pass.
    pub(crate) async fn ask<T>(
        &self,
        call: impl Future<Output = Result<T, kizaki_store::Error>>,
    ) -> Result<T, Refusal> {
        self.in_time(call).await.map_err(|reason| {
            self.metrics.store_failed();
            tracing::error!(reason, "the store failed");
            Refusal::Unavailable
        })
    }

    /// The same for the app's database.
    pub(crate) async fn ask_app<T, E: Display>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Refusal> {
        self.in_time(call).await.map_err(|reason| {
            self.metrics.app_database_failed();
            tracing::error!(reason, "the app's database failed");
            Refusal::Unavailable
        })
    }

    async fn in_time<T, E: Display>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, String> {
        match tokio::time::timeout(self.settings.limits.store_time, call).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("it did not answer in time".to_owned()),
        }
    }
}
