//! Reads the object that a caller sends. Stricter than the parser alone: a name may stand once, whatever its spelling,
//! so that no two readers of one body can see two different tasks (RFC 8259 §4).

mod document;

use std::collections::HashMap;

use domain::{Field, NullPolicy, TaskInput};
use serde_json::Value;

use crate::members::{self, Boolean, MEMBERS, Member, Members, Mismatch, Read};
use crate::problem::{FieldError, Kind, Problem};
use document::Document;

/// The members of an object. Nesting is bounded at 128 levels by the parser, size by the limit on bodies.
#[derive(Debug)]
pub(crate) struct Object(HashMap<String, Value>);

impl Object {
    /// Reads a whole body: 400 when it is not JSON, 422 when it is JSON of another kind.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        Self::parse_with(body, Members::is_integer)
    }

    /// The same for other members than those of a task.
    pub(crate) fn parse_with(body: &[u8], is_integer: fn(&str) -> bool) -> Result<Self, Problem> {
        let not_json = |_| Problem::new(Kind::InvalidJson, "The body is not well-formed JSON.");
        match Document::parse(body, is_integer).map_err(not_json)? {
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
    pub(crate) fn into_input(self, nulls: NullPolicy) -> Result<TaskInput, Problem> {
        self.read(nulls, members::read)
    }

    /// What the object says of `completed`, for the route that sets it.
    pub(crate) fn into_completed(self) -> Result<Field<bool>, Problem> {
        self.read(NullPolicy::Reject, |reader| reader.input::<Boolean, _>(&MEMBERS.completed))
    }

    /// Reads members, and fails when one of them is wrong.
    pub(crate) fn read<T>(
        self,
        nulls: NullPolicy,
        read: impl FnOnce(&mut Reader) -> T,
    ) -> Result<T, Problem> {
        let mut reader = Reader { members: self.0, nulls, errors: Vec::new() };
        let value = read(&mut reader);
        if reader.errors.is_empty() { Ok(value) } else { Err(Problem::invalid(reader.errors)) }
    }
}

/// Takes members out of an object and collects what is wrong with them.
pub(crate) struct Reader {
    members: HashMap<String, Value>,
    nulls: NullPolicy,
    errors: Vec<FieldError>,
}

impl Reader {
    /// What the object says of a member. Under two names, what either says holds, a null too where nulls are refused.
    pub(crate) fn input<K: Read<T>, T: PartialEq>(&mut self, member: &Member) -> Field<T> {
        let value = self.take::<K, T>(member.name);
        let Some(alias) = member.input.as_ref().and_then(|input| input.alias.as_ref()) else { return value };
        match (value, self.take::<K, T>(alias.name)) {
            (Field::Value(one), Field::Value(other)) if one != other => {
                let msg = format!("{} and {} say different things", member.name, alias.name);
                self.errors.push(FieldError::body(member.name, msg, "contradiction"));
                Field::Absent
            }
            (Field::Absent, one) | (one, Field::Absent) => one,
            (Field::Null, _) | (_, Field::Null) if self.nulls == NullPolicy::Reject => Field::Null,
            (Field::Null, other) | (other, _) => other,
        }
    }

    fn take<K: Read<T>, T>(&mut self, name: &str) -> Field<T> {
        match self.members.remove(name) {
            None => Field::Absent,
            Some(Value::Null) => Field::Null,
            Some(value) => match K::read(value) {
                Ok(value) => Field::Value(value),
                Err(Mismatch(msg, kind)) => {
                    self.errors.push(FieldError::body(name, msg, kind));
                    Field::Absent
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;

    use super::*;

    fn status(body: &str) -> u16 {
        let read = Object::parse(body.as_bytes()).and_then(|object| object.into_input(NullPolicy::Reject));
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
            assert_eq!(read(text, NullPolicy::Ignore), Field::Value(false));
            assert_eq!(read(text, NullPolicy::Reject), Field::Null);
        }
    }
}
