//! Requests that one statement serves: which they are, and which rows are whose.

use crate::dialect::Outcome;

/// The number of the set of each request: those with equal keys in one set.
pub(super) fn sets_by<'a, R, K: PartialEq>(requests: &'a [R], key: impl FnMut(&'a R) -> K) -> Vec<usize> {
    let mut keys: Vec<K> = Vec::new();
    let number = |key: K| {
        keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            keys.push(key);
            keys.len() - 1
        })
    };
    requests.iter().map(key).map(number).collect()
}

/// Gives each request of the set the row with its ordinal, which counts from 1, or what it is without one.
pub(super) fn by_ordinal<R, A, T>(
    set: &[R],
    rows: Vec<(i64, T)>,
    without: impl Fn() -> Outcome<A>,
    with: impl Fn(&R, T) -> Outcome<A>,
) -> Vec<Outcome<A>> {
    let mut outcomes: Vec<_> = set.iter().map(|_| without()).collect();
    for (ordinal, row) in rows {
        let place = usize::try_from(ordinal - 1).unwrap_or(usize::MAX);
        if let (Some(outcome), Some(request)) = (outcomes.get_mut(place), set.get(place)) {
            *outcome = with(request, row);
        }
    }
    outcomes
}
