//! Examples of lists.

use serde_json::{Value, json};

use super::{Named, objects};
use crate::http::members::lists::MEMBERS;
use crate::openapi::schemas::lists::CountedList;

/// The examples of the schema of this name.
pub(super) fn of(schema: &str) -> Option<Named> {
    let members = || MEMBERS.all().map(|member| (member.name, (member.examples)()));
    let inputs = || MEMBERS.all().filter_map(|one| Some((one.name, (one.input.as_ref()?.examples)())));
    Some(match schema {
        "List" => {
            let [plain, colored] = objects(members());
            vec![("plain", plain), ("colored", colored)]
        }
        "CountedList" => {
            let counts = CountedList::COUNTS.map(|(name, _)| (name, [0, 3].map(Value::from)));
            let [empty, filled] = objects(members().chain(counts));
            vec![("empty", empty), ("filled", filled)]
        }
        "NewList" => {
            let [everything, _] = objects(inputs());
            let [name, _] = objects(inputs().filter(|(name, _)| *name == MEMBERS.name.name));
            vec![("name_alone", name), ("everything", everything)]
        }
        "ListUpdate" => {
            let [_, everything] = objects(inputs());
            let [nulls, _] = objects(inputs().map(|(name, _)| (name, [Value::Null, Value::Null])));
            vec![("everything", everything), ("nulls", nulls)]
        }
        "ListPatch" => {
            let [_, name] = objects(inputs().filter(|(name, _)| *name == MEMBERS.name.name));
            vec![("name", name), ("clear_color", json!({"color": null}))]
        }
        _ => return None,
    })
}
