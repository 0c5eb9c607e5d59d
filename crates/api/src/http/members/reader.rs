//! Reads members from the object that a client sent.

use std::collections::HashMap;

use domain::{Field, NullPolicy};
use serde_json::Value;

use super::kinds::{Mismatch, ReadMember};
use super::table::Member;
use crate::http::problem::{FieldError, Problem};

/// Removes members from an object and collects their errors.
pub(crate) struct Reader {
    members: HashMap<String, Value>,
    nulls: NullPolicy,
    errors: Vec<FieldError>,
}

impl Reader {
    /// Reads members, and fails if one of them is invalid.
    pub(crate) fn read_all<T>(
        members: HashMap<String, Value>,
        nulls: NullPolicy,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, Problem> {
        let mut reader = Self { members, nulls, errors: Vec::new() };
        let value = read(&mut reader);
        if reader.errors.is_empty() { Ok(value) } else { Err(Problem::invalid(reader.errors)) }
    }

    /// Reads a member. With an alias, either name is enough; a null under either counts where nulls are rejected.
    pub(crate) fn input<K: ReadMember<T>, T: PartialEq>(&mut self, member: &Member) -> Field<T> {
        let value = self.take::<K, T>(member.name);
        let Some(alias) = member.input.as_ref().and_then(|input| input.alias.as_ref()) else { return value };
        match (value, self.take::<K, T>(alias.name)) {
            (Field::Value(one), Field::Value(other)) if one != other => {
                let msg = format!("{} and {} contradict each other", member.name, alias.name);
                self.errors.push(FieldError::body(member.name, msg, "contradiction"));
                Field::Absent
            }
            (Field::Absent, one) | (one, Field::Absent) => one,
            (Field::Null, _) | (_, Field::Null) if self.nulls == NullPolicy::Reject => Field::Null,
            (Field::Null, other) | (other, _) => other,
        }
    }

    fn take<K: ReadMember<T>, T>(&mut self, name: &str) -> Field<T> {
        match self.members.remove(name) {
            None => Field::Absent,
            Some(Value::Null) => Field::Null,
            Some(value) => match K::read(value) {
                Ok(value) => Field::Value(value),
                Err(Mismatch(msg, kind)) => {
                    self.errors.push(FieldError::body(name, msg, kind));
                    Field::Absent
                }
            },
        }
    }
}
