//! Applies every rule to one token, where a verifier stops at the first that fails.

use super::report::{Findings, ReportRule};
use super::{AnyVerifier, Report, VerifierRef};
use crate::claims::{CHECKS, Claims, show_duration};
use crate::keys::check_published_algorithm;
use crate::token::{CompactJws, Header, Parts, check_length};
use crate::verifier::RawToken;
use crate::{Identity, VerifyError};

impl AnyVerifier {
    /// Applies every rule to `token` and reports the findings, with the keys and the time of this moment. It ignores
    /// the cache, does not notify the observer, and fetches the key set as a request does.
    pub async fn explain(&self, token: &str) -> Report {
        let verdict = self.verify_uncached(token).await;
        let mut findings = Findings::new();
        self.apply_all(token, verdict.as_ref().err(), &mut findings);
        Report { findings: findings.into_vec(), verdict }
    }

    async fn verify_uncached(&self, token: &str) -> Result<Identity, VerifyError> {
        let token = RawToken::new(token, self.limit_bytes)?;
        let jws = CompactJws::parse(token.text())?;
        self.verifier_for(jws.header())?.verify(&token, &jws).await
    }

    /// Returns early when the later rules have nothing to apply to.
    fn apply_all(&self, token: &str, error: Option<&VerifyError>, findings: &mut Findings) -> Option<()> {
        let parts = apply_form_rules(token, self.limit_bytes, findings)?;
        let header = parts.header();
        let verifier = header.as_ref().ok().and_then(|header| self.verifier_for(header).ok());
        // Without a trust anchor for the token, show the rules of the first one.
        let verifier = verifier.or_else(|| self.verifiers().next())?;
        let is_signed = self.apply_header_rules(token, header, verifier, error, findings).is_some();
        let detail =
            if is_signed { "a JSON object, signed" } else { "not verified: anyone could have written it" };
        let payload = parts.unverified_payload();
        let claims = payload.as_ref().map_err(Clone::clone).and_then(|payload| Claims::parse(payload));
        let claims = findings.apply(ReportRule::Payload, detail, claims)?;
        let (rules, now) = (&verifier.policy().rules, verifier.policy().now());
        for check in &CHECKS {
            let detail = (check.detail)(rules, &claims, now);
            findings.apply(ReportRule::Claim(check), detail, (check.apply)(rules, &claims, now));
        }
        Some(())
    }

    /// The rules between the form and the payload; none when the signature is not verified.
    fn apply_header_rules(
        &self,
        token: &str,
        header: Result<Header, VerifyError>,
        verifier: VerifierRef<'_>,
        error: Option<&VerifyError>,
        findings: &mut Findings,
    ) -> Option<()> {
        let header = apply_header_rule(header, findings)?;
        let limit = verifier.policy().rules.max_token_bytes;
        let admitted = self.verifier_for(&header).and_then(|verifier| verifier.admits(token, &header));
        let detail = format!("{}, for tokens of at most {limit} bytes", verifier.name());
        findings.apply(ReportRule::TrustAnchor, detail, admitted)?;
        verifier.apply_key_rules(&CompactJws::parse(token).ok()?, error, findings)
    }
}

fn apply_form_rules<'a>(token: &'a str, limit: usize, findings: &mut Findings) -> Option<Parts<'a>> {
    let detail = format!("{} bytes, at most {limit}", token.len());
    findings.apply(ReportRule::Length, detail, check_length(token, limit))?;
    let detail = format!("{} parts between dots", token.split('.').count());
    findings.apply(ReportRule::Form, detail, Parts::split(token))
}

fn apply_header_rule(header: Result<Header, VerifyError>, findings: &mut Findings) -> Option<Header> {
    let detail = header.as_ref().map(Header::to_string).unwrap_or_default();
    findings.apply(ReportRule::Header, detail, header)
}

impl Report {
    /// The report on a token that is rejected before a verifier is selected for it, by the rules for that.
    pub(crate) fn without_verifier(token: &str, limit: usize, error: VerifyError) -> Self {
        let mut findings = Findings::new();
        if let Some(parts) = apply_form_rules(token, limit, &mut findings) {
            apply_header_rule(parts.header(), &mut findings);
        }
        Self { findings: findings.into_vec(), verdict: Err(error) }
    }
}

impl VerifierRef<'_> {
    /// `error` is that of the verifier.
    fn apply_key_rules(
        self,
        jws: &CompactJws<'_>,
        error: Option<&VerifyError>,
        findings: &mut Findings,
    ) -> Option<()> {
        let verified = match (self.verify_signature(jws), error) {
            // Whether the key could be looked up depends on the fetch, not on the set.
            (Err(VerifyError::UnknownKey { .. }), Some(error @ VerifyError::UncheckedKey { .. })) => {
                Err(error.clone())
            }
            (verified, _) => verified,
        };
        let rule = verified.as_ref().err().and_then(ReportRule::before_claims);
        let key = match &verified {
            Err(error) if matches!(rule, Some(ReportRule::Key)) => Err(error.clone()),
            _ => Ok(()),
        };
        findings.apply(ReportRule::Key, self.show_keys(), key)?;
        let signature = match verified {
            // A signed payload that is not base64 fails the rule of the payload.
            Err(error) if !matches!(rule, Some(ReportRule::Payload)) => Err(error),
            _ => Ok(()),
        };
        let detail = format!("{} over header and payload", jws.header().algorithm());
        findings.apply(ReportRule::Signature, detail, signature)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Shared(_) => "the shared secrets",
            Self::Jwks(_) => "the key set",
        }
    }

    /// Whether it verifies tokens of this length and algorithm.
    fn admits(self, token: &str, header: &Header) -> Result<(), VerifyError> {
        check_length(token, self.policy().rules.max_token_bytes)?;
        match self {
            Self::Shared(_) => Ok(()),
            Self::Jwks(_) => check_published_algorithm(header).map(drop),
        }
    }

    fn verify_signature(self, jws: &CompactJws<'_>) -> Result<Vec<u8>, VerifyError> {
        match self {
            Self::Shared(verifier) => verifier.anchor().keys().verify(jws),
            Self::Jwks(verifier) => verifier
                .with_anchor(|anchor| anchor.keys().verify(jws))
                .unwrap_or_else(|| Err(verifier.unavailable())),
        }
    }

    fn show_keys(self) -> String {
        let Some(count) = self.with_anchor(|anchor| anchor.keys().len()) else { return String::new() };
        match self {
            Self::Shared(_) => format!("{count} configured"),
            Self::Jwks(verifier) => {
                let age = verifier.age().unwrap_or_default();
                format!("{count} usable, fetched {} ago", show_duration(age.as_secs()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
