//! Every rule applied to one token, where a verifier stops at the first that fails.

mod says;

use super::report::Findings;
use super::{AnyVerifier, Report, Root};
use crate::claims::{CHECKS, Claims};
use crate::keys::check_published_algorithm;
use crate::token::{CompactJws, Header, Parts, check_length};
use crate::verifier::PresentedToken;
use crate::{Identity, VerifyError};

impl AnyVerifier {
    /// Applies every rule to `token` and says what each finds, against the keys and the time of this moment. What is
    /// remembered does not count, the observer is not told, and the key set is fetched as it is for any request.
    pub async fn explain(&self, token: &str) -> Report {
        let verdict = self.verify_anew(token).await;
        let mut findings = Findings::default();
        self.examine(token, &mut findings);
        Report { findings: findings.done(), verdict }
    }

    async fn verify_anew(&self, token: &str) -> Result<Identity, VerifyError> {
        let token = PresentedToken::new(token, self.limit_bytes())?;
        let jws = CompactJws::parse(token.text())?;
        self.root_for(jws.header())?.verify(&token, &jws).await
    }

    /// Ends early when there is nothing to apply the further rules to.
    fn examine(&self, token: &str, findings: &mut Findings) -> Option<()> {
        let limit = self.limit_bytes();
        findings.apply("length", says::length(token, limit), check_length(token, limit))?;
        let parts = findings.apply("form", says::form(token), Parts::split(token))?;
        let header = parts.header();
        let root = header.as_ref().ok().and_then(|header| self.root_for(header).ok());
        // Where no root judges the token, the rules of the first one are shown.
        let root = root.or_else(|| self.roots().next())?;
        let is_proven = self.examine_signature(token, header, root, findings).is_some();
        let payload = parts.payload();
        let claims = payload.as_ref().map_err(Clone::clone).and_then(|payload| Claims::parse(payload));
        let claims = findings.apply("payload", says::payload(is_proven), claims)?;
        let (rules, now) = (root.rules(), root.options().clock.unix_seconds());
        for (claim, check) in CHECKS {
            findings.apply(claim, says::claim(claim, &claims, rules, now), check(rules, &claims, now));
        }
        let user_id = rules.user_id(&claims).map(drop);
        findings.apply("user id", says::user_id(&claims, rules), user_id)
    }

    /// The rules between the form and the payload; none when the signature is not good.
    fn examine_signature(
        &self,
        token: &str,
        header: Result<Header, VerifyError>,
        root: Root<'_>,
        findings: &mut Findings,
    ) -> Option<()> {
        let says = header.as_ref().map(Header::to_string).unwrap_or_default();
        let header = findings.apply("header", says, header)?;
        let admitted = self.root_for(&header).and_then(|root| root.admits(token, &header));
        let says = format!("{}, for tokens of at most {} bytes", root.name(), root.rules().max_token_bytes);
        findings.apply("trust root", says, admitted)?;
        root.examine(&CompactJws::parse(token).ok()?, findings)
    }
}

impl Root<'_> {
    fn examine(self, jws: &CompactJws<'_>, findings: &mut Findings) -> Option<()> {
        let verified = self.verify_signature(jws);
        let key = match &verified {
            Err(error) if error.is_about_the_key() => Err(error.clone()),
            _ => Ok(()),
        };
        findings.apply("key", self.keys(), key)?;
        // A payload that is signed and not base64 is the next rule's.
        let signature = verified.or_else(|error| match error {
            VerifyError::InvalidBase64 { .. } => Ok(Vec::new()),
            error => Err(error),
        });
        findings.apply("signature", says::signature(jws), signature).map(drop)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Shared(_) => "the shared secrets",
            Self::Jwks(_) => "the key set",
        }
    }

    /// Whether it judges tokens of this length and algorithm.
    fn admits(self, token: &str, header: &Header) -> Result<(), VerifyError> {
        check_length(token, self.rules().max_token_bytes)?;
        match self {
            Self::Shared(_) => Ok(()),
            Self::Jwks(_) => check_published_algorithm(header),
        }
    }

    fn verify_signature(self, jws: &CompactJws<'_>) -> Result<Vec<u8>, VerifyError> {
        match self {
            Self::Shared(verifier) => verifier.root().keys().verify(jws),
            Self::Jwks(verifier) => verifier
                .with_current(|root| root.keys().verify(jws))
                .unwrap_or_else(|| Err(verifier.unavailable())),
        }
    }

    fn keys(self) -> String {
        match self {
            Self::Shared(verifier) => says::secrets(verifier.root().keys().len()),
            Self::Jwks(verifier) => {
                says::key_set(verifier.with_current(|root| root.keys().len()), verifier.age())
            }
        }
    }
}

#[cfg(test)]
mod tests;
