use super::{Field, Rule, Violation};
use crate::MoveTo;

/// The members of a move, unchecked. Null counts as absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MoveInput {
    /// The id of the neighbour that comes next.
    pub before: Field<String>,
    /// The id of the neighbour that comes before.
    pub after: Field<String>,
    /// `first` or `last`.
    pub to: Field<String>,
}

impl MoveInput {
    /// Validates the move of something with such ids.
    pub fn into_place<Id>(self, parse: impl Fn(&str) -> Option<Id>) -> Result<MoveTo<Id>, Vec<Violation>> {
        let violation = |field, rule| Violation { field, rule };
        let members =
            [(MoveTo::<Id>::BEFORE, self.before), (MoveTo::<Id>::AFTER, self.after), ("to", self.to)];
        let mut given = members.into_iter().filter_map(|(name, member)| match member {
            Field::Value(value) => Some((name, value)),
            Field::Absent | Field::Null => None,
        });
        let Some((name, value)) = given.next() else { return Err(vec![violation("to", Rule::OnePlace)]) };
        let others: Vec<Violation> = given.map(|(name, _)| violation(name, Rule::OnePlace)).collect();
        if !others.is_empty() {
            return Err(others);
        }
        let place = match (name, value.as_str()) {
            ("to", "first") => return Ok(MoveTo::First),
            ("to", "last") => return Ok(MoveTo::Last),
            ("to", _) => return Err(vec![violation(name, Rule::End)]),
            (MoveTo::<Id>::BEFORE, id) => parse(id).map(MoveTo::Before),
            (_, id) => parse(id).map(MoveTo::After),
        };
        place.ok_or_else(|| vec![violation(name, Rule::Id)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskId;

    const ID: &str = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

    fn place(before: Field<&str>, after: Field<&str>, to: Field<&str>) -> Result<MoveTo, String> {
        let owned = |field: Field<&str>| match field {
            Field::Value(text) => Field::Value(text.to_owned()),
            Field::Null => Field::Null,
            Field::Absent => Field::Absent,
        };
        let input = MoveInput { before: owned(before), after: owned(after), to: owned(to) };
        input
            .into_place(TaskId::parse)
            .map_err(|violations| violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn exactly_one_place_is_required() {
        use Field::{Absent, Null, Value};
        let id = TaskId::parse(ID).unwrap();
        assert_eq!(place(Value(ID), Absent, Absent), Ok(MoveTo::Before(id)));
        assert_eq!(place(Null, Value(&ID.to_uppercase()), Null), Ok(MoveTo::After(id)));
        assert_eq!(place(Absent, Absent, Value("first")), Ok(MoveTo::First));
        assert_eq!(place(Null, Null, Value("last")), Ok(MoveTo::Last));
        let one = "exactly one of before, after and to is required";
        assert_eq!(place(Absent, Null, Absent), Err(format!("to: {one}")));
        assert_eq!(place(Value(ID), Value(ID), Null), Err(format!("after: {one}")));
        assert_eq!(place(Value(ID), Value("x"), Value("x")), Err(format!("after: {one}; to: {one}")));
        assert_eq!(place(Value("x"), Null, Null), Err("before: must be a UUID".to_owned()));
        assert_eq!(place(Null, Value(""), Null), Err("after: must be a UUID".to_owned()));
        for to in ["", "First", "end", " first"] {
            assert_eq!(place(Null, Null, Value(to)), Err("to: must be first or last".to_owned()), "{to:?}");
        }
    }
}
