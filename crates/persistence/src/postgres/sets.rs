//! Requests that one statement serves: which rows are whose.

use crate::dialect::Outcome;

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
