//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07) on POST requests: the request is executed once, and the
//! same request again has the same response (`docs/decisions/0034-responses-are-recorded-under-the-key.md`).

mod reply;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{Context, SHA256};
use domain::{Idempotency, IdempotencyKey, KeyLimits, Outcome, Owner, RequestDigest};

use crate::config;
use crate::http::body::{self, MediaTypes};
use crate::http::json::JsonObject;
use crate::http::path;
use crate::http::problem::{Problem, ProblemKind};
use crate::state::{AppState, BodyLimits};

pub(crate) use reply::Reply;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// On a response that was recorded before.
pub(crate) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The most bytes of recorded responses of one user.
const RECORDED_BYTES: u32 = 64 << 20;

/// How much is recorded of each user.
pub(crate) fn key_limits(settings: &config::Limits) -> KeyLimits {
    KeyLimits {
        keep: Duration::from_secs(settings.idempotency_hours * 60 * 60),
        requests: settings.idempotency_keys,
        bytes: RECORDED_BYTES,
    }
}

/// A POST request: its body, and its key if it has one.
pub(crate) struct Post {
    request: HttpRequest,
    body: Vec<u8>,
    key: Option<IdempotencyKey>,
}

impl Post {
    /// Reads the key, then the body. Neither the body nor its media type is judged here, because a request that was executed
    /// before has the same response again, whatever it contains.
    pub(crate) async fn read(
        request: &HttpRequest,
        payload: Payload,
        limits: BodyLimits,
    ) -> Result<Self, Problem> {
        let key = key(request.headers())?;
        Ok(Self { body: body::receive(request, payload, limits).await?, request: request.clone(), key })
    }

    /// The body, which must be a JSON object.
    pub(crate) fn object(&self) -> Result<JsonObject, Problem> {
        JsonObject::parse(self.json()?)
    }

    /// The body, which must be sent as JSON.
    pub(crate) fn json(&self) -> Result<&[u8], Problem> {
        body::check_type(self.request.headers(), MediaTypes::Json)?;
        Ok(&self.body)
    }

    /// Executes the request, unless it was executed before under its key, and responds. `reply` is the response to an outcome
    /// of this route, `None` for another one.
    pub(crate) async fn respond(
        &self,
        owner: &Owner,
        state: &AppState,
        reply: impl Fn(&Outcome) -> Option<Reply> + Send + Sync + 'static,
        execute: impl AsyncFnOnce(Option<Idempotency>) -> Result<Outcome, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let reply = Arc::new(reply);
        let respond = Arc::clone(&reply);
        let request = self.key.clone().map(|key| Idempotency {
            key,
            request: self.digest(),
            respond: Arc::new(move |outcome| {
                respond(outcome).map(|reply| reply.to_bytes()).unwrap_or_default()
            }),
            limits: state.key_limits,
        });
        let outcome = match (execute(request.clone()).await, request) {
            (Err(problem), Some(request)) if is_of_the_request(problem.kind()) => {
                state.tasks.recorded(owner, request).await?.ok_or(problem)?
            }
            (outcome, _) => outcome?,
        };
        let Outcome::Replayed(recorded) = outcome else {
            return reply(&outcome).map(Reply::into_response).ok_or_else(Problem::internal);
        };
        let Some(reply) = Reply::from_bytes(&recorded) else {
            tracing::error!("the response to a repeated request was recorded by a newer version");
            return Err(Problem::internal());
        };
        let mut response = reply.into_response();
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }

    /// A digest of what makes two requests the same: the route after the user, the query, the body.
    fn digest(&self) -> RequestDigest {
        let uri = self.request.uri();
        let user = if path::parameter(&self.request, "user_id").is_some() { 3 } else { 2 };
        let route = uri.path().splitn(user + 1, '/').nth(user).unwrap_or_default().trim_end_matches('/');
        let mut context = Context::new(&SHA256);
        for part in [route.as_bytes(), self.request.query_string().as_bytes(), &self.body] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut digest = RequestDigest::default();
        digest.copy_from_slice(context.finish().as_ref());
        digest
    }
}

/// Whether a problem is one of the request, or found before anything was written: then the key has not been looked up.
const fn is_of_the_request(problem: ProblemKind) -> bool {
    use ProblemKind as P;
    !matches!(
        problem,
        P::IdempotencyKeyReused | P::Overloaded | P::Unavailable | P::OutcomeUnknown | P::Internal
    )
}

/// The key in the headers. One pair of quotes around it, as in a structured field (RFC 9651 §3.3.3), is no part of it.
fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else { return Ok(None) };
    let text = str::from_utf8(value.as_bytes()).unwrap_or_default();
    let unquoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    if let (Some(key), None) = (IdempotencyKey::parse(unquoted), values.next()) {
        return Ok(Some(key));
    }
    let most = IdempotencyKey::MAX_LENGTH;
    let detail = format!("Idempotency-Key must be sent once, with 1 to {most} visible ASCII characters.");
    Err(Problem::new(ProblemKind::Malformed, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(values: &[&[u8]]) -> Result<Option<String>, ProblemKind> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value).unwrap());
        }
        let key = key(&headers).map_err(|problem| problem.kind())?;
        Ok(key.map(|key| key.as_str().to_owned()))
    }

    #[test]
    fn keys_are_visible_ascii_without_one_pair_of_quotes() {
        assert_eq!(parsed(&[]), Ok(None));
        let longest = "x".repeat(255);
        for (sent, key) in [
            ("a", "a"),
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
            ("\"a\"", "a"),
            ("\"\"a\"\"", "\"a\""),
            ("\"a", "\"a"),
            ("a\"", "a\""),
            ("\"", "\""),
            ("\"a\\\"b\"", "a\\\"b"),
            ("a,b;c", "a,b;c"),
            (&longest, &longest),
            (&format!("\"{longest}\""), &longest),
        ] {
            assert_eq!(parsed(&[sent.as_bytes()]), Ok(Some(key.to_owned())), "{sent}");
        }
    }

    #[test]
    fn other_keys_are_malformed() {
        let too_long = "x".repeat(256);
        for values in [
            &[&b""[..]][..],
            &[b"\"\""],
            &[b"a b"],
            &[b"\" \""],
            &[b"a\tb"],
            &["é".as_bytes()],
            &[b"\xff"],
            &[too_long.as_bytes()],
            &[b"a", b"a"],
        ] {
            assert_eq!(parsed(values), Err(ProblemKind::Malformed), "{values:?}");
        }
    }
}
