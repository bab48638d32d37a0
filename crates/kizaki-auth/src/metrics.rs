//! What a service counts, in the text format of Prometheus. No label holds anything that a caller chooses.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use metrics::{Label, Recorder as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::artifact::Reload;
use crate::breach::Verdict;

/// Seconds: from what a look-up in memory takes to the time that a request has.
const BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
const REQUESTS: &str = "kizaki_requests_total";
const SECONDS: &str = "kizaki_request_seconds";
const DECISIONS: &str = "kizaki_authorize_total";
const STORE_FAILURES: &str = "kizaki_store_failures_total";
const LOOK_UPS: &str = "kizaki_breach_checks_total";
const MAILS: &str = "kizaki_mails_total";
const APP_DATABASE_FAILURES: &str = "kizaki_app_database_failures_total";
const EFFECT_TRIES: &str = "kizaki_effect_tries_total";
const EFFECTS: &str = "kizaki_effects";
const EFFECT_AGE: &str = "kizaki_effects_age_seconds";
const RELOADS: &str = "kizaki_reloads_total";

/// The counts of one service; no other service in the process shares them.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// Times since the recorder added up those that it holds one by one until then.
    times: AtomicU32,
}

/// Times are added up whenever there are so many, whether or not anyone asks for the metrics.
const MOST_TIMES: u32 = 1024;

impl Default for Metrics {
    fn default() -> Self {
        let builder = PrometheusBuilder::new();
        // Buckets are refused only when there are none.
        let builder = builder.set_buckets(&BUCKETS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let describe = |name: &'static str, what: &'static str| {
            recorder.describe_counter(name.into(), None, what.into());
        };
        describe(REQUESTS, "answers, by endpoint and status");
        describe(DECISIONS, "forward authorisations, by outcome");
        describe(STORE_FAILURES, "calls of the store that failed or took too long");
        describe(LOOK_UPS, "passwords that were looked up among those known from leaks, by outcome");
        describe(MAILS, "tries to deliver a mail, by outcome");
        describe(APP_DATABASE_FAILURES, "times that the app's database failed or took too long");
        describe(EFFECT_TRIES, "tries to deliver an effect that ended, by effect and outcome");
        describe(RELOADS, "looks at a changed artifact, by outcome");
        recorder.describe_gauge(EFFECTS.into(), None, "rows of the outbox, by state".into());
        recorder.describe_gauge(EFFECT_AGE.into(), None, "age of the oldest effect that waits".into());
        recorder.describe_histogram(SECONDS.into(), None, "time until the answer, by endpoint".into());
        let metrics = Self { recorder, handle, times: AtomicU32::new(0) };
        metrics.count(STORE_FAILURES, Vec::new(), 0);
        metrics.count(APP_DATABASE_FAILURES, Vec::new(), 0);
        metrics
    }
}

impl Metrics {
    pub(crate) fn answered(&self, endpoint: &str, status: u16, elapsed: Duration) {
        let endpoint = Label::new("endpoint", endpoint.to_owned());
        self.count(REQUESTS, vec![endpoint.clone(), Label::new("status", status.to_string())], 1);
        metrics::with_local_recorder(&self.recorder, || {
            metrics::histogram!(SECONDS, vec![endpoint]).record(elapsed.as_secs_f64());
        });
        if self.times.fetch_add(1, Ordering::Relaxed) % MOST_TIMES == MOST_TIMES - 1 {
            self.handle.run_upkeep();
        }
    }

    pub(crate) fn decided(&self, outcome: &'static str) {
        self.count(DECISIONS, vec![Label::from_static_parts("outcome", outcome)], 1);
    }

    pub(crate) fn store_failed(&self) {
        self.count(STORE_FAILURES, Vec::new(), 1);
    }

    pub(crate) fn looked_up(&self, verdict: Verdict) {
        let outcome = match verdict {
            Verdict::Clear => "clear",
            Verdict::Leaked => "leaked",
            Verdict::Unanswered => "unanswered",
        };
        self.count(LOOK_UPS, vec![Label::from_static_parts("outcome", outcome)], 1);
    }

    pub(crate) fn mailed(&self, outcome: &'static str) {
        self.count(MAILS, vec![Label::from_static_parts("outcome", outcome)], 1);
    }

    pub(crate) fn app_database_failed(&self) {
        self.count(APP_DATABASE_FAILURES, Vec::new(), 1);
    }

    /// The effect is one that the artifact declares.
    pub(crate) fn effect_ended(&self, effect: &str, outcome: &'static str) {
        let effect = Label::new("effect", effect.to_owned());
        self.count(EFFECT_TRIES, vec![effect, Label::from_static_parts("outcome", outcome)], 1);
    }

    /// How many effects there are in each state, and how old the oldest is that waits.
    pub(crate) fn effects_stand(&self, states: &[(&'static str, u64)], age: Duration) {
        metrics::with_local_recorder(&self.recorder, || {
            for (state, count) in states {
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                metrics::gauge!(EFFECTS, vec![Label::from_static_parts("state", state)]).set(*count as f64);
            }
            metrics::gauge!(EFFECT_AGE).set(age.as_secs_f64());
        });
    }

    pub(crate) fn reloaded(&self, outcome: &Reload) {
        let outcome = match outcome {
            Reload::Same => "same",
            Reload::Replaced => "replaced",
            Reload::Refused(_) | Reload::Unread(_) => "refused",
        };
        self.count(RELOADS, vec![Label::from_static_parts("outcome", outcome)], 1);
    }

    /// All counts, as Prometheus reads them.
    pub(crate) fn render(&self) -> String {
        self.handle.render()
    }

    fn count(&self, name: &'static str, labels: Vec<Label>, by: u64) {
        metrics::with_local_recorder(&self.recorder, || metrics::counter!(name, labels).increment(by));
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
