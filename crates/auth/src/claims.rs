//! The rules of the claims, applied to a payload whose signature is verified, and the identity that results.

mod access;
mod custom;
mod detail;
mod identity;
mod numeric_date;
mod origin;
mod rules;
mod user_id;

use crate::token::{Algorithm, Header, Json, Object};
use crate::{Excerpt, VerifyError};

pub use access::AccessDenied;
pub use custom::ClaimsError;
pub(crate) use detail::{member_of, show_duration};
pub(crate) use identity::Facts;
pub use identity::Identity;
use numeric_date::NumericDate;
pub use rules::ClaimRules;

/// A payload that passed every rule.
pub(crate) struct Accepted {
    pub(crate) identity: Identity,
    /// The first second at which a rule rejects it, in seconds since 1970.
    pub(crate) valid_until: i64,
}

/// A rule of the claims. Verification, the report and its details all derive from it, so none of them can miss a rule.
pub(crate) struct ClaimCheck {
    /// The name of the rule in a report.
    pub(crate) name: &'static str,
    pub(crate) apply: fn(&ClaimRules, &Claims<'_>, i64) -> Result<(), VerifyError>,
    /// What the token has, and what is accepted.
    pub(crate) detail: fn(&ClaimRules, &Claims<'_>, i64) -> String,
}

/// In the order in which they are applied: a token that breaks several rules is rejected with the error of the first,
/// so the order is part of the interface.
pub(crate) static CHECKS: [ClaimCheck; 6] = [
    ClaimCheck {
        name: "exp",
        apply: ClaimRules::check_expiry,
        detail: |_, claims, now| detail::date(claims, "exp", now),
    },
    ClaimCheck {
        name: "nbf",
        apply: ClaimRules::check_not_before,
        detail: |_, claims, now| detail::date(claims, "nbf", now),
    },
    ClaimCheck {
        name: "iat",
        apply: ClaimRules::check_issue_time,
        detail: |_, claims, now| detail::date(claims, "iat", now),
    },
    ClaimCheck {
        name: "iss",
        apply: ClaimRules::check_issuer,
        detail: |rules, claims, _| detail::member_of(claims, "iss", &rules.issuers),
    },
    ClaimCheck {
        name: "aud",
        apply: ClaimRules::check_audience,
        detail: |rules, claims, _| detail::member_of(claims, "aud", &rules.audiences),
    },
    ClaimCheck {
        name: "user id",
        apply: ClaimRules::check_user_id,
        detail: |rules, claims, _| detail::user_id(claims, &rules.user_id_claim),
    },
];

impl ClaimRules {
    /// Checks the claims of `payload` against these rules at `now`, in seconds since 1970. The header is that of the
    /// same token, whose signature is verified.
    pub(crate) fn check(&self, header: &Header, payload: &[u8], now: i64) -> Result<Accepted, VerifyError> {
        let claims = Claims::parse(payload)?;
        for check in &CHECKS {
            (check.apply)(self, &claims, now)?;
        }
        let exp = claims.expiry()?.floor();
        let issued_at_unix = claims.date("iat")?.map(NumericDate::floor);
        // A token is rejected from `exp` on, but only after `iat` plus the maximum age: hence one second more.
        let too_old = self
            .max_age_seconds
            .zip(issued_at_unix)
            .map(|(limit, iat)| iat.saturating_add(to_seconds(limit)).saturating_add(1));
        let valid_until_unix = too_old.map_or(exp, |too_old| too_old.min(exp));
        let facts = Facts {
            user_id: claims.text(&self.user_id_claim).ok_or_else(|| missing(&self.user_id_claim))?,
            email: claims.text("email"),
            name: claims.text("name"),
            issuer: claims.text("iss"),
            audiences: claims.audiences(),
            token_id: claims.text("jti"),
            key_id: header.key_id().map(str::to_owned),
            // The key verifies with its own algorithm, and rejects a header that names another one.
            algorithm: Algorithm::named(header.algorithm()).map_or("", Algorithm::name),
            scopes: claims.scopes(),
            roles: claims.roles(self),
            issued_at_unix,
            expires_at_unix: exp,
            valid_until_unix,
            payload: payload.into(),
        };
        let valid_until = valid_until_unix.saturating_add(to_seconds(self.leeway_seconds));
        Ok(Accepted { identity: Identity::verified(facts), valid_until })
    }

    fn check_user_id(&self, claims: &Claims<'_>, _: i64) -> Result<(), VerifyError> {
        let name = &self.user_id_claim;
        user_id::check(name, claims.get(name).ok_or_else(|| missing(name))?)
    }

    /// RFC 7519 §4.1.4.
    fn check_expiry(&self, claims: &Claims<'_>, now: i64) -> Result<(), VerifyError> {
        // Every sum saturates: the times are any integers, and an overflow must not make a token valid.
        let exp = claims.expiry()?.floor();
        if now >= exp.saturating_add(to_seconds(self.leeway_seconds)) {
            return Err(VerifyError::Expired { expired_at: exp });
        }
        if exp > now.saturating_add(to_seconds(self.max_lifetime_seconds)) {
            let limit_seconds = self.max_lifetime_seconds;
            return Err(VerifyError::LifetimeTooLong { expires_at: exp, limit_seconds });
        }
        Ok(())
    }

    /// RFC 7519 §4.1.5.
    fn check_not_before(&self, claims: &Claims<'_>, now: i64) -> Result<(), VerifyError> {
        match claims.date("nbf")?.map(NumericDate::ceil) {
            Some(nbf) if now.saturating_add(to_seconds(self.leeway_seconds)) < nbf => {
                Err(VerifyError::NotYetValid { not_before: nbf })
            }
            _ => Ok(()),
        }
    }

    /// RFC 7519 §4.1.6.
    fn check_issue_time(&self, claims: &Claims<'_>, now: i64) -> Result<(), VerifyError> {
        let Some(iat) = claims.date("iat")? else {
            return if self.max_age_seconds.is_some() { Err(missing("iat")) } else { Ok(()) };
        };
        let leeway = to_seconds(self.leeway_seconds);
        if now.saturating_add(leeway) < iat.ceil() {
            return Err(VerifyError::IssuedInFuture { issued_at: iat.ceil() });
        }
        if claims.expiry()?.floor() < iat.floor() {
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
    fn check_issuer(&self, claims: &Claims<'_>, _: i64) -> Result<(), VerifyError> {
        if self.issuers.is_empty() && claims.get("iss").is_none() {
            return Ok(());
        }
        let issuer = claims.issuer()?;
        // Public values, so they need no comparison in constant time.
        if self.issuers.is_empty() || is_among(&self.issuers, issuer) {
            Ok(())
        } else {
            Err(unknown_issuer(issuer))
        }
    }

    /// One string or an array of strings, compared exactly (RFC 7519 §4.1.3).
    fn check_audience(&self, claims: &Claims<'_>, _: i64) -> Result<(), VerifyError> {
        let is_ours = |audience: &str| is_among(&self.audiences, audience);
        let found = match claims.get("aud") {
            None if self.audiences.is_empty() => return Ok(()),
            None => return Err(missing("aud")),
            Some(Json::Text(audience)) => is_ours(audience),
            Some(Json::List(audiences)) if audiences.iter().all(|one| one.as_text().is_some()) => {
                audiences.iter().filter_map(Json::as_text).any(is_ours)
            }
            Some(_) => return Err(invalid("aud", "must be a string or an array of strings")),
        };
        if found || self.audiences.is_empty() { Ok(()) } else { Err(VerifyError::UnknownAudience) }
    }
}

/// The members of a payload.
pub(crate) struct Claims<'a>(Object<'a>);

impl<'a> Claims<'a> {
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, VerifyError> {
        Object::parse(payload).map(Self).ok_or(VerifyError::InvalidJson { part: "payload" })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.get(name)
    }

    /// The issuer (RFC 7519 §4.1.1).
    pub(crate) fn issuer(&self) -> Result<&str, VerifyError> {
        match self.get("iss") {
            None => Err(missing("iss")),
            Some(Json::Text(issuer)) => Ok(issuer),
            Some(_) => Err(invalid("iss", "must be a string")),
        }
    }

    fn expiry(&self) -> Result<NumericDate, VerifyError> {
        self.date("exp")?.ok_or_else(|| missing("exp"))
    }

    fn date(&self, name: &'static str) -> Result<Option<NumericDate>, VerifyError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let date = NumericDate::parse(value);
        date.map(Some).ok_or_else(|| invalid(name, "must be a number of seconds since 1970"))
    }

    fn audiences(&self) -> Vec<String> {
        let audiences = match self.get("aud") {
            Some(Json::List(audiences)) => audiences,
            Some(audience) => std::slice::from_ref(audience),
            None => &[],
        };
        audiences.iter().filter_map(Json::as_text).map(str::to_owned).collect()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(Json::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

fn is_among(accepted: &[String], text: &str) -> bool {
    accepted.iter().any(|one| one == text)
}

fn missing(claim: &str) -> VerifyError {
    VerifyError::MissingClaim { claim: claim.to_owned() }
}

pub(crate) fn unknown_issuer(issuer: &str) -> VerifyError {
    VerifyError::UnknownIssuer { issuer: Excerpt::of(issuer) }
}

fn invalid(claim: &str, expected: &'static str) -> VerifyError {
    VerifyError::InvalidClaim { claim: claim.to_owned(), expected }
}

/// A limit that does not fit becomes one that no clock reaches.
fn to_seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
