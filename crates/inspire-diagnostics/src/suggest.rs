//! "Did you mean …?": the one name close enough to be a slip of the fingers.

/// The candidate closest to `word`, if it is close: at most a third of the letters differ.
///
/// Letters are compared without case; of several equally close candidates the alphabetically first is taken,
/// so that the answer does not depend on their order.
#[cold]
#[must_use]
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word && candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| {
            let other = candidate.to_lowercase();
            (strsim::osa_distance(&lower, &other), candidate)
        })
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        assert_eq!(closest("gogle", ["email", "google", "github"]), Some("google"));
        assert_eq!(closest("Email", ["email", "google"]), Some("email"));
        assert_eq!(closest("okta", ["email", "google", "github"]), None);
        assert_eq!(closest("x", ["y"]), None);
    }
}
