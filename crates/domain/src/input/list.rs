use super::{Field, NullPolicy, Rule, Violation, Violations};
use crate::{Color, ListChange, ListId, ListName, NewList};

/// The members of a list that a caller may write, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListInput {
    /// The name.
    pub name: Field<String>,
    /// The color; null clears it.
    pub color: Field<String>,
}

impl ListInput {
    /// Validates a new list: the name is required.
    pub fn into_new_list(self, id: ListId) -> Result<NewList, Vec<Violation>> {
        let mut violations = Violations::default();
        if self.name == Field::Absent {
            violations.add("name", Rule::Required);
        }
        let ListChange { name, color } = self.collect(NullPolicy::Reject, &mut violations);
        match (violations.none()?, name) {
            ((), Some(name)) => Ok(NewList { id, name, color: color.flatten() }),
            ((), None) => Err(vec![Violation { field: "name", rule: Rule::Required }]),
        }
    }

    /// Validates a change of an existing list.
    pub fn into_change(self, nulls: NullPolicy) -> Result<ListChange, Vec<Violation>> {
        let mut violations = Violations::default();
        let change = self.collect(nulls, &mut violations);
        violations.none().map(|()| change)
    }

    fn collect(self, nulls: NullPolicy, violations: &mut Violations) -> ListChange {
        let Self { name, color } = self;
        let name = violations.present("name", name, nulls);
        let name = name.and_then(|text| violations.parsed("name", ListName::parse(&text)));
        let color = match color {
            Field::Absent => None,
            Field::Null => Some(None),
            Field::Value(text) => violations.parsed("color", Color::parse(&text)).map(Some),
        };
        ListChange { name, color }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn violations(result: Result<impl Sized, Vec<Violation>>) -> Vec<String> {
        result.err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    fn input(name: Field<&str>, color: Field<&str>) -> ListInput {
        let owned = |field| match field {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Value(text) => Field::Value(str::to_owned(text)),
        };
        ListInput { name: owned(name), color: owned(color) }
    }

    #[test]
    fn new_lists_require_a_name() {
        let new = |name, color| input(name, color).into_new_list(ListId::new(Uuid::nil()));
        assert_eq!(violations(new(Field::Absent, Field::Null)), ["name: is required"]);
        assert_eq!(violations(new(Field::Null, Field::Absent)), ["name: must not be null"]);
        let expected = ["name: must not be empty", "color: must be a color like #1e90ff"];
        assert_eq!(violations(new(Field::Value(" "), Field::Value("red"))), expected);
        let list = new(Field::Value(" Home "), Field::Value("#1E90FF")).unwrap();
        assert_eq!((list.name.as_str(), list.color), ("Home", Color::parse("#1e90ff").ok()));
    }

    #[test]
    fn null_policy_ignores_or_rejects_a_null_name() {
        let nulls = || input(Field::Null, Field::Null);
        let cleared = ListChange { name: None, color: Some(None) };
        assert_eq!(nulls().into_change(NullPolicy::Ignore).unwrap(), cleared);
        assert_eq!(violations(nulls().into_change(NullPolicy::Reject)), ["name: must not be null"]);
        assert_eq!(ListInput::default().into_change(NullPolicy::Reject).unwrap(), ListChange::default());
    }
}
