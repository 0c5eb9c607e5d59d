use std::borrow::Cow;

use serde::Serialize;

/// A step of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum Place {
    /// The name of a member.
    Name(Cow<'static, str>),
    /// The index of an element.
    Index(usize),
}

impl Place {
    /// A location as a path, such as `operations[0].task.title`; without members, what it is in.
    pub(super) fn path(loc: &[Self]) -> String {
        let members = loc.get(1..).filter(|members| !members.is_empty()).unwrap_or(loc);
        let steps = members.iter().enumerate().map(|(depth, place)| match place {
            Self::Name(name) if depth > 0 => format!(".{name}"),
            Self::Name(name) => name.to_string(),
            Self::Index(index) => format!("[{index}]"),
        });
        steps.collect()
    }
}

impl From<&str> for Place {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned().into())
    }
}
