//! A small HTTP client that returns a response for every status.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http;

/// A client of one service, with or without a token.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client without a token.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { agent: Agent::new_with_config(config), base: base.to_owned(), token: None }
    }

    /// The same client with a bearer token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Prepares a request. `target` is a path, or a whole URL.
    #[must_use]
    pub fn request(&self, method: &str, target: &str) -> Request<'_> {
        let url = if target.starts_with('/') { format!("{}{target}", self.base) } else { target.to_owned() };
        let mut headers = Vec::new();
        if let Some(token) = &self.token {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        Request { agent: &self.agent, method: method.to_owned(), url, headers, body: None }
    }

    /// `GET`.
    #[must_use]
    #[track_caller]
    pub fn get(&self, target: &str) -> Response {
        self.request("GET", target).send()
    }

    /// `POST` with a JSON body.
    #[must_use]
    #[track_caller]
    pub fn post(&self, target: &str, body: &Value) -> Response {
        self.request("POST", target).json(body).send()
    }

    /// `PUT` with a JSON body.
    #[must_use]
    #[track_caller]
    pub fn put(&self, target: &str, body: &Value) -> Response {
        self.request("PUT", target).json(body).send()
    }

    /// `PATCH` with a JSON body.
    #[must_use]
    #[track_caller]
    pub fn patch(&self, target: &str, body: &Value) -> Response {
        self.request("PATCH", target).json(body).send()
    }

    /// `DELETE`.
    #[must_use]
    #[track_caller]
    pub fn delete(&self, target: &str) -> Response {
        self.request("DELETE", target).send()
    }
}

/// A request that is yet to be sent.
pub struct Request<'a> {
    agent: &'a Agent,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request<'_> {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A JSON body with its content type.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    /// Any body; the caller sets its content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends it and reads the whole response.
    ///
    /// # Panics
    /// When no response comes.
    #[must_use]
    #[track_caller]
    pub fn send(self) -> Response {
        let request_line = format!("{} {}", self.method, self.url);
        self.try_send().unwrap_or_else(|error| panic!("{request_line} got no response: {error}"))
    }

    /// Sends it; an error when no response comes.
    pub fn try_send(self) -> Result<Response, ureq::Error> {
        let request_line = format!("{} {}", self.method, self.url);
        let mut request = http::Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = match self.body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let (head, mut body) = response.into_parts();
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Response {
            request: request_line,
            status: head.status.as_u16(),
            headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: body.with_config().limit(64 << 20).read_to_vec()?,
        })
    }
}

/// A response.
pub struct Response {
    request: String,
    /// The status code.
    pub status: u16,
    /// Every header in its order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The same response, when it has this status.
    ///
    /// # Panics
    /// With the whole response, when it has another.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The value of a header, named in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self}\nis not JSON: {error}"))
    }
}

impl fmt::Display for Response {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} -> {}", self.request, self.status)?;
        self.headers.iter().try_for_each(|(name, value)| writeln!(out, "{name}: {value}"))?;
        write!(out, "\n{}", self.text())
    }
}
