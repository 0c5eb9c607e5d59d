//! Numbers for tests that try many things.

/// A sequence of numbers that is the same in each run (`SplitMix64`).
#[derive(Debug)]
pub struct Numbers(u64);

#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "compiled for tests only")]
impl Numbers {
    /// The sequence of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to below this one.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// One of these values.
    pub fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        let place = usize::try_from(self.below(values.len() as u64)).expect("a place in a slice");
        values.get(place).expect("a value").clone()
    }

    /// True once in so many times.
    pub const fn is_one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}
