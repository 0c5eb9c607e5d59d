//! The report of every rule on one token, for a developer who wants to know why it is rejected.

use std::fmt;

use crate::claims::{CHECKS, ClaimCheck};
use crate::{Identity, VerifyError};

/// Every rule, in the order in which a verifier applies them, with its finding.
///
/// Displayed, it is a table with one line per rule. It quotes the header and the claims, short and escaped, since its
/// reader has the token; it never contains the signature.
#[derive(Debug)]
pub struct Report {
    pub(super) findings: Vec<Finding>,
    pub(super) verdict: Result<Identity, VerifyError>,
}

/// The finding of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: &'static str,
    detail: String,
    outcome: Outcome,
}

/// Whether the token passed a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It passed.
    Passed,
    /// The rule rejects the token. Later rules are applied all the same, where that is possible.
    Failed(VerifyError),
    /// The rule could not be applied, because of an earlier one.
    NotApplied,
}

/// A rule of a report.
#[derive(Clone, Copy)]
pub(super) enum ReportRule {
    Length,
    Form,
    Header,
    TrustAnchor,
    Key,
    Signature,
    Payload,
    Claim(&'static ClaimCheck),
}

impl ReportRule {
    const BEFORE_CLAIMS: [Self; 7] = [
        Self::Length,
        Self::Form,
        Self::Header,
        Self::TrustAnchor,
        Self::Key,
        Self::Signature,
        Self::Payload,
    ];

    /// In the order in which a verifier applies them. The rules of the claims are the checks themselves.
    fn all() -> impl Iterator<Item = Self> {
        Self::BEFORE_CLAIMS.into_iter().chain(CHECKS.iter().map(Self::Claim))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Form => "form",
            Self::Header => "header",
            Self::TrustAnchor => "trust anchor",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Payload => "payload",
            Self::Claim(check) => check.name,
        }
    }

    /// The rule that rejects a token with this error; none for the rules of the claims. It lists every error, so that a
    /// new one does not compile until it belongs to a rule.
    pub(super) fn before_claims(error: &VerifyError) -> Option<Self> {
        match error {
            VerifyError::TooLong { .. } => Some(Self::Length),
            VerifyError::NotThreeParts | VerifyError::SessionToken => Some(Self::Form),
            VerifyError::InvalidBase64 { part } | VerifyError::InvalidJson { part } => Some(match *part {
                "header" => Self::Header,
                "payload" => Self::Payload,
                _ => Self::Form,
            }),
            VerifyError::InvalidHeader { .. }
            | VerifyError::CriticalHeader
            | VerifyError::UnsupportedType { .. } => Some(Self::Header),
            VerifyError::UnsupportedAlgorithm { .. } => Some(Self::TrustAnchor),
            VerifyError::AlgorithmMismatch { .. }
            | VerifyError::MissingKeyId
            | VerifyError::UnknownKey { .. }
            | VerifyError::UncheckedKey { .. }
            | VerifyError::KeysUnavailable { .. } => Some(Self::Key),
            VerifyError::InvalidSignature => Some(Self::Signature),
            VerifyError::MissingClaim { .. }
            | VerifyError::InvalidClaim { .. }
            | VerifyError::Expired { .. }
            | VerifyError::NotYetValid { .. }
            | VerifyError::IssuedInFuture { .. }
            | VerifyError::ExpiresBeforeIssue
            | VerifyError::LifetimeTooLong { .. }
            | VerifyError::TooOld { .. }
            | VerifyError::UnknownIssuer { .. }
            | VerifyError::UnknownAudience => None,
        }
    }
}

/// The findings of a report, which begins with no rule applied.
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn new() -> Self {
        let not_applied = |rule: ReportRule| Finding {
            rule: rule.name(),
            detail: String::new(),
            outcome: Outcome::NotApplied,
        };
        Self(ReportRule::all().map(not_applied).collect())
    }

    /// Records what a rule found, and returns what it let pass.
    pub(super) fn apply<T>(
        &mut self,
        rule: ReportRule,
        detail: impl Into<String>,
        result: Result<T, VerifyError>,
    ) -> Option<T> {
        let (outcome, value) = match result {
            Ok(value) => (Outcome::Passed, Some(value)),
            Err(error) => (Outcome::Failed(error), None),
        };
        let finding = Finding { rule: rule.name(), detail: detail.into(), outcome };
        match self.0.iter_mut().find(|known| known.rule == finding.rule) {
            Some(known) => *known = finding,
            None => self.0.push(finding),
        }
        value
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}

impl Report {
    /// The verdict of a verifier: the error is that of the first rule that failed.
    ///
    /// # Errors
    ///
    /// As of [`TokenVerifier::verify`](crate::TokenVerifier::verify).
    pub fn verdict(&self) -> Result<&Identity, &VerifyError> {
        self.verdict.as_ref()
    }

    /// Adds the finding of the rule that selects a verifier by the issuer, before that of the trust anchor, which belongs
    /// to the selected one. None when the rule could not be applied.
    pub(crate) fn with_issuer(mut self, found: Option<(String, Result<(), VerifyError>)>) -> Self {
        let (detail, outcome) = match found {
            None => (String::new(), Outcome::NotApplied),
            Some((detail, Ok(()))) => (detail, Outcome::Passed),
            Some((detail, Err(error))) => (detail, Outcome::Failed(error)),
        };
        let anchor = ReportRule::TrustAnchor.name();
        let index = self.findings.iter().position(|finding| finding.rule == anchor).unwrap_or_default();
        self.findings.insert(index, Finding { rule: "issuer", detail, outcome });
        self
    }

    /// The rules, in the order in which a verifier applies them.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Finding {
    /// The name of the rule: `length`, `form`, `header`, `trust anchor`, `key`, `signature`, `payload`, `exp`, `nbf`,
    /// `iat`, `iss`, `aud` or `user id`; from an [`IssuerVerifier`](crate::IssuerVerifier) also `issuer`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// What the token has, and what is accepted; can be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether the token passed.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, detail, outcome } = self;
        match outcome {
            Outcome::Passed => write!(f, "ok       {rule:<12}  {detail}"),
            Outcome::NotApplied => write!(f, "skipped  {rule:<12}"),
            Outcome::Failed(error) if detail.is_empty() => write!(f, "FAIL     {rule:<12}  {error}"),
            Outcome::Failed(error) => write!(f, "FAIL     {rule:<12}  {error} ({detail})"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::one_of_each;

    /// A token passes every rule in `a_good_token_passes_every_rule`; this is for the errors.
    #[test]
    fn every_rule_before_the_claims_has_an_error() {
        let with_error: Vec<_> =
            one_of_each().iter().filter_map(ReportRule::before_claims).map(ReportRule::name).collect();
        for rule in ReportRule::BEFORE_CLAIMS {
            assert!(with_error.contains(&rule.name()), "{}", rule.name());
        }
    }

    #[test]
    fn the_rules_have_distinct_names() {
        let names: std::collections::BTreeSet<_> = ReportRule::all().map(ReportRule::name).collect();
        assert_eq!(names.len(), ReportRule::all().count());
    }
}
