//! Reads members from the object that a client sent.

use std::collections::HashMap;

use domain::{Field, NullPolicy, Rule, Violation};
use serde_json::Value;

use super::kinds::{Mismatch, ReadMember, Text};
use super::table::Member;
use crate::http::problem::{FieldError, Problem};

/// Removes members from an object and collects their errors.
pub(crate) struct Reader {
    members: HashMap<String, Value>,
    nulls: NullPolicy,
    errors: Vec<FieldError>,
}

impl Reader {
    /// Reads members and validates them, and fails if one of them is invalid. One of the wrong type counts as absent for the
    /// others, and its own error is that of the type.
    pub(crate) fn read_all<I, T>(
        members: HashMap<String, Value>,
        nulls: NullPolicy,
        read: impl FnOnce(&mut Self) -> I,
        validate: impl FnOnce(I) -> Result<T, Vec<Violation>>,
    ) -> Result<T, Problem> {
        let mut reader = Self { members, nulls, errors: Vec::new() };
        let input = read(&mut reader);
        let mut errors = reader.errors;
        let violations = match validate(input) {
            Ok(valid) if errors.is_empty() => return Ok(valid),
            Ok(_) => Vec::new(),
            Err(violations) => violations,
        };
        for error in violations.iter().map(FieldError::from) {
            if errors.iter().all(|known| known.loc != error.loc) {
                errors.push(error);
            }
        }
        Err(Problem::invalid(errors))
    }

    /// Reads a member. Under several names each value must be valid, and the first one counts. Where nulls are rejected, an
    /// error names the alias that is null: no member with aliases is nullable.
    pub(crate) fn input<K: ReadMember<T>, T>(&mut self, member: &Member) -> Field<T> {
        let mut read = self.take::<K, T>(member.name, &[]);
        for alias in member.input.iter().flat_map(|input| input.aliases) {
            read = match (read, self.take::<K, T>(alias.name, alias.names)) {
                (read, Field::Null) if self.nulls == NullPolicy::Reject => {
                    let error = FieldError::from(&Violation { field: alias.name, rule: Rule::NotNull });
                    self.errors.push(error);
                    read
                }
                (Field::Absent, one) | (one, Field::Absent) => one,
                (Field::Null, _) if self.nulls == NullPolicy::Reject => Field::Null,
                (Field::Null, other) | (other, _) => other,
            };
        }
        read
    }

    /// Reads a text that is no member of a task.
    pub(crate) fn text(&mut self, name: &str) -> Field<String> {
        self.take::<Text, _>(name, &[])
    }

    /// Reads a member that may be absent, as null.
    pub(crate) fn optional<K: ReadMember<T>, T>(&mut self, name: &str) -> Option<T> {
        match self.take::<K, T>(name, &[]) {
            Field::Value(value) => Some(value),
            Field::Absent | Field::Null => None,
        }
    }

    /// Reads a member that must be there.
    pub(crate) fn required<K: ReadMember<T>, T>(&mut self, name: &str) -> Option<T> {
        let errors = self.errors.len();
        let read = self.optional::<K, T>(name);
        if read.is_none() && self.errors.len() == errors {
            self.errors.push(FieldError::body(name, "is required", "missing"));
        }
        read
    }

    /// Reads the members of an object. A member that is none remains, to be read as another kind.
    pub(crate) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let (name, value) = self.members.remove_entry(name)?;
        let Value::Object(members) = value else {
            self.members.insert(name, value);
            return None;
        };
        let mut inner =
            Self { members: members.into_iter().collect(), nulls: self.nulls, errors: Vec::new() };
        let read = read(&mut inner);
        for mut error in inner.errors {
            error.loc.insert(1, name.as_str().into());
            self.errors.push(error);
        }
        Some(read)
    }

    fn take<K: ReadMember<T>, T>(&mut self, name: &str, names: &[(&str, bool)]) -> Field<T> {
        match self.members.remove(name) {
            None => Field::Absent,
            Some(Value::Null) => Field::Null,
            Some(value) => match named(value, names).and_then(K::read) {
                Ok(value) => Field::Value(value),
                Err(Mismatch(msg, kind)) => {
                    self.errors.push(FieldError::body(name, msg, kind));
                    Field::Absent
                }
            },
        }
    }
}

/// The value that a text stands for, if the member is spelled with texts.
fn named(value: Value, names: &[(&str, bool)]) -> Result<Value, Mismatch> {
    if names.is_empty() {
        return Ok(value);
    }
    let text = value.as_str().unwrap_or_default();
    let of_text = names.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    let known = || names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    of_text
        .map(|(_, value)| Value::Bool(*value))
        .ok_or_else(|| Mismatch(format!("must be one of {}", known()).into(), "enum"))
}
