/// How urgent a task is. Priorities compare in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// Can wait.
    Low,
    /// The default.
    #[default]
    Medium,
    /// Before others.
    High,
    /// First.
    Urgent,
}

/// A text that names no priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be low, medium, high or urgent")]
pub struct InvalidPriority;

impl Priority {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Urgent];

    /// Reads a name, in any case.
    pub fn parse(text: &str) -> Result<Self, InvalidPriority> {
        let named = |priority: &Self| priority.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(named).ok_or(InvalidPriority)
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Its place in the order, from 0, as it is stored.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::Low => 0,
            Self::Medium => 1,
            Self::High => 2,
            Self::Urgent => 3,
        }
    }

    /// The priority with this stored rank; the nearest one for a rank that does not exist.
    #[must_use]
    pub const fn from_rank(rank: i16) -> Self {
        match rank {
            ..=0 => Self::Low,
            1 => Self::Medium,
            2 => Self::High,
            3.. => Self::Urgent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_exactly() {
        assert_eq!(Priority::parse("High"), Ok(Priority::High));
        for other in ["", " high", "normal", "2", "hıgh", "medium\n"] {
            assert_eq!(Priority::parse(other), Err(InvalidPriority), "{other:?}");
        }
    }

    #[test]
    fn ranks_are_read_back_and_compare_like_priorities() {
        for priority in Priority::ALL {
            assert_eq!(Priority::from_rank(priority.rank()), priority);
        }
        assert!(Priority::ALL.is_sorted() && Priority::ALL.is_sorted_by_key(|priority| priority.rank()));
    }
}
