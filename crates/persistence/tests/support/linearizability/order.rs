use serde::{Deserialize, Serialize};

/// Where something is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum To {
    First,
    Last,
    Before(u64),
    After(u64),
}

impl To {
    pub(crate) const fn neighbour(self) -> Option<u64> {
        match self {
            Self::First | Self::Last => None,
            Self::Before(id) | Self::After(id) => Some(id),
        }
    }

    /// The order after a move; `None` if that of the visible ones stays the same.
    pub(crate) fn moved(self, order: &[u64], id: u64, is_visible: impl Fn(u64) -> bool) -> Option<Vec<u64>> {
        let others: Vec<u64> = order.iter().copied().filter(|other| *other != id).collect();
        let place = |neighbour| others.iter().position(|other| *other == neighbour);
        let place = match self {
            Self::First => 0,
            Self::Last => others.len(),
            Self::Before(neighbour) => place(neighbour)?,
            Self::After(neighbour) => place(neighbour)? + 1,
        };
        let mut moved = others;
        moved.insert(place, id);
        let visible =
            |order: &[u64]| order.iter().copied().filter(|id| is_visible(*id)).collect::<Vec<u64>>();
        (visible(&moved) != visible(order)).then_some(moved)
    }
}

/// Whether the key of one is between those of its neighbours in an order.
pub(crate) fn is_in_place<'a>(order: &[u64], id: u64, key: impl Fn(u64) -> &'a str) -> bool {
    let place = order.iter().position(|other| *other == id).unwrap();
    let first = place.saturating_sub(1);
    let last = (place + 2).min(order.len());
    order[first..last].is_sorted_by(|one, next| key(*one) < key(*next))
}
