//! The trace of a request: the caller's, or a new one (W3C Trace Context, <https://www.w3.org/TR/trace-context/>).

use std::rc::Rc;

use actix_web::http::header::HeaderMap;
use uuid::Uuid;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// The most bytes of `tracestate` that are passed on (§3.3.1.5).
const MAX_STATE: usize = 512;

/// Where a request belongs in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TraceContext {
    /// 32 lower-case hexadecimal digits.
    pub(super) trace_id: Rc<str>,
    /// The span of the caller, 16 lower-case hexadecimal digits, unless the trace begins here.
    pub(super) parent_id: Option<String>,
    /// Whether the caller records the trace.
    pub(super) sampled: Option<bool>,
    /// The `tracestate` of the caller.
    pub(super) state: String,
}

impl TraceContext {
    /// The caller's, or a trace that begins here. An invalid header is ignored (§4.3), and so are several of them.
    pub(super) fn of(headers: &HeaderMap, random: impl FnMut() -> u64) -> Self {
        let mut sent = headers.get_all(TRACEPARENT);
        let parent = match (sent.next(), sent.next()) {
            (Some(only), None) => only.to_str().ok().and_then(Self::parse),
            _ => None,
        };
        if let Some(parent) = parent {
            return Self { state: state(headers), ..parent };
        }
        Self { trace_id: new_trace_id(random), parent_id: None, sampled: None, state: String::new() }
    }

    /// Reads `version-trace_id-parent_id-flags` (§3.2). Later versions may append fields.
    fn parse(value: &str) -> Option<Self> {
        let (version, rest) = value.split_once('-')?;
        let (trace_id, rest) = rest.split_once('-')?;
        let (parent_id, rest) = rest.split_once('-')?;
        let flags = match version {
            "00" => rest,
            _ => rest.split_once('-').map_or(rest, |(flags, _)| flags),
        };
        let is_hex = |field: &str, length| {
            field.len() == length && field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let is_id = |field: &str, length| is_hex(field, length) && field.bytes().any(|byte| byte != b'0');
        let valid = is_hex(version, 2)
            && version != "ff"
            && is_id(trace_id, 32)
            && is_id(parent_id, 16)
            && is_hex(flags, 2);
        valid.then(|| Self {
            trace_id: trace_id.into(),
            parent_id: Some(parent_id.to_owned()),
            sampled: u8::from_str_radix(flags, 16).ok().map(|flags| flags & 1 == 1),
            state: String::new(),
        })
    }
}

/// All `tracestate` headers as one (§3.3.1.1), or nothing if they are too long or not text.
fn state(headers: &HeaderMap) -> String {
    let values: Option<Vec<&str>> = headers.get_all(TRACESTATE).map(|value| value.to_str().ok()).collect();
    values.map(|values| values.join(",")).filter(|state| state.len() <= MAX_STATE).unwrap_or_default()
}

/// Random digits. The id of zeros is invalid.
fn new_trace_id(mut random: impl FnMut() -> u64) -> Rc<str> {
    loop {
        let id = Uuid::from_u64_pair(random(), random());
        if !id.is_nil() {
            return Rc::from(&*id.simple().encode_lower(&mut Uuid::encode_buffer()));
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";

    fn of(values: &[&str]) -> TraceContext {
        let mut headers = HeaderMap::new();
        for value in values {
            let name = HeaderName::from_static(TRACEPARENT);
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let mut drawn = 0;
        TraceContext::of(&headers, || {
            drawn += 1;
            drawn - 1
        })
    }

    #[test]
    fn valid_traceparent_gives_trace_and_parent() {
        let expected = TraceContext {
            trace_id: TRACE.into(),
            parent_id: Some(PARENT.into()),
            sampled: Some(true),
            state: String::new(),
        };
        for (flags, sampled) in [("00", false), ("01", true), ("fe", false), ("ff", true)] {
            let expected = TraceContext { sampled: Some(sampled), ..expected.clone() };
            assert_eq!(of(&[&format!("00-{TRACE}-{PARENT}-{flags}")]), expected);
        }
        for later in ["cc-{}-01", "01-{}-01-", "01-{}-01-more-of-it", "fe-{}-03"] {
            let value = later.replace("{}", &format!("{TRACE}-{PARENT}"));
            assert_eq!(of(&[&value]), expected, "{value}");
        }
    }

    #[test]
    fn invalid_traceparent_begins_a_new_trace() {
        let (zeros, upper) = ("0".repeat(32), TRACE.to_uppercase());
        let invalid = [
            String::new(),
            "00".into(),
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{TRACE}-{PARENT}-"),
            format!("00-{TRACE}-{PARENT}-1"),
            format!("00-{TRACE}-{PARENT}-01-"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("01-{TRACE}-{PARENT}-01.more"),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("0-{TRACE}-{PARENT}-01"),
            format!("0g-{TRACE}-{PARENT}-01"),
            format!("00-{upper}-{PARENT}-01"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{TRACE}0-{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}0-01"),
            format!("00-{TRACE}-{PARENT}-0x"),
            format!("00_{TRACE}_{PARENT}_01"),
            "00-ä".into(),
        ];
        let new = TraceContext {
            trace_id: "00000000000000000000000000000001".into(),
            parent_id: None,
            sampled: None,
            state: String::new(),
        };
        for value in invalid {
            assert_eq!(of(&[&value]), new, "{value:?}");
        }
        let valid = format!("00-{TRACE}-{PARENT}-01");
        assert_eq!(of(&[]), new);
        assert_eq!(of(&[&valid, &valid]), new);
    }

    #[test]
    fn new_trace_ids_are_not_zero() {
        let mut numbers = [0, 0, 0, 7].into_iter();
        assert_eq!(*new_trace_id(|| numbers.next().unwrap()), *format!("{:032x}", 7));
    }
}
