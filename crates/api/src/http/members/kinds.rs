//! The kinds of members: the schema of each, how a value is read, and how it is written.

pub(super) mod integer;
mod tag_list;

use std::borrow::Cow;
use std::fmt::Display;
use std::marker::PhantomData;

use domain::{Color, Description, DueDate, ListName, OrderKey, OwnerId, Priority, Title};
use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

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
    /// Writes a value.
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;
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
    fn write<S: Serializer>(value: &Title, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
}

impl WriteMember<Description> for Text {
    fn write<S: Serializer>(value: &Description, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
}

impl WriteMember<Priority> for Text {
    fn write<S: Serializer>(value: &Priority, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
}

impl WriteMember<DueDate> for Text {
    fn write<S: Serializer>(value: &DueDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl WriteMember<ListName> for Text {
    fn write<S: Serializer>(value: &ListName, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
}

impl WriteMember<Color> for Text {
    fn write<S: Serializer>(value: &Color, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl WriteMember<OrderKey> for Text {
    fn write<S: Serializer>(value: &OrderKey, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
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
    fn write<S: Serializer>(value: &bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*value)
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
    fn write<S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => K::write(value, serializer),
            None => serializer.serialize_none(),
        }
    }
}

/// A UUID, written with `Display`.
pub(crate) enum Uuid {}

/// A time, written with `Display`.
pub(crate) enum Time {}

/// A user id.
pub(crate) enum UserId {}

impl MemberKind for Uuid {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.format(Some(SchemaFormat::Custom("uuid".to_owned())))
    }
}

impl<T: Display> WriteMember<T> for Uuid {
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
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

impl<T: Display> WriteMember<T> for Time {
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl MemberKind for UserId {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.min_length(Some(1)).max_length(Some(OwnerId::MAX_BYTES))
    }
}

impl WriteMember<OwnerId> for UserId {
    fn write<S: Serializer>(value: &OwnerId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
}

/// A value for a serializer.
pub(super) fn written<K: WriteMember<T>, T>(value: &T) -> impl Serialize {
    struct AsMember<'a, K, T>(&'a T, PhantomData<K>);

    impl<K: WriteMember<T>, T> Serialize for AsMember<'_, K, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            K::write(self.0, serializer)
        }
    }

    AsMember(value, PhantomData::<K>)
}
