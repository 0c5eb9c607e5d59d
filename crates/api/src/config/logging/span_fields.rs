//! The fields of a span in the JSON log. Each request has a span, although few of them log anything: the format of the library,
//! which sorts the fields in a tree, takes twice the time.

use std::fmt::{self, Debug};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;

/// Writes the fields as a JSON object, in their order. No span records fields later.
pub(super) struct SpanFields;

impl<'a> FormatFields<'a> for SpanFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'a>, fields: R) -> fmt::Result {
        let mut object = Object { writer, separator: '{', result: Ok(()) };
        fields.record(&mut object);
        let Object { mut writer, separator, result } = object;
        result?;
        writer.write_str(if separator == '{' { "{}" } else { "}" })
    }
}

struct Object<'a> {
    writer: Writer<'a>,
    /// What is written before the next member.
    separator: char,
    result: fmt::Result,
}

impl Object<'_> {
    fn member(&mut self, field: &Field, value: &impl Serialize) {
        let mut write = || {
            let value = serde_json::to_string(value).map_err(|_| fmt::Error)?;
            self.writer.write_char(self.separator)?;
            // The name of a field is an identifier.
            ["\"", field.name(), "\":", &value].into_iter().try_for_each(|text| self.writer.write_str(text))
        };
        self.result = self.result.and_then(|()| write());
        self.separator = ',';
    }
}

impl Visit for Object<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.member(field, &format!("{value:?}"));
    }
}
