//! Export of spans to an OpenTelemetry collector: OTLP/HTTP in JSON, <https://opentelemetry.io/docs/specs/otlp/>. Requests
//! never wait for it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use prometheus_client::metrics::counter::Counter;
use serde_json::{Value, json};
use ureq::Agent;

/// Spans that wait to be sent, some 1 MB.
const QUEUE: usize = 2048;

/// Spans of one request to the collector.
const BATCH: usize = 512;

/// How long a span waits for others.
const WAIT: Duration = Duration::from_secs(1);

/// How long the collector has to respond.
const TIMEOUT: Duration = Duration::from_secs(5);

/// `SPAN_KIND_SERVER`
const SERVER: u8 = 2;
/// `STATUS_CODE_ERROR`
const ERROR: u8 = 2;

/// A served request.
#[derive(Debug)]
pub(crate) struct RequestSpan {
    pub trace_id: String,
    pub span_id: String,
    pub parent_id: Option<String>,
    /// The `tracestate` of the caller.
    pub trace_state: String,
    pub started: SystemTime,
    pub elapsed: Duration,
    pub method: String,
    pub route: String,
    pub status: u16,
    pub request_id: String,
}

/// Sends spans on a thread of its own. Spans that do not fit into its queue, and those of a failed request, are dropped and
/// counted.
pub(crate) struct TraceExporter {
    queue: SyncSender<Message>,
    dropped: Counter,
    sample_percent: u64,
}

enum Message {
    Span(Box<RequestSpan>),
    /// Replied to when all earlier spans are sent.
    Flush(SyncSender<()>),
}

impl TraceExporter {
    /// Starts the thread. The endpoint is the base URL of the collector.
    pub(crate) fn start(endpoint: &str, sample_percent: u64, dropped: Counter) -> io::Result<Self> {
        let (queue, messages) = sync_channel(QUEUE);
        let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let mut sender = Sender { agent: agent(), url, dropped: dropped.clone(), failing: false };
        thread::Builder::new().name("traces".into()).spawn(move || sender.run(&messages))?;
        Ok(Self { queue, dropped, sample_percent })
    }

    /// Whether to export a trace: what its caller decided, else a share of all traces.
    pub(crate) fn samples(&self, caller: Option<bool>, random: impl FnOnce() -> u64) -> bool {
        caller.unwrap_or_else(|| random() % 100 < self.sample_percent)
    }

    /// Queues a span.
    pub(crate) fn export(&self, span: RequestSpan) {
        if self.queue.try_send(Message::Span(Box::new(span))).is_err() {
            self.dropped.inc();
        }
    }

    /// Waits until the queued spans are sent.
    pub(crate) fn flush(&self) {
        let (done, sent) = sync_channel(1);
        if self.queue.try_send(Message::Flush(done)).is_ok() {
            let _ = sent.recv_timeout(TIMEOUT);
        }
    }
}

fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(TIMEOUT)).proxy(None).max_redirects(0).build().new_agent()
}

struct Sender {
    agent: Agent,
    url: String,
    dropped: Counter,
    failing: bool,
}

impl Sender {
    fn run(&mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            let (mut spans, mut flushed) = (Vec::new(), None);
            let (mut next, end) = (Ok(first), Instant::now() + WAIT);
            loop {
                match next {
                    Ok(Message::Span(span)) => spans.push(span.encode()),
                    Ok(Message::Flush(done)) => flushed = Some(done),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
                if flushed.is_some() || spans.len() >= BATCH {
                    break;
                }
                next = messages.recv_timeout(end.saturating_duration_since(Instant::now()));
            }
            if !spans.is_empty() {
                self.send(&spans);
            }
            if let Some(done) = flushed {
                let _ = done.send(());
            }
        }
    }

    fn send(&mut self, spans: &[Value]) {
        let count = spans.len() as u64;
        let body = request(spans).to_string();
        let sent = self.agent.post(&self.url).content_type("application/json").send(body);
        // Redirects are not followed, and are no error of the library.
        match sent.and_then(|response| match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(ureq::Error::StatusCode(status.as_u16())),
        }) {
            Ok(()) => self.failing = false,
            Err(error) => {
                self.dropped.inc_by(count);
                if !self.failing {
                    tracing::warn!(error = %error, "cannot export traces; spans are dropped");
                }
                self.failing = true;
            }
        }
    }
}

/// `ExportTraceServiceRequest`
fn request(spans: &[Value]) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({ "resourceSpans": [{
        "resource": { "attributes": [text("service.name", "tasknook"), text("service.version", version)] },
        "scopeSpans": [{ "scope": { "name": "tasknook", "version": version }, "spans": spans }],
    }] })
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

impl RequestSpan {
    /// The span with the attributes of the HTTP semantic conventions, without the path, which has the user's id.
    fn encode(&self) -> Value {
        let begun = self.started.duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = |time: Duration| time.as_nanos().to_string();
        let status =
            json!({ "key": "http.response.status_code", "value": { "intValue": self.status.to_string() } });
        let mut span = json!({
            "traceId": self.trace_id,
            "spanId": self.span_id,
            "parentSpanId": self.parent_id.as_deref().unwrap_or_default(),
            "traceState": self.trace_state,
            "name": format!("{} {}", self.method, self.route),
            "kind": SERVER,
            "startTimeUnixNano": nanoseconds(begun),
            "endTimeUnixNano": nanoseconds(begun + self.elapsed),
            "attributes": [
                text("http.request.method", &self.method),
                text("http.route", &self.route),
                status,
                text("tasknook.request_id", &self.request_id),
            ],
        });
        if self.status >= 500
            && let Some(members) = span.as_object_mut()
        {
            members.insert("status".to_owned(), json!({ "code": ERROR }));
        }
        span
    }
}
