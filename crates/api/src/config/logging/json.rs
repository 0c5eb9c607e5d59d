//! The lines of the JSON log. Each request writes one, which has the fields of its span. The format of the library takes twice
//! the time: it parses the text of the span again, and sorts its fields in a tree
//! (`docs/decisions/0062-lines-of-the-json-log.md`).

use std::fmt::{self, Debug};

use serde::Serialize;
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
fn write_members(mut writer: Writer<'_>, fields: impl RecordFields) -> fmt::Result {
    // At once: the text of a span would grow with each piece.
    let mut members = Members(Vec::with_capacity(128));
    fields.record(&mut members);
    writer.write_str(str::from_utf8(&members.0).map_err(|_| fmt::Error)?)
}

/// The JSON of the members.
struct Members(Vec<u8>);

impl Members {
    fn member(&mut self, field: &Field, value: impl Serialize) {
        // The name of a field is an identifier.
        for part in [",\"", field.name(), "\":"] {
            self.0.extend_from_slice(part.as_bytes());
        }
        // A buffer accepts every byte, and these values have a form in JSON.
        let _ = serde_json::to_writer(&mut self.0, &value);
    }
}

impl Visit for Members {
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
