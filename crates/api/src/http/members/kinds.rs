//! The kinds of members: the schema of each, how a value is read, and how it is written.

pub(super) mod integer;
mod tag_list;

use std::borrow::Cow;
use std::marker::PhantomData;

use domain::{
    Color, Description, DueDate, ListId, ListName, OrderKey, OwnerId, Priority, TaskId, Timestamp, Title,
};
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::http::write_json::{bare, plain_string, string, time, uuid};

pub(crate) use tag_list::TagList;

/// A kind of member.
pub(crate) trait MemberKind {
    /// Its type in JSON Schema.
    const TYPE: Type = Type::String;
    /// Whether null is one of its values.
    const NULLABLE: bool = false;

    /// Adds the other keywords of the schema.
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema
    }
}

/// A kind that is read as this type of the domain.
pub(crate) trait ReadMember<T>: MemberKind {
    /// Reads a value that is not null.
    fn read(value: Value) -> Result<T, Mismatch>;
}

/// A kind that is written from this type of the domain.
pub(crate) trait WriteMember<T>: MemberKind {
    /// Appends the JSON of a value.
    fn write(value: &T, json: &mut Vec<u8>);
}

/// Why a value is not of the kind: a message, and a code.
#[derive(Debug, PartialEq)]
pub(crate) struct Mismatch(pub(crate) Cow<'static, str>, pub(crate) &'static str);

/// Text.
pub(crate) enum Text {}

/// True or false.
pub(crate) enum Boolean {}

/// Another kind, or null. Null clears the member.
pub(crate) struct Nullable<K>(PhantomData<K>);

impl MemberKind for Text {}

impl ReadMember<String> for Text {
    fn read(value: Value) -> Result<String, Mismatch> {
        match value {
            Value::String(text) => Ok(text),
            _ => Err(Mismatch("must be a string".into(), "string_type")),
        }
    }
}

impl WriteMember<Title> for Text {
    fn write(value: &Title, json: &mut Vec<u8>) {
        string(json, value.as_str());
    }
}

impl WriteMember<Description> for Text {
    fn write(value: &Description, json: &mut Vec<u8>) {
        string(json, value.as_str());
    }
}

impl WriteMember<Priority> for Text {
    fn write(value: &Priority, json: &mut Vec<u8>) {
        string(json, value.as_str());
    }
}

impl WriteMember<DueDate> for Text {
    fn write(value: &DueDate, json: &mut Vec<u8>) {
        plain_string(json, value);
    }
}

impl WriteMember<ListName> for Text {
    fn write(value: &ListName, json: &mut Vec<u8>) {
        string(json, value.as_str());
    }
}

impl WriteMember<Color> for Text {
    fn write(value: &Color, json: &mut Vec<u8>) {
        plain_string(json, value);
    }
}

impl WriteMember<OrderKey> for Text {
    fn write(value: &OrderKey, json: &mut Vec<u8>) {
        string(json, value.as_str());
    }
}

impl MemberKind for Boolean {
    const TYPE: Type = Type::Boolean;
}

impl ReadMember<bool> for Boolean {
    fn read(value: Value) -> Result<bool, Mismatch> {
        value.as_bool().ok_or(Mismatch("must be true or false".into(), "bool_type"))
    }
}

impl WriteMember<bool> for Boolean {
    fn write(value: &bool, json: &mut Vec<u8>) {
        bare(json, value);
    }
}

impl<K: MemberKind> MemberKind for Nullable<K> {
    const TYPE: Type = K::TYPE;
    const NULLABLE: bool = true;

    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        K::limits(schema)
    }
}

impl<T, K: ReadMember<T>> ReadMember<T> for Nullable<K> {
    fn read(value: Value) -> Result<T, Mismatch> {
        K::read(value)
    }
}

impl<T, K: WriteMember<T>> WriteMember<Option<T>> for Nullable<K> {
    fn write(value: &Option<T>, json: &mut Vec<u8>) {
        match value {
            Some(value) => K::write(value, json),
            None => json.extend_from_slice(b"null"),
        }
    }
}

/// A UUID.
pub(crate) enum Uuid {}

/// A time.
pub(crate) enum Time {}

/// A user id.
pub(crate) enum UserId {}

impl MemberKind for Uuid {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.format(Some(SchemaFormat::Custom("uuid".to_owned())))
    }
}

impl WriteMember<TaskId> for Uuid {
    fn write(value: &TaskId, json: &mut Vec<u8>) {
        uuid(json, value.uuid());
    }
}

impl WriteMember<ListId> for Uuid {
    fn write(value: &ListId, json: &mut Vec<u8>) {
        uuid(json, value.uuid());
    }
}

impl ReadMember<String> for Uuid {
    fn read(value: Value) -> Result<String, Mismatch> {
        Text::read(value)
    }
}

impl MemberKind for Time {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
    }
}

impl WriteMember<Timestamp> for Time {
    fn write(value: &Timestamp, json: &mut Vec<u8>) {
        time(json, *value);
    }
}

impl MemberKind for UserId {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.min_length(Some(1)).max_length(Some(OwnerId::MAX_BYTES))
    }
}

impl WriteMember<OwnerId> for UserId {
    fn write(value: &OwnerId, json: &mut Vec<u8>) {
        string(json, value.as_str());
    }
}
