use std::fmt;

use super::hash::hashtext;

/// Where a server listens, as the other servers know it, and which one it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) id: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The owners with a range of hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard<S> {
    pub(crate) first: i32,
    pub(crate) last: i32,
    /// What serves it.
    pub(crate) server: S,
}

/// The shards of a table, in the order of their ranges, which do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shards<S>(Vec<Shard<S>>);

impl<S> Shards<S> {
    pub(super) fn new(mut shards: Vec<Shard<S>>) -> Self {
        shards.sort_by_key(|shard| shard.first);
        Self(shards)
    }

    /// What serves the shard of an owner.
    pub(super) fn of(&self, owner: &str) -> Option<&S> {
        let hash = hashtext(owner);
        let place = self.0.partition_point(|shard| shard.last < hash);
        self.0.get(place).filter(|shard| shard.first <= hash).map(|shard| &shard.server)
    }

    /// Whether each owner is in one of them.
    pub(super) fn have_all(&self) -> bool {
        let (first, last) = (self.0.first(), self.0.last());
        first.is_some_and(|shard| shard.first == i32::MIN)
            && last.is_some_and(|shard| shard.last == i32::MAX)
            && self
                .0
                .windows(2)
                .all(|pair| matches!(pair, [one, next] if one.last.wrapping_add(1) == next.first))
    }

    pub(super) fn servers(&self) -> impl Iterator<Item = &S> {
        self.0.iter().map(|shard| &shard.server)
    }

    /// The same with other servers; without the shards that have none.
    pub(super) fn with<T>(&self, server: impl Fn(&S) -> Option<T>) -> Shards<T> {
        let with = |shard: &Shard<S>| {
            Some(Shard { first: shard.first, last: shard.last, server: server(&shard.server)? })
        };
        Shards(self.0.iter().filter_map(with).collect())
    }
}

impl<S> Default for Shards<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(first: i32, last: i32, server: u8) -> Shard<u8> {
        Shard { first, last, server }
    }

    #[test]
    fn owners_are_in_the_shard_of_their_hash() {
        // The hash of "user-1" is -558825088, that of "a" 1075015857.
        let shards = Shards::new(vec![
            shard(0, i32::MAX, 3),
            shard(-558_825_087, -1, 2),
            shard(i32::MIN, -558_825_088, 1),
        ]);
        assert_eq!((shards.of("user-1"), shards.of("a")), (Some(&1), Some(&3)));
        assert_eq!(shards.servers().copied().collect::<Vec<_>>(), [1, 2, 3]);
        assert!(shards.have_all());
    }

    #[test]
    fn owners_of_no_shard_have_no_server() {
        let shards = Shards::new(vec![shard(i32::MIN, -558_825_089, 1), shard(-558_825_087, i32::MAX, 2)]);
        assert_eq!(shards.of("user-1"), None);
        let first = shards.with(|server| (*server == 1).then_some("one"));
        assert_eq!((first.of("a"), first.servers().count()), (None, 1));
        assert!(!shards.have_all() && !first.have_all());
        let none = Shards::<u8>::default();
        assert!(none.of("a").is_none() && !none.have_all());
    }
}
