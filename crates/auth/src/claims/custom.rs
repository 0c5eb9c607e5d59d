//! Your own claims, as a type of your own.

use serde::Deserialize;
use thiserror::Error;

use crate::Identity;

/// The claims of a token do not have the form of your type.
///
/// The message tells which field is missing, or what was expected and where in the payload, but never a value of the
/// token, so it can be logged.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the claims of the token are not as expected: {0}")]
pub struct ClaimsError(String);

impl Identity {
    /// Reads the payload of the token into a type of your own; the rules were applied to the same payload. The type
    /// can borrow from it; a text with escapes, such as `\"`, needs a `Cow<str>` with `#[serde(borrow)]`, since a `&str`
    /// cannot hold it.
    ///
    /// The signature shows that the issuer wrote these claims, not that they are true: Better Auth signs every column
    /// of the user, also those that users can edit themselves.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] when a field is missing or of another type.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use tasknook_auth::{ClaimsError, Identity};
    ///
    /// #[derive(Deserialize)]
    /// struct Account {
    ///     plan: String,
    ///     #[serde(rename = "emailVerified")]
    ///     is_email_verified: bool,
    /// }
    ///
    /// fn can_export(user: &Identity) -> Result<bool, ClaimsError> {
    ///     let account: Account = user.claims()?;
    ///     Ok(account.plan == "pro" && account.is_email_verified)
    /// }
    /// ```
    pub fn claims<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ClaimsError> {
        serde_json::from_slice(self.payload()).map_err(|error| ClaimsError::without_values(&error))
    }
}

impl ClaimsError {
    /// A message of `serde_json` quotes the value that it does not expect. What your type expects follows at the end.
    fn without_values(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let what = if message.starts_with("missing field `") || message.starts_with("duplicate field `") {
            message.to_owned()
        } else {
            let expected = message.rsplit_once(", expected ");
            expected.map_or_else(|| "another form".to_owned(), |(_, expected)| format!("expected {expected}"))
        };
        Self(format!("{what} at line {} column {}", error.line(), error.column()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::support::{claims, hs256, shared_secret, verify};

    fn identity(name: &str, value: Value) -> Identity {
        let mut claims = claims();
        claims[name] = value;
        verify(&shared_secret(), &hs256(&claims)).unwrap()
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the type counts")]
    struct Account<T> {
        plan: T,
    }

    /// The message for a token with this plan.
    fn message<'a, T: Deserialize<'a>>(identity: &'a Identity) -> String {
        let error = identity.claims::<Account<T>>().err().unwrap();
        assert!(!format!("{error:?}").contains("private"), "{error:?}");
        error.to_string().replace("the claims of the token are not as expected: ", "")
    }

    #[test]
    fn claims_are_read_into_a_type_that_can_borrow() {
        #[derive(Deserialize)]
        struct Borrowed<'a> {
            sub: &'a str,
            plan: Vec<u8>,
        }
        let identity = identity("plan", json!([1, 2]));
        let Borrowed { sub, plan } = identity.claims().unwrap();
        assert_eq!((sub, &plan[..]), ("user-a", &[1, 2][..]));
        assert_eq!(identity.claims::<Value>().unwrap()["plan"], json!([1, 2]));
    }

    #[test]
    fn an_error_names_the_field_and_the_type_but_no_value() {
        for value in [json!("private"), json!(["private"]), json!("private, expected u9"), json!(70_000)] {
            let message = message::<u8>(&identity("plan", value));
            assert!(message.starts_with("expected u8 at line 1 column "), "{message}");
        }
        let message = message::<u8>(&identity("other", json!("private")));
        assert!(message.starts_with("missing field `plan` at line 1 column "), "{message}");
    }

    #[test]
    fn an_error_of_an_enum_or_a_custom_check_shows_no_value() {
        #[derive(Deserialize)]
        enum Tier {
            #[serde(rename = "free")]
            Free,
        }

        #[derive(Deserialize)]
        #[serde(try_from = "String")]
        struct Checked;

        impl TryFrom<String> for Checked {
            type Error = String;

            fn try_from(value: String) -> Result<Self, String> {
                Err(format!("{value} is not good"))
            }
        }

        let identity = identity("plan", json!("private"));
        assert!(matches!(serde_json::from_str(r#""free""#), Ok(Tier::Free)));
        assert!(message::<Tier>(&identity).starts_with("expected `free` at line 1"));
        assert!(message::<Checked>(&identity).starts_with("another form at line 1"));
    }
}
