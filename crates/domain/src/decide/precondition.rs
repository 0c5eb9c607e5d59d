//! Conditions on the current revision of a task (RFC 9110 §13).

use crate::Revision;

/// The entity tags of one `If-Match` or `If-None-Match` field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: every revision.
    Any,
    /// These revisions. Tags that are not revisions are omitted: they match nothing.
    Revisions(Vec<Revision>),
}

impl EntityTags {
    /// Whether this revision matches.
    #[must_use]
    pub fn matches(&self, current: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::Revisions(listed) => listed.contains(&current),
        }
    }
}

/// The condition of a write, evaluated atomically with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// Write only if the task is at one of these revisions.
    pub if_match: Option<EntityTags>,
    /// Write only if the task is at none of these revisions.
    pub if_none_match: Option<EntityTags>,
}

impl Precondition {
    /// Whether it requires that there is no task, so that a PUT creates one (RFC 9110 §13.1.2).
    #[must_use]
    pub const fn requires_absence(&self) -> bool {
        matches!(self, Self { if_match: None, if_none_match: Some(EntityTags::Any) })
    }

    /// Whether a task at this revision may be written.
    #[must_use]
    pub fn allows(&self, current: Revision) -> bool {
        self.if_match.as_ref().is_none_or(|tags| tags.matches(current))
            && !self.if_none_match.as_ref().is_some_and(|tags| tags.matches(current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_precondition_allows_every_revision() {
        assert!(Precondition::default().allows(Revision::new(1)));
    }

    #[test]
    fn if_match_allows_the_current_revision_or_star() {
        let listed = |numbers: &[i64]| Precondition {
            if_match: Some(EntityTags::Revisions(numbers.iter().copied().map(Revision::new).collect())),
            ..Precondition::default()
        };
        assert!(listed(&[1, 7]).allows(Revision::new(7)));
        assert!(!listed(&[1, 7]).allows(Revision::new(2)));
        assert!(!listed(&[]).allows(Revision::new(2)));
        let star = Precondition { if_match: Some(EntityTags::Any), ..Precondition::default() };
        assert!(star.allows(Revision::new(2)));
    }

    #[test]
    fn only_a_star_requires_absence() {
        let none_of = |tags| Precondition { if_none_match: Some(tags), ..Precondition::default() };
        assert!(none_of(EntityTags::Any).requires_absence());
        assert!(!none_of(EntityTags::Revisions(vec![])).requires_absence());
        assert!(!Precondition::default().requires_absence());
        let both = Precondition { if_match: Some(EntityTags::Any), ..none_of(EntityTags::Any) };
        assert!(!both.requires_absence());
    }

    #[test]
    fn if_none_match_allows_other_revisions() {
        let none_of = |tags| Precondition { if_none_match: Some(tags), ..Precondition::default() };
        assert!(!none_of(EntityTags::Any).allows(Revision::new(2)));
        assert!(!none_of(EntityTags::Revisions(vec![Revision::new(2)])).allows(Revision::new(2)));
        assert!(none_of(EntityTags::Revisions(vec![Revision::new(3)])).allows(Revision::new(2)));
    }
}
