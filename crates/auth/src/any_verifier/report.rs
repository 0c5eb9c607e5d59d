//! What each rule says of one token: for a developer who holds a refused token and wants to know why.

use std::fmt;

use crate::{Identity, VerifyError};

/// Every rule, in the order in which a verifier applies them, with what it says of the token.
///
/// Displayed, it is a table of one line a rule. It quotes the header and the claims, short and escaped, since it is made
/// for who holds the token; it never holds the signature.
#[derive(Debug)]
pub struct Report {
    pub(crate) findings: Vec<Finding>,
    pub(crate) verdict: Result<Identity, VerifyError>,
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) says: String,
    pub(crate) outcome: Outcome,
}

/// Whether a rule holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It refuses the token. Rules after it are applied all the same, where that is possible.
    Fails(VerifyError),
    /// It could not be applied, because of a rule before it.
    NotApplied,
}

/// The findings of a report in the making: every rule once, those that were not reached at the end.
#[derive(Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds what a rule found, and gives what it let through.
    pub(crate) fn apply<T>(
        &mut self,
        rule: &'static str,
        says: impl Into<String>,
        result: Result<T, VerifyError>,
    ) -> Option<T> {
        let (outcome, value) = match result {
            Ok(value) => (Outcome::Holds, Some(value)),
            Err(error) => (Outcome::Fails(error), None),
        };
        self.0.push(Finding { rule, says: says.into(), outcome });
        value
    }

    /// In the order of the rules, with those that could not be applied.
    pub(crate) fn done(self) -> Vec<Finding> {
        let found = |rule| self.0.iter().find(|finding| finding.rule == rule).cloned();
        let not_applied = |rule| Finding { rule, says: String::new(), outcome: Outcome::NotApplied };
        RULES.into_iter().map(|rule| found(rule).unwrap_or_else(|| not_applied(rule))).collect()
    }
}

/// The names of the rules, in the order in which they are applied.
const RULES: [&str; 13] = [
    "length",
    "form",
    "header",
    "trust root",
    "key",
    "signature",
    "payload",
    "exp",
    "nbf",
    "iat",
    "iss",
    "aud",
    "user id",
];

impl Report {
    /// What a verifier answers: the first rule that fails is its error.
    ///
    /// # Errors
    ///
    /// As of [`TokenVerifier::verify`](crate::TokenVerifier::verify).
    pub fn verdict(&self) -> Result<&Identity, &VerifyError> {
        self.verdict.as_ref()
    }

    /// The rules, in the order in which they are applied.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Finding {
    /// The rule's name: `length`, `form`, `header`, `trust root`, `key`, `signature`, `payload`, `exp`, `nbf`, `iat`,
    /// `iss`, `aud` or `user id`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// What the token has there, and what is accepted; may be empty.
    #[must_use]
    pub fn says(&self) -> &str {
        &self.says
    }

    /// Whether it holds.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, says, outcome } = self;
        match outcome {
            Outcome::Holds => write!(f, "holds  {rule:<10}  {says}"),
            Outcome::NotApplied => write!(f, "  -    {rule:<10}  not applied"),
            Outcome::Fails(error) if says.is_empty() => write!(f, "FAILS  {rule:<10}  {error}"),
            Outcome::Fails(error) => write!(f, "FAILS  {rule:<10}  {error} ({says})"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}
