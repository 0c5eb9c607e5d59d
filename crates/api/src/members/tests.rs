use domain::{TaskId, Timestamp};
use serde_json::Value;

use super::MEMBERS;

#[test]
fn examples_are_values_of_the_domain() {
    let [id, _] = (MEMBERS.id.examples)();
    assert!(TaskId::parse(id.as_str().unwrap()).is_some());
    let time = |millis| Value::from(Timestamp::from_unix_millis(millis).unwrap().to_string());
    assert_eq!((MEMBERS.updated_at.examples)(), [1_795_252_517_465, 1_795_256_117_465].map(time));
}
