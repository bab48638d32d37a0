//! Moments for people: in UTC, and how far from now.

use inspire::words;
use jiff::Timestamp;

/// `2026-08-02 14:05 UTC`.
pub(crate) fn absolute(moment_ms: i64) -> String {
    shown(moment_ms, "%Y-%m-%d %H:%M UTC")
}

/// `2026-08-02 14:05:09 UTC`.
pub(crate) fn exact(moment_ms: i64) -> String {
    shown(moment_ms, "%Y-%m-%d %H:%M:%S UTC")
}

fn shown(moment_ms: i64, form: &str) -> String {
    match Timestamp::from_millisecond(moment_ms) {
        Ok(moment) => moment.strftime(form).to_string(),
        Err(_) => format!("{moment_ms} ms"),
    }
}

/// `2026-08-02 14:05 UTC (in 3 days)`.
pub(crate) fn around(moment_ms: i64, now_ms: i64) -> String {
    format!("{} ({})", absolute(moment_ms), relative(moment_ms, now_ms))
}

/// `in 3 days`, `2 hours ago`, `now`: in the largest unit that fits, rounded.
pub(crate) fn relative(moment_ms: i64, now_ms: i64) -> String {
    let seconds = moment_ms.abs_diff(now_ms) / 1000;
    let unit = [86_400, 3_600, 60, 1].into_iter().find(|unit| seconds >= *unit);
    let Some(unit) = unit else { return "now".to_owned() };
    let length = words::duration((seconds + unit / 2) / unit * unit);
    if moment_ms > now_ms { format!("in {length}") } else { format!("{length} ago") }
}

#[cfg(test)]
mod tests {
    use super::{absolute, around, relative};

    #[test]
    fn a_moment_is_told_in_utc_and_from_now() {
        assert_eq!(absolute(951_782_399_999), "2000-02-28 23:59 UTC");
        assert_eq!(absolute(951_782_400_000), "2000-02-29 00:00 UTC");
        assert_eq!(absolute(i64::MAX), "9223372036854775807 ms");
        assert_eq!(around(0, 90_061_000), "1970-01-01 00:00 UTC (1 day ago)");
    }

    #[test]
    fn distances_are_rounded() {
        let cases = [
            (0, "now"),
            (999, "now"),
            (1000, "in 1 second"),
            (89_999, "in 1 minute"),
            (90_000, "in 2 minutes"),
            (7_200_000, "in 2 hours"),
            (86_400_000 - 1, "in 1 day"),
            (86_400_000 * 90 - 1, "in 90 days"),
            (-999, "now"),
            (-60_000, "1 minute ago"),
        ];
        for (distance, expected) in cases {
            assert_eq!(relative(1_800_000_000_000 + distance, 1_800_000_000_000), expected);
        }
    }
}
