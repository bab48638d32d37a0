//! Asking again and again whether a login was approved, no faster than the server wants (RFC 8628, 3.5).

use std::time::Duration;

/// What is added to the interval when the server asks to slow down (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// How often to ask, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) interval: Duration,
    pub(super) time: Duration,
}

/// One answer.
pub(super) enum Polled<T> {
    /// There is nothing to wait for any more.
    Over(T),
    Pending,
    SlowDown,
    /// The server cannot answer now: it is asked half as often, or not before the time that it named.
    Later(Option<Duration>),
}

/// Asks until there is an answer; none when the time is over.
///
/// Only the waiting counts: a code that is older than this thinks is over for the server, which says so.
pub(super) async fn poll<T>(
    pace: Pace,
    mut wait: impl AsyncFnMut(Duration),
    mut ask: impl AsyncFnMut() -> Polled<T>,
) -> Option<T> {
    let (mut interval, mut next, mut waited) = (pace.interval, pace.interval, Duration::ZERO);
    loop {
        waited = waited.saturating_add(next);
        if waited > pace.time {
            return None;
        }
        wait(next).await;
        let mut least = Duration::ZERO;
        match ask().await {
            Polled::Over(answer) => return Some(answer),
            Polled::Pending => {}
            Polled::SlowDown => interval = interval.saturating_add(SLOWER),
            Polled::Later(None) => interval = interval.saturating_mul(2),
            Polled::Later(Some(named)) => least = named,
        }
        next = interval.max(least);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::{Pace, Polled, poll};
    use crate::commands::runtime::block_on;

    /// The seconds at which was asked, by a clock that only waiting moves, and what came of it.
    fn asked(answers: Vec<Polled<u8>>, interval: u64, time: u64) -> (Vec<u64>, Option<u8>) {
        let pace = Pace { interval: Duration::from_secs(interval), time: Duration::from_secs(time) };
        let (clock, mut at, mut answers) = (Cell::new(0), Vec::new(), answers.into_iter());
        let wait = async |length: Duration| clock.set(clock.get() + length.as_secs());
        let ask = async || {
            at.push(clock.get());
            answers.next().unwrap_or(Polled::Pending)
        };
        let came = block_on(poll(pace, wait, ask)).unwrap();
        (at, came)
    }

    #[test]
    fn the_pace_is_the_servers() {
        let later = |seconds| Polled::Later(Some(Duration::from_secs(seconds)));
        assert_eq!(asked(vec![Polled::Pending, Polled::Over(1)], 5, 600), (vec![5, 10], Some(1)));
        let slower = vec![Polled::SlowDown, Polled::SlowDown, Polled::Pending, Polled::Over(2)];
        assert_eq!(asked(slower, 5, 600), (vec![5, 15, 30, 45], Some(2)));
        let away = vec![Polled::Later(None), Polled::Later(None), Polled::Over(3)];
        assert_eq!(asked(away, 5, 600), (vec![5, 15, 35], Some(3)));
        let named = vec![later(60), later(1), Polled::Over(4)];
        assert_eq!(asked(named, 5, 600), (vec![5, 65, 70], Some(4)));
    }

    #[test]
    fn nobody_is_asked_after_the_time_is_over() {
        assert_eq!(asked(vec![], 5, 22), (vec![5, 10, 15, 20], None));
        assert_eq!(asked(vec![], 5, 4), (vec![], None));
        assert_eq!(asked(vec![Polled::Later(Some(Duration::from_secs(3600)))], 5, 600), (vec![5], None));
    }
}
