//! The upper layer: whether a payload whose signature was verified is acceptable now.

mod numeric_date;
mod user_id;

use serde_json::{Map, Value};

use crate::{ClaimRules, Excerpt, Identity, VerifyError, json};
use numeric_date::NumericDate;

impl ClaimRules {
    /// Checks the claims of `payload` against these rules at `now`, in seconds since 1970.
    pub(crate) fn check(&self, payload: &[u8], now: i64) -> Result<Identity, VerifyError> {
        let claims = Claims(json::parse_object(payload).ok_or(VerifyError::InvalidJson { part: "payload" })?);
        let expires_at_unix = self.check_times(&claims, now)?;
        let issuer = self.check_issuer(&claims)?;
        self.check_audience(&claims)?;
        let name = &self.user_id_claim;
        let user_id = user_id::read(name, claims.0.get(name).ok_or_else(|| missing(name))?)?;
        Ok(Identity {
            user_id,
            email: claims.text("email"),
            name: claims.text("name"),
            issuer,
            expires_at_unix,
        })
    }

    /// RFC 7519 §4.1.4 to §4.1.6; gives the expiry.
    fn check_times(&self, claims: &Claims, now: i64) -> Result<i64, VerifyError> {
        let leeway = to_seconds(self.leeway_seconds);
        let exp = claims.date("exp")?.ok_or_else(|| missing("exp"))?;
        if now >= exp.floor().saturating_add(leeway) {
            return Err(VerifyError::Expired { expired_at: exp.floor() });
        }
        if exp.floor() > now.saturating_add(to_seconds(self.max_lifetime_seconds)) {
            let limit_seconds = self.max_lifetime_seconds;
            return Err(VerifyError::LivesTooLong { expires_at: exp.floor(), limit_seconds });
        }
        if let Some(nbf) = claims.date("nbf")?.map(NumericDate::ceil)
            && now.saturating_add(leeway) < nbf
        {
            return Err(VerifyError::NotYetValid { not_before: nbf });
        }
        match claims.date("iat")? {
            Some(iat) => self.check_issue_time(iat, exp, now)?,
            None if self.max_age_seconds.is_some() => return Err(missing("iat")),
            None => {}
        }
        Ok(exp.floor())
    }

    fn check_issue_time(&self, iat: NumericDate, exp: NumericDate, now: i64) -> Result<(), VerifyError> {
        let leeway = to_seconds(self.leeway_seconds);
        if now.saturating_add(leeway) < iat.ceil() {
            return Err(VerifyError::IssuedInFuture { issued_at: iat.ceil() });
        }
        if exp.floor() < iat.floor() {
            return Err(VerifyError::ExpiresBeforeIssue);
        }
        if let Some(limit_seconds) = self.max_age_seconds
            && now.saturating_sub(iat.floor()) > to_seconds(limit_seconds).saturating_add(leeway)
        {
            return Err(VerifyError::TooOld { issued_at: iat.floor(), limit_seconds });
        }
        Ok(())
    }

    /// One string, compared exactly (RFC 7519 §4.1.1).
    fn check_issuer(&self, claims: &Claims) -> Result<Option<String>, VerifyError> {
        let issuer = match claims.0.get("iss") {
            None => None,
            Some(Value::String(issuer)) => Some(issuer),
            Some(_) => return Err(invalid("iss", "must be a string")),
        };
        if !self.issuers.is_empty() {
            let issuer = issuer.ok_or_else(|| missing("iss"))?;
            if !self.issuers.contains(issuer) {
                return Err(VerifyError::UnknownIssuer { issuer: Excerpt::of(issuer) });
            }
        }
        Ok(issuer.cloned())
    }

    /// One string or an array of strings, compared exactly (RFC 7519 §4.1.3).
    fn check_audience(&self, claims: &Claims) -> Result<(), VerifyError> {
        let is_ours = |audience: &str| self.audiences.iter().any(|ours| ours == audience);
        let found = match claims.0.get("aud") {
            None if self.audiences.is_empty() => return Ok(()),
            None => return Err(missing("aud")),
            Some(Value::String(audience)) => is_ours(audience),
            Some(Value::Array(audiences)) if audiences.iter().all(Value::is_string) => {
                audiences.iter().filter_map(Value::as_str).any(is_ours)
            }
            Some(_) => return Err(invalid("aud", "must be a string or an array of strings")),
        };
        if found || self.audiences.is_empty() { Ok(()) } else { Err(VerifyError::UnknownAudience) }
    }
}

struct Claims(Map<String, Value>);

impl Claims {
    fn date(&self, name: &'static str) -> Result<Option<NumericDate>, VerifyError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let date = NumericDate::parse(value);
        date.map(Some).ok_or_else(|| invalid(name, "must be a number of seconds since 1970"))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

fn missing(claim: &str) -> VerifyError {
    VerifyError::MissingClaim { claim: claim.to_owned() }
}

fn invalid(claim: &str, expected: &'static str) -> VerifyError {
    VerifyError::InvalidClaim { claim: claim.to_owned(), expected }
}

/// A limit that no clock reaches stands for one that does not fit.
fn to_seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
