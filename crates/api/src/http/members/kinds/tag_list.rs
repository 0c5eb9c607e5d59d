use domain::Tags;
use serde_json::{Value, json};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{MemberKind, Mismatch, ReadMember, WriteMember, string};
use crate::http::write_json::array;

/// Tags: an array of strings.
pub(crate) enum TagList {}

impl MemberKind for TagList {
    const TYPE: Type = Type::Array;

    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        // One keyword only: with more, their order in the document would differ from process to process.
        let items = ("items", json!({"type": "string"}));
        schema.extensions(Some(Extensions::from_iter([items])))
    }
}

impl ReadMember<Vec<String>> for TagList {
    fn read(value: Value) -> Result<Vec<String>, Mismatch> {
        let text = |value| if let Value::String(text) = value { Some(text) } else { None };
        let texts =
            if let Value::Array(items) = value { items.into_iter().map(text).collect() } else { None };
        texts.ok_or(Mismatch("must be an array of strings".into(), "list_type"))
    }
}

impl WriteMember<Tags> for TagList {
    fn write(tags: &Tags, json: &mut Vec<u8>) {
        array(json, tags.iter(), |json, tag| string(json, tag.as_str()));
    }
}
