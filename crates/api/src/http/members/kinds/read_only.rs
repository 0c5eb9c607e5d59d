//! The kinds of the members that only the service writes.

use std::fmt::Display;

use domain::OwnerId;
use serde::Serializer;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat};

use super::{MemberKind, Write};

/// A UUID, written with `Display`.
pub(crate) enum Id {}

/// A time, written with `Display`.
pub(crate) enum Time {}

/// A user id.
pub(crate) enum Owner {}

impl MemberKind for Id {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.format(Some(SchemaFormat::Custom("uuid".to_owned())))
    }
}

impl<T: Display> Write<T> for Id {
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl MemberKind for Time {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
    }
}

impl<T: Display> Write<T> for Time {
    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }
}

impl MemberKind for Owner {
    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.min_length(Some(1)).max_length(Some(OwnerId::MAX_BYTES))
    }
}

impl Write<OwnerId> for Owner {
    fn write<S: Serializer>(value: &OwnerId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.as_str())
    }
}
