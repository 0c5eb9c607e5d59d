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
