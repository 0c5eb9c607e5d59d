use actix_web::ResponseError;
use domain::{Field, NullPolicy, TaskId, Timestamp};
use serde_json::Value;

use super::MEMBERS;
use crate::http::json::JsonObject;
use crate::http::problem::Problem;
use sample::{Sample, SampleInput};

/// A table of members that tasks do not have.
mod sample {
    use domain::Field;

    use crate::http::members::kinds::Nullable;
    use crate::http::members::kinds::integer::Integer;
    use crate::http::members::table::members;

    pub(super) struct Sample {
        pub(super) rank: i16,
        pub(super) score: Option<i32>,
    }

    #[derive(Debug, PartialEq)]
    pub(super) struct SampleInput {
        pub(super) rank: Field<i16>,
        pub(super) score: Field<i32>,
    }

    members! {
        Sample, SampleInput;

        rank: Integer<0, 4> {
        } input {
            required: true,
        },

        score: Nullable<Integer<-10, 10>> {
            name: "points",
        } input {
        },
    }
}

fn read(body: &str) -> Result<SampleInput, Problem> {
    let object = JsonObject::parse(body.as_bytes())?;
    object.read(NullPolicy::Reject, sample::read)
}

#[test]
fn members_are_read_under_their_names() {
    let expected = SampleInput { rank: Field::Value(3), score: Field::Null };
    assert_eq!(read(r#"{"rank":3,"points":null,"score":"x"}"#).unwrap(), expected);
    assert_eq!(read("{}").unwrap(), SampleInput { rank: Field::Absent, score: Field::Absent });
}

#[test]
fn members_are_written_in_the_order_of_the_table() {
    assert!(sample::MEMBERS.all().map(|member| member.name).eq(["rank", "points"]));
    let mut text = Vec::new();
    for score in [None, Some(-7)] {
        let sample = Sample { rank: 3, score };
        sample::write(&sample, &mut text);
    }
    assert_eq!(text, br#""rank":3,"points":null"rank":3,"points":-7"#);
}

#[test]
fn errors_name_the_member() {
    for value in ["1.5", "\"2\"", "1e400", "-1e400", "3000000000", "5", "-1", "[]"] {
        let problem = read(&format!(r#"{{"rank":{value}}}"#)).unwrap_err();
        assert_eq!(problem.status_code().as_u16(), 422, "{value}");
        let text = problem.to_string();
        assert!(text.ends_with(": rank: must be an integer from 0 to 4"), "{text}");
    }
    let both = read(r#"{"rank":1e400,"points":11}"#).unwrap_err().to_string();
    let expected = "rank: must be an integer from 0 to 4; points: must be an integer from -10 to 10";
    assert!(both.ends_with(expected), "{both}");
}

#[test]
fn malformed_json_is_400() {
    let deep = format!(r#"{{"rank":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    for body in [r#"{"rank":1e400"#, r#"{"rank":01}"#, r#"{"rank":-}"#, r#"{"other":1e}"#, &deep] {
        assert_eq!(read(body).unwrap_err().status_code().as_u16(), 400, "{body}");
    }
}

#[test]
fn examples_are_values_of_the_domain() {
    let [id, _] = (MEMBERS.id.examples)();
    assert!(TaskId::parse(id.as_str().unwrap()).is_some());
    let time = |millis| Value::from(Timestamp::from_unix_millis(millis).unwrap().to_string());
    assert_eq!((MEMBERS.updated_at.examples)(), [1_795_252_517_465, 1_795_256_117_465].map(time));
}
