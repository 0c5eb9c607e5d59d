//! Reads the object that a caller sends. Stricter than the parser alone: a name may stand once, whatever its spelling,
//! so that no two readers of one body can see two different tasks (RFC 8259 §4).

use std::collections::HashMap;
use std::fmt;

use domain::{Field, Nulls, TaskInput};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::problem::{FieldError, Kind, Problem};

/// The members of an object. Nesting is bounded at 128 levels by the parser, size by the limit on bodies.
#[derive(Debug)]
pub(crate) struct Object(HashMap<String, Value>);

impl Object {
    /// Reads a whole body: 400 when it is not JSON, 422 when it is JSON of another kind.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        let not_json = |_| Problem::new(Kind::InvalidJson, "The body is not well-formed JSON.");
        match serde_json::from_slice(body).map_err(not_json)? {
            Document::Object(members) => Ok(Self(members)),
            Document::Repeated => {
                Err(Problem::new(Kind::InvalidJson, "The body has two members of the same name."))
            }
            Document::Other => {
                let error = FieldError::whole_body("must be a JSON object", "object_type");
                Err(Problem::invalid(vec![error]))
            }
        }
    }

    /// The members of a task that may be written; every other member is ignored.
    pub(crate) fn into_input(mut self, nulls: Nulls) -> Result<TaskInput, Problem> {
        let mut errors = Vec::new();
        let title = self.take("title", string, &mut errors);
        let description = self.take("description", string, &mut errors);
        let completed = self.take_completed(nulls, &mut errors);
        if errors.is_empty() {
            Ok(TaskInput { title, description, completed })
        } else {
            Err(Problem::invalid(errors))
        }
    }

    /// What the object says of `completed`, for the route that sets it.
    pub(crate) fn into_completed(mut self) -> Result<Field<bool>, Problem> {
        let mut errors = Vec::new();
        let completed = self.take_completed(Nulls::Refused, &mut errors);
        if errors.is_empty() { Ok(completed) } else { Err(Problem::invalid(errors)) }
    }

    /// Two names for one member: what either says of it holds, a null too where nulls are refused.
    fn take_completed(&mut self, nulls: Nulls, errors: &mut Vec<FieldError>) -> Field<bool> {
        let completed = self.take("completed", boolean, errors);
        let spelled = self.take("is_completed", boolean, errors);
        match (completed, spelled) {
            (Field::Value(one), Field::Value(other)) if one != other => {
                let msg = "completed and is_completed say different things";
                errors.push(FieldError::body("completed", msg, "contradiction"));
                Field::Absent
            }
            (Field::Absent, one) | (one, Field::Absent) => one,
            (Field::Null, _) | (_, Field::Null) if nulls == Nulls::Refused => Field::Null,
            (Field::Null, other) | (other, _) => other,
        }
    }

    fn take<T>(
        &mut self,
        name: &'static str,
        read: fn(Value) -> Result<T, (&'static str, &'static str)>,
        errors: &mut Vec<FieldError>,
    ) -> Field<T> {
        match self.0.remove(name) {
            None => Field::Absent,
            Some(Value::Null) => Field::Null,
            Some(value) => match read(value) {
                Ok(value) => Field::Value(value),
                Err((msg, kind)) => {
                    errors.push(FieldError::body(name, msg, kind));
                    Field::Absent
                }
            },
        }
    }
}

fn string(value: Value) -> Result<String, (&'static str, &'static str)> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(("must be a string", "string_type")),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the same shape as `string`, which takes the text out")]
fn boolean(value: Value) -> Result<bool, (&'static str, &'static str)> {
    match value {
        Value::Bool(value) => Ok(value),
        _ => Err(("must be true or false", "bool_type")),
    }
}

enum Document {
    Object(HashMap<String, Value>),
    Repeated,
    Other,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut members = HashMap::new();
        let mut repeated = false;
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            repeated |= members.insert(name, value).is_some();
        }
        Ok(if repeated { Document::Repeated } else { Document::Object(members) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Document::Other)
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Document, E> {
        Ok(Document::Other)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;

    use super::*;

    fn status(body: &str) -> u16 {
        let read = Object::parse(body.as_bytes()).and_then(|object| object.into_input(Nulls::Refused));
        read.map_or_else(|problem| problem.status_code().as_u16(), |_| 200)
    }

    #[test]
    fn what_is_not_json_is_400() {
        let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        let texts =
            ["", "{", "\u{feff}{}", "{}x", "{}{}", "{'a':1}", "{\"a\":1,}", r#"{"title":"\ud800"}"#, &deep];
        for text in texts {
            assert_eq!(status(text), 400, "{text}");
        }
    }

    #[test]
    fn a_name_stands_once_in_any_spelling() {
        for text in [r#"{"title":"a","title":"b"}"#, r#"{"title":"a","\u0074itle":"b"}"#, r#"{"x":1,"x":2}"#]
        {
            assert_eq!(status(text), 400, "{text}");
        }
    }

    #[test]
    fn json_of_another_kind_is_422() {
        for text in ["null", "[]", r#"["x"]"#, "\"x\"", "1", "-1", "1.5", "true", r#"{"title":1}"#] {
            assert_eq!(status(text), 422, "{text}");
        }
    }

    #[test]
    fn unknown_members_are_ignored_whatever_they_hold() {
        assert_eq!(status(r#"{"id":7,"user_id":null,"x":{"y":[1,2.5,"z"]}}"#), 200);
    }

    #[test]
    fn completed_has_two_spellings_that_must_agree() {
        let read = |text: &str| Object::parse(text.as_bytes()).unwrap().into_completed();
        assert_eq!(read(r#"{"is_completed":true}"#).unwrap(), Field::Value(true));
        assert!(read(r#"{"completed":false,"is_completed":true}"#).is_err());
    }

    #[test]
    fn a_null_in_either_spelling_is_a_null_where_nulls_are_refused() {
        let read =
            |text: &str, nulls| Object::parse(text.as_bytes()).unwrap().into_input(nulls).unwrap().completed;
        for text in
            [r#"{"completed":null,"is_completed":false}"#, r#"{"completed":false,"is_completed":null}"#]
        {
            assert_eq!(read(text, Nulls::Ignored), Field::Value(false));
            assert_eq!(read(text, Nulls::Refused), Field::Null);
        }
    }
}
