use super::OrderKey;
use crate::Revision;

/// The keys that bring an item to its place in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The key of the item.
    pub key: OrderKey,
    /// The new keys of others, by their indexes, because there was no short enough key between the neighbours.
    pub renumbered: Vec<(usize, OrderKey)>,
}

impl Placement {
    /// Brings an item before the other one at this index, or behind all of them. `others` are the keys of all but the
    /// item, in order; `next` is the owner's next revision.
    #[must_use]
    pub fn before(others: &[&OrderKey], index: usize, next: Revision) -> Self {
        let (first, last) = (OrderKey::first(next), OrderKey::last(next));
        let lower = |index: usize| index.checked_sub(1).and_then(|index| others.get(index));
        let key = match (lower(index), others.get(index)) {
            (None, None) => Some(first.clone()),
            // A key that an import brought may be out of the classes.
            (None, Some(upper)) => Some(first.clone()).filter(|key| key < *upper),
            (Some(lower), None) => Some(last.clone()).filter(|key| key > *lower),
            (Some(lower), Some(upper)) => lower.between(upper),
        };
        if let Some(key) = key {
            return Self { key, renumbered: Vec::new() };
        }
        let mut neighbours = 1;
        loop {
            let (start, end) = (index.saturating_sub(neighbours), (index + neighbours).min(others.len()));
            let lower = lower(start).map_or(&first, |key| *key);
            let upper = others.get(end).map_or(&last, |key| *key);
            if let Some(mut keys) = lower.spread(upper, end - start + 1) {
                let key = keys.remove(index - start);
                return Self { key, renumbered: (start..end).zip(keys).collect() };
            }
            // With all of them the bounds are those of the classes, between which there is always room.
            neighbours *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An order in which items are moved, with the number of renumbered ones.
    struct Order {
        keys: Vec<OrderKey>,
        next: i64,
        renumbered: usize,
    }

    impl Order {
        fn of(items: i64) -> Self {
            let keys = (1..=items).rev().map(|number| OrderKey::first(Revision::new(number))).collect();
            Self { keys, next: items + 1, renumbered: 0 }
        }

        fn move_to(&mut self, from: usize, to: usize) {
            let mut expected: Vec<usize> = (0..self.keys.len()).filter(|item| *item != from).collect();
            expected.insert(to, from);
            let others: Vec<&OrderKey> =
                expected.iter().filter(|item| **item != from).map(|item| &self.keys[*item]).collect();
            let Placement { key, renumbered } = Placement::before(&others, to, Revision::new(self.next));
            let mut keys: Vec<OrderKey> = others.into_iter().cloned().collect();
            self.renumbered += renumbered.len();
            self.next += 1 + i64::try_from(renumbered.len()).unwrap();
            for (index, key) in renumbered {
                keys[index] = key;
            }
            keys.insert(to, key);
            assert!(keys.is_sorted_by(|one, next| one < next));
            assert!(keys.iter().all(|key| OrderKey::parse(key.as_str()).is_some()));
            assert!(OrderKey::first(Revision::new(self.next)) < keys[0]);
            assert!(*keys.last().unwrap() < OrderKey::last(Revision::new(self.next)));
            self.keys = keys;
        }
    }

    #[test]
    fn the_ends_need_no_neighbours() {
        let next = Revision::new(9);
        assert_eq!(Placement::before(&[], 0, next).key, OrderKey::first(next));
        let other = &OrderKey::first(Revision::new(3));
        assert_eq!(Placement::before(&[other], 0, next).key, OrderKey::first(next));
        assert_eq!(Placement::before(&[other], 1, next).key, OrderKey::last(next));
    }

    #[test]
    fn a_full_gap_renumbers_its_neighbours_only() {
        let mut order = Order::of(600);
        // Always into the same gap, from the end of the order: the keys there become longer, until some are renumbered.
        let mut moves = 0;
        while order.renumbered == 0 {
            order.move_to(599, 300);
            moves += 1;
            assert!(moves < 1_000, "no key became too long");
        }
        assert!(moves > 250 && order.renumbered <= 256, "{moves} moves, {} renumbered", order.renumbered);
        for _ in 0..500 {
            order.move_to(599, 300);
        }
        assert!(order.renumbered < 3 * 500, "{}", order.renumbered);
    }

    #[test]
    fn equal_keys_are_separated() {
        let (one, next) = (&OrderKey::parse("B").unwrap(), Revision::new(5));
        let Placement { key, renumbered } = Placement::before(&[one, one, one], 1, next);
        assert!(!renumbered.is_empty());
        let mut keys = vec![one.clone(); 3];
        for (index, key) in renumbered {
            keys[index] = key;
        }
        keys.insert(1, key);
        assert!(keys.is_sorted());
        let odd = &OrderKey::parse("0").unwrap();
        assert_eq!(Placement::before(&[odd], 0, next).renumbered.len(), 1);
    }

    proptest! {
        #[test]
        fn moves_give_the_expected_order(moves in proptest::collection::vec((0..12_usize, 0..12_usize), 0..100)) {
            let mut order = Order::of(12);
            for (from, to) in moves {
                order.move_to(from, to);
            }
        }
    }
}
