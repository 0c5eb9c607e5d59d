use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{MemberKind, Mismatch, ReadMember, WriteMember, bare};

/// An integer between two bounds, both inclusive. Types of the domain convert with `TryFrom<i64>` and `Into<i64>`.
pub(crate) enum Integer<const MIN: i64, const MAX: i64> {}

impl<const MIN: i64, const MAX: i64> MemberKind for Integer<MIN, MAX> {
    const TYPE: Type = Type::Integer;

    fn limits(schema: ObjectBuilder) -> ObjectBuilder {
        schema.minimum(Some(MIN)).maximum(Some(MAX))
    }
}

impl<const MIN: i64, const MAX: i64, T: TryFrom<i64>> ReadMember<T> for Integer<MIN, MAX> {
    fn read(value: Value) -> Result<T, Mismatch> {
        let kind = match integer(&value) {
            None => "int_type",
            Some(number) if number < MIN => "greater_than_equal",
            Some(number) => match T::try_from(number) {
                Ok(value) if number <= MAX => return Ok(value),
                _ => "less_than_equal",
            },
        };
        Err(Mismatch(format!("must be an integer from {MIN} to {MAX}").into(), kind))
    }
}

/// JSON Schema counts 1.0 and 1e0 as integers, so they are read as such.
fn integer(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, far beyond any bound in use")]
    let whole = |number: f64| (number.fract() == 0.0).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

impl<const MIN: i64, const MAX: i64, T: Copy + Into<i64>> WriteMember<T> for Integer<MIN, MAX> {
    fn write(value: &T, json: &mut Vec<u8>) {
        bare(json, (*value).into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<i16, &'static str> {
        Integer::<0, 4>::read(value).map_err(|Mismatch(msg, kind)| {
            assert_eq!(msg, "must be an integer from 0 to 4");
            kind
        })
    }

    #[test]
    fn integers_within_the_bounds_are_read() {
        for (value, expected) in [(json!(0), 0), (json!(4), 4), (json!(2.0), 2), (json!(-0.0), 0)] {
            assert_eq!(read(value), Ok(expected));
        }
    }

    #[test]
    fn other_types_and_fractions_are_rejected() {
        for value in [json!(1.5), json!("2"), json!(true), json!([2]), json!({})] {
            assert_eq!(read(value), Err("int_type"));
        }
    }

    #[test]
    fn numbers_beyond_the_bounds_are_rejected() {
        for value in [json!(5), json!(3_000_000_000_u32), json!(u64::MAX), json!(f64::MAX)] {
            assert_eq!(read(value), Err("less_than_equal"));
        }
        for value in [json!(-1), json!(i64::MIN), json!(f64::MIN)] {
            assert_eq!(read(value), Err("greater_than_equal"));
        }
    }

    #[test]
    fn bounds_wider_than_the_type_do_not_wrap() {
        let read: Result<i8, _> = Integer::<0, 1000>::read(json!(300));
        assert!(read.is_err());
    }
}
