//! Reads a JSON object. Duplicate names are rejected, whatever their spelling: of these, other readers of the same body
//! could use another value (RFC 8259 §4).

mod document;

use std::collections::HashMap;

use domain::{
    Change, Field, ListChange, MoveInput, MoveTo, NewList, NewTask, NullPolicy, TaskError, TaskInput, Tasks,
    Violation,
};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::http::members::{self, Boolean, MEMBERS, Reader};
use crate::http::problem::{FieldError, Problem, ProblemKind};
use document::Document;

/// The members of an object. Nesting is bounded at 128 levels by the parser, size by the limit on bodies.
#[derive(Debug)]
pub(crate) struct JsonObject(HashMap<String, Value>);

impl JsonObject {
    /// Parses a body: 400 when it is not JSON, 422 when it is not an object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        Self::parse_keeping(body, None).map(|(object, _)| object)
    }

    /// Parses a body. The member of the kept name remains text.
    pub(crate) fn parse_keeping<'a>(
        body: &'a [u8],
        kept: Option<&'static str>,
    ) -> Result<(Self, Option<&'a RawValue>), Problem> {
        let text = str::from_utf8(body).map_err(|_| not_utf8(body))?;
        match Document::parse(text, kept).map_err(|error| not_json(text, &error))? {
            Document::Object(members, kept) => Ok((Self(members), kept)),
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

    /// Reads and validates a new task; ignores other members.
    pub(crate) fn into_new_task(self, tasks: &Tasks) -> Result<NewTask, Problem> {
        self.read_valid(NullPolicy::Reject, members::read, |input| tasks.new_task(input))
    }

    /// Reads and validates a change of a task; ignores other members.
    pub(crate) fn into_change(self, tasks: &Tasks, nulls: NullPolicy) -> Result<Change, Problem> {
        self.read_valid(nulls, members::read, |input| tasks.change(input, nulls))
    }

    /// Reads and validates a new list; ignores other members.
    pub(crate) fn into_new_list(self, tasks: &Tasks) -> Result<NewList, Problem> {
        self.read_valid(NullPolicy::Reject, members::lists::read, |input| tasks.new_list(input))
    }

    /// Reads and validates a change of a list; ignores other members.
    pub(crate) fn into_list_change(self, nulls: NullPolicy) -> Result<ListChange, Problem> {
        self.read_valid(nulls, members::lists::read, |input| input.into_change(nulls))
    }

    /// Reads and validates the place of a move; ignores other members.
    pub(crate) fn into_move<Id>(self, parse: impl Fn(&str) -> Option<Id>) -> Result<MoveTo<Id>, Problem> {
        let place = self.read(NullPolicy::Ignore, place)?;
        Ok(place.into_place(parse).map_err(TaskError::Invalid)?)
    }

    /// Reads members, and fails when one of them is wrong.
    pub(crate) fn read<T>(
        self,
        nulls: NullPolicy,
        read: impl FnOnce(&mut Reader) -> T,
    ) -> Result<T, Problem> {
        self.read_valid(nulls, read, Ok)
    }

    /// Reads members and validates them, and fails when one of them is wrong.
    fn read_valid<I, T>(
        self,
        nulls: NullPolicy,
        read: impl FnOnce(&mut Reader) -> I,
        validate: impl FnOnce(I) -> Result<T, Vec<Violation>>,
    ) -> Result<T, Problem> {
        Reader::read_all(self.0, nulls, read, validate)
    }
}

/// The place of a move.
pub(crate) fn place(reader: &mut Reader) -> MoveInput {
    MoveInput { before: reader.text("before"), after: reader.text("after"), to: reader.text("to") }
}

/// Windows writes UTF-16 with a mark at the beginning, or without one, with a zero byte beside each ASCII character.
fn not_utf8(body: &[u8]) -> Problem {
    let is_utf16 = matches!(body, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let encoding = if is_utf16 { "UTF-16" } else { "not UTF-8" };
    Problem::new(ProblemKind::InvalidJson, format!("The body is {encoding}; JSON must be sent as UTF-8."))
}

fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    let detail = if text.trim().is_empty() {
        "The body is empty, but must be a JSON object.".to_owned()
    } else if text.starts_with('\u{feff}') {
        "The body begins with a byte-order mark, which JSON must not have.".to_owned()
    } else if text.starts_with("{\0") || text.starts_with("\0{") {
        "The body is UTF-16; JSON must be sent as UTF-8.".to_owned()
    } else {
        // Not the words of the parser, which change with its version.
        let (line, column) = (error.line(), error.column());
        format!("The body is not well-formed JSON: see line {line}, column {column}.")
    };
    Problem::new(ProblemKind::InvalidJson, detail)
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
    fn malformed_json_is_explained() {
        let detail = |body: &[u8]| JsonObject::parse(body).unwrap_err().to_string();
        let cases: [(&[u8], &str); 9] = [
            (b"", "is empty"),
            (b" \r\n", "is empty"),
            (b"\xef\xbb\xbf{}", "byte-order mark"),
            (b"\xff\xfe{\0}\0", "UTF-16"),
            (b"{\0}\0", "UTF-16"),
            (b"{\"title\":\"caf\xe9\"}", "not UTF-8"),
            (b"{'title':'a'}", "line 1, column 2"),
            (b"{\n  \"title\": \"a\",\n}", "line 3, column 1"),
            (b"{\"title\":\"\\ud800\"}", "line 1, column"),
        ];
        for (body, expected) in cases {
            let detail = detail(body);
            assert!(detail.contains(expected), "{detail}");
        }
    }

    #[test]
    fn numbers_beyond_f64_are_json() {
        for text in [r#"{"x":1e400}"#, r#"{"id":-1e400}"#, r#"{"x":{"y":[1e400]}}"#] {
            assert_eq!(status(text), 200, "{text}");
        }
        for text in [r#"{"title":1e400}"#, r#"{"completed":1e400}"#, r#"{"title":[1e400]}"#] {
            assert_eq!(status(text), 422, "{text}");
        }
        for text in [r#"{"x":1e}"#, r#"{"x":01}"#, r#"{"x":["\ud800"]}"#] {
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
    fn the_first_spelling_of_completed_counts() {
        let read = |text: &str| JsonObject::parse(text.as_bytes()).unwrap().into_completed();
        assert_eq!(read(r#"{"is_completed":true}"#).unwrap(), Field::Value(true));
        assert_eq!(read(r#"{"completed":false,"is_completed":true}"#).unwrap(), Field::Value(false));
        assert_eq!(read(r#"{"status":"Completed"}"#).unwrap(), Field::Value(true));
        assert!(read(r#"{"completed":false,"is_completed":"yes"}"#).is_err());
    }

    #[test]
    fn null_in_either_spelling_is_rejected_where_nulls_are() {
        let read = |text: &str, nulls| JsonObject::parse(text.as_bytes()).unwrap().into_input(nulls);
        let null = r#"{"completed":null,"is_completed":false}"#;
        let null_alias = r#"{"completed":false,"is_completed":null}"#;
        for text in [null, null_alias] {
            assert_eq!(read(text, NullPolicy::Ignore).unwrap().completed, Field::Value(false));
        }
        assert_eq!(read(null, NullPolicy::Reject).unwrap().completed, Field::Null);
        let error = read(null_alias, NullPolicy::Reject).unwrap_err().to_string();
        assert!(error.contains("is_completed: must not be null"), "{error}");
    }
}
