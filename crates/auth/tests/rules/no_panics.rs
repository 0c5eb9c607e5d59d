//! Rule 10: nothing panics, whatever bytes come as a token, a part of one, a claim, a key set, a header of a
//! request, a list of secrets or a URL.

mod claims;
mod configuration;
mod key_sets;
mod requests;
mod tokens;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// The number of cases whose input is slow to generate.
const FEW: u32 = 96;

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

/// Any JSON value, a few levels deep.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Za-z0-9_-]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let object = btree_map(any::<String>(), inner.clone(), 0..4);
        let object = object.prop_map(|members| Value::Object(Map::from_iter(members)));
        prop_oneof![vec(inner, 0..4).prop_map(Value::from), object]
    })
}
