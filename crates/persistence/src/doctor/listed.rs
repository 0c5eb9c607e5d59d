/// The first of many, and how many more there are: a report stays readable however much there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    first: Vec<T>,
    more: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { first: Vec::new(), more: 0 }
    }
}

impl<T> Listed<T> {
    /// How many are kept.
    pub const SHOWN: usize = 20;

    /// The first ones, [`Listed::SHOWN`] of a kind at most.
    #[must_use]
    pub fn first(&self) -> &[T] {
        &self.first
    }

    /// How many there are beside the first ones.
    #[must_use]
    pub const fn more(&self) -> u64 {
        self.more
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.first.is_empty() && self.more == 0
    }

    pub(super) fn push(&mut self, one: T) {
        if self.first.len() < Self::SHOWN {
            self.first.push(one);
        } else {
            self.more += 1;
        }
    }

    /// Adds what another list kept and counted.
    pub(super) fn extend(&mut self, first: Vec<T>, total: u64) {
        self.more += total.saturating_sub(first.len() as u64);
        self.first.extend(first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_and_counts_the_rest() {
        let mut list = Listed::default();
        assert!(list.is_empty());
        (0..23).for_each(|number| list.push(number));
        assert_eq!((list.first().len(), list.first()[19], list.more()), (20, 19, 3));
        list.extend(vec![1, 2], 5);
        assert_eq!((list.first().len(), list.more()), (22, 6));
    }
}
