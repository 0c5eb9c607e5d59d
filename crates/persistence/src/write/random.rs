use std::hash::{BuildHasher, RandomState};

/// Random numbers with a key from the system, without a system call for each.
#[derive(Debug, Default)]
pub(crate) struct Random {
    keys: RandomState,
    given: u64,
}

impl Random {
    pub(crate) fn next(&mut self) -> i64 {
        self.given += 1;
        self.keys.hash_one(self.given).cast_signed()
    }
}
