//! A user who signed up, with every token from Better Auth: the one for the API, and those that the API must
//! reject.

use serde_json::{Value, json};

use crate::client::{Client, Request, Response};

/// A user of a Better Auth, with one session.
pub struct User {
    /// The user's id.
    pub id: String,
    /// The e-mail address, not verified.
    pub email: String,
    /// The name.
    pub name: String,
    /// The token for the API.
    pub token: String,
    /// The cookie of the session: opaque, as in the header.
    pub session_token: String,
    /// The cookie that caches the session: a JWT, in the modes that have one.
    pub session_data: Option<String>,
    /// The token of the verification mail: a JWT under the secret, in every mode.
    pub email_token: String,
    browser: Browser,
}

impl User {
    #[track_caller]
    pub(super) fn sign_up(url: &str, name: &str) -> Self {
        let email = format!("{name}@example.com");
        let form = json!({"email": email, "name": name, "password": "correct horse battery staple"});
        let mut browser = Browser { client: Client::new(url), origin: url.to_owned(), cookies: Vec::new() };
        let response = browser.request("POST", "/api/auth/sign-up/email").json(&form).send().expect(200);
        browser.cookies = cookies(&response);
        Self {
            id: text(&response, "/user/id"),
            name: name.to_owned(),
            token: browser.token(),
            session_token: browser.cookie("better-auth.session_token").expect("a session has a cookie"),
            session_data: browser.cookie("better-auth.session_data"),
            email_token: browser.mailed_token(&email),
            email,
            browser,
        }
    }

    /// Another token for the API, of the same session.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn new_token(&self) -> String {
        self.browser.token()
    }
}

/// Keeps cookies, and sends its origin.
struct Browser {
    client: Client,
    origin: String,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn request(&self, method: &str, path: &str) -> Request<'_> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.client.request(method, path).header("Origin", &self.origin).header("Cookie", &cookies.join("; "))
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[track_caller]
    fn token(&self) -> String {
        text(&self.request("GET", "/api/auth/token").send().expect(200), "/token")
    }

    #[track_caller]
    fn mailed_token(&self, email: &str) -> String {
        let address = json!({"email": email});
        let request = self.request("POST", "/api/auth/send-verification-email").json(&address);
        let _ = request.send().expect(200);
        let mail = self.client.get(&format!("/mailbox?of={email}")).expect(200).text();
        assert!(!mail.is_empty(), "no mail came to {email}");
        mail
    }
}

/// A text in a JSON body, by its pointer.
#[track_caller]
fn text(response: &Response, pointer: &str) -> String {
    let text = response.json().pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    text.unwrap_or_else(|| panic!("no {pointer} in {response}"))
}

/// The cookies that a response sets, without their attributes.
fn cookies(response: &Response) -> Vec<(String, String)> {
    let lines = response.headers.iter().filter(|(name, _)| name == "set-cookie");
    let pairs = lines.filter_map(|(_, line)| line.split(';').next()?.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
