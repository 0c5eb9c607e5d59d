//! Reads a JSON object. Duplicate names are rejected, whatever their spelling: of these, other readers of the same body
//! could use another value (RFC 8259 §4).

mod document;

use std::collections::HashMap;

use domain::{Field, NullPolicy, TaskInput};
use serde_json::Value;

use crate::http::members::{self, Boolean, MEMBERS, Members, Reader};
use crate::http::problem::{FieldError, Problem, ProblemKind};
use document::Document;

/// The members of an object. Nesting is bounded at 128 levels by the parser, size by the limit on bodies.
#[derive(Debug)]
pub(crate) struct JsonObject(HashMap<String, Value>);

impl JsonObject {
    /// Parses a body: 400 when it is not JSON, 422 when it is not an object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        Self::parse_with(body, Members::is_integer)
    }

    /// Parses an object with other members than those of a task.
    pub(crate) fn parse_with(body: &[u8], is_integer: fn(&str) -> bool) -> Result<Self, Problem> {
        let not_json = |_| Problem::new(ProblemKind::InvalidJson, "The body is not well-formed JSON.");
        match Document::parse(body, is_integer).map_err(not_json)? {
            Document::Object(members) => Ok(Self(members)),
            Document::Duplicate => {
                Err(Problem::new(ProblemKind::InvalidJson, "The body has duplicate member names."))
            }
            Document::Other => {
                let error = FieldError::whole_body("must be a JSON object", "object_type");
                Err(Problem::invalid(vec![error]))
            }
        }
    }

    /// Reads the writable members of a task; ignores other members.
    pub(crate) fn into_input(self, nulls: NullPolicy) -> Result<TaskInput, Problem> {
        self.read(nulls, members::read)
    }

    /// Reads `completed`.
    pub(crate) fn into_completed(self) -> Result<Field<bool>, Problem> {
        self.read(NullPolicy::Reject, |reader| reader.input::<Boolean, _>(&MEMBERS.completed))
    }

    /// Reads a text that is required; ignores other members.
    pub(crate) fn into_text(mut self, name: &str) -> Result<String, Problem> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Problem::invalid_member(name, "must be a string", "string_type")),
            None => Err(Problem::invalid_member(name, "is required", "missing")),
        }
    }

    /// Reads members, and fails when one of them is wrong.
    pub(crate) fn read<T>(
        self,
        nulls: NullPolicy,
        read: impl FnOnce(&mut Reader) -> T,
    ) -> Result<T, Problem> {
        Reader::read_all(self.0, nulls, read)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;

    use super::*;

    fn status(body: &str) -> u16 {
        let read =
            JsonObject::parse(body.as_bytes()).and_then(|object| object.into_input(NullPolicy::Reject));
        read.map_or_else(|problem| problem.status_code().as_u16(), |_| 200)
    }

    #[test]
    fn malformed_json_is_400() {
        let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        let texts =
            ["", "{", "\u{feff}{}", "{}x", "{}{}", "{'a':1}", "{\"a\":1,}", r#"{"title":"\ud800"}"#, &deep];
        for text in texts {
            assert_eq!(status(text), 400, "{text}");
        }
    }

    #[test]
    fn duplicate_names_are_400_in_any_spelling() {
        for text in [r#"{"title":"a","title":"b"}"#, r#"{"title":"a","\u0074itle":"b"}"#, r#"{"x":1,"x":2}"#]
        {
            assert_eq!(status(text), 400, "{text}");
        }
    }

    #[test]
    fn other_json_types_are_422() {
        for text in ["null", "[]", r#"["x"]"#, "\"x\"", "1", "-1", "1.5", "true", r#"{"title":1}"#] {
            assert_eq!(status(text), 422, "{text}");
        }
    }

    #[test]
    fn unknown_members_are_ignored() {
        assert_eq!(status(r#"{"id":7,"user_id":null,"x":{"y":[1,2.5,"z"]}}"#), 200);
    }

    #[test]
    fn spellings_of_completed_must_agree() {
        let read = |text: &str| JsonObject::parse(text.as_bytes()).unwrap().into_completed();
        assert_eq!(read(r#"{"is_completed":true}"#).unwrap(), Field::Value(true));
        assert!(read(r#"{"completed":false,"is_completed":true}"#).is_err());
    }

    #[test]
    fn null_in_either_spelling_counts_when_nulls_are_rejected() {
        let read = |text: &str, nulls| {
            JsonObject::parse(text.as_bytes()).unwrap().into_input(nulls).unwrap().completed
        };
        for text in
            [r#"{"completed":null,"is_completed":false}"#, r#"{"completed":false,"is_completed":null}"#]
        {
            assert_eq!(read(text, NullPolicy::Ignore), Field::Value(false));
            assert_eq!(read(text, NullPolicy::Reject), Field::Null);
        }
    }
}
