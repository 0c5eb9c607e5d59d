//! The lines of the JSON log. Each request writes one, which has the fields of its span. The format of the library takes twice
//! the time: it parses the text of the span again, and sorts its fields in a tree
//! (`docs/decisions/0062-lines-of-the-json-log.md`).

use std::fmt::{self, Debug};
use std::io;

use serde::Serialize;
use serde_json::Serializer;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes an event as a JSON object: the time, the level, the fields, the target, and its span.
pub(super) struct JsonLine;

impl<S> FormatEvent<S, SpanFields> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, SpanFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        let metadata = event.metadata();
        write!(writer, "\",\"level\":\"{}\"", metadata.level())?;
        write_members(writer.by_ref(), event)?;
        // Targets and names of spans are paths and identifiers.
        write!(writer, ",\"target\":\"{}\"", metadata.target())?;
        if let Some(span) = context.parent_span() {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<SpanFields>>().map_or("", |fields| &fields.fields);
            write!(writer, ",\"span\":{{\"name\":\"{}\"{fields}}}", span.name())?;
        }
        writer.write_str("}\n")
    }
}

/// Writes the fields of a span as members that follow its name.
pub(super) struct SpanFields;

impl<'a> FormatFields<'a> for SpanFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'a>, fields: R) -> fmt::Result {
        write_members(writer, fields)
    }
}

/// Writes each field as a member that follows another one.
fn write_members(writer: Writer<'_>, fields: impl RecordFields) -> fmt::Result {
    let mut members = Members { writer, result: Ok(()) };
    fields.record(&mut members);
    members.result
}

struct Members<'a> {
    writer: Writer<'a>,
    result: fmt::Result,
}

impl Members<'_> {
    fn member(&mut self, field: &Field, value: impl Serialize) {
        let mut write = || {
            // The name of a field is an identifier.
            for part in [",\"", field.name(), "\":"] {
                self.writer.write_str(part)?;
            }
            let mut json = Serializer::new(Utf8(self.writer.by_ref()));
            value.serialize(&mut json).map_err(|_| fmt::Error)
        };
        self.result = self.result.and_then(|()| write());
    }
}

/// Bytes that are whole characters.
struct Utf8<'a>(Writer<'a>);

impl io::Write for Utf8<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_str(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.member(field, AsText(value));
    }
}

/// A value as a string of its debug format.
struct AsText<'a>(&'a dyn Debug);

impl Serialize for AsText<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:?}", self.0))
    }
}
