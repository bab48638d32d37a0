//! Matching the things of two artifacts: by a key, or as lists whose order means something.

use std::collections::{BTreeMap, BTreeSet};

/// A thing that is in one artifact or in both.
pub(super) enum Pair<T> {
    /// Only in the old one.
    Removed(T),
    /// Only in the new one.
    Added(T),
    /// In both: the old and the new one.
    Both(T, T),
}

/// Matches things by `key`, which no two of one side share.
pub(super) fn pairs<T, K: Ord>(
    old: impl IntoIterator<Item = T>,
    new: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Pair<T>> {
    let mut both: BTreeMap<K, (Option<T>, Option<T>)> = BTreeMap::new();
    for one in old {
        let key = key(&one);
        both.entry(key).or_default().0 = Some(one);
    }
    for one in new {
        let key = key(&one);
        both.entry(key).or_default().1 = Some(one);
    }
    let pair = |(old, new)| match (old, new) {
        (Some(old), Some(new)) => Some(Pair::Both(old, new)),
        (Some(old), None) => Some(Pair::Removed(old)),
        (None, Some(new)) => Some(Pair::Added(new)),
        (None, None) => None,
    };
    both.into_values().filter_map(pair).collect()
}

/// How a list of distinct things changed.
pub(super) struct Lists<T> {
    /// What is only in the old list, in its order.
    pub(super) removed: Vec<T>,
    /// What is only in the new list, in its order.
    pub(super) added: Vec<T>,
    /// Whether what is in both stands in another order.
    pub(super) reordered: bool,
}

/// Compares two lists of distinct things.
pub(super) fn lists<T: Ord + Copy>(
    old: impl IntoIterator<Item = T>,
    new: impl IntoIterator<Item = T>,
) -> Lists<T> {
    let (old, new): (Vec<_>, Vec<_>) = (old.into_iter().collect(), new.into_iter().collect());
    let (olds, news): (BTreeSet<_>, BTreeSet<_>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let (kept, removed): (Vec<_>, Vec<_>) = old.into_iter().partition(|one| news.contains(one));
    let (still, added): (Vec<_>, Vec<_>) = new.into_iter().partition(|one| olds.contains(one));
    Lists { removed, added, reordered: kept != still }
}
