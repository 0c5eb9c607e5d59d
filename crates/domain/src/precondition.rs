//! What a caller demands of the task's present state before anything is done (RFC 9110 §13).

use crate::Revision;

/// The entity tags of one `If-Match` or `If-None-Match` field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: whatever is there.
    Any,
    /// Any of these revisions. A tag that names no revision of ours is left out: it matches nothing.
    Revisions(Vec<Revision>),
}

impl EntityTags {
    /// Whether the task at this revision is among them.
    #[must_use]
    pub fn matches(&self, current: Revision) -> bool {
        match self {
            Self::Any => true,
            Self::Revisions(listed) => listed.contains(&current),
        }
    }
}

/// The condition under which a write may happen. It is decided where the write is, never before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// Write only when the task is one of these.
    pub if_match: Option<EntityTags>,
    /// Write only when the task is none of these.
    pub if_none_match: Option<EntityTags>,
}

impl Precondition {
    /// Whether a task at this revision may be written.
    #[must_use]
    pub fn holds(&self, current: Revision) -> bool {
        self.if_match.as_ref().is_none_or(|tags| tags.matches(current))
            && !self.if_none_match.as_ref().is_some_and(|tags| tags.matches(current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_condition_always_holds() {
        assert!(Precondition::default().holds(Revision::new(1)));
    }

    #[test]
    fn if_match_needs_the_present_revision_or_a_star() {
        let listed = |numbers: &[i64]| Precondition {
            if_match: Some(EntityTags::Revisions(numbers.iter().copied().map(Revision::new).collect())),
            ..Precondition::default()
        };
        assert!(listed(&[1, 7]).holds(Revision::new(7)));
        assert!(!listed(&[1, 7]).holds(Revision::new(2)));
        assert!(!listed(&[]).holds(Revision::new(2)));
        let star = Precondition { if_match: Some(EntityTags::Any), ..Precondition::default() };
        assert!(star.holds(Revision::new(2)));
    }

    #[test]
    fn if_none_match_needs_another_revision() {
        let none_of = |tags| Precondition { if_none_match: Some(tags), ..Precondition::default() };
        assert!(!none_of(EntityTags::Any).holds(Revision::new(2)));
        assert!(!none_of(EntityTags::Revisions(vec![Revision::new(2)])).holds(Revision::new(2)));
        assert!(none_of(EntityTags::Revisions(vec![Revision::new(3)])).holds(Revision::new(2)));
    }
}
