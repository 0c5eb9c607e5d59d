//! The structure of the table of members, and its expansion.

use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::kinds::MemberKind;

/// One member of a task.
pub(crate) struct Member {
    /// Its name in JSON; by default that of the field.
    pub(crate) name: &'static str,
    /// Its description.
    pub(crate) text: &'static str,
    /// Adds to the schema of responses.
    pub(crate) limits: fn(ObjectBuilder) -> ObjectBuilder,
    /// Its values in the example responses: an open task, a completed one.
    pub(crate) examples: fn() -> [Value; 2],
    /// Its definition in requests, if it is writable.
    pub(crate) input: Option<Input>,
    /// [`MemberKind::TYPE`]
    pub(crate) schema_type: Type,
    /// [`MemberKind::NULLABLE`]
    pub(crate) nullable: bool,
    /// [`MemberKind::limits`]
    pub(crate) kind_limits: fn(ObjectBuilder) -> ObjectBuilder,
}

/// The definition of a member in requests.
pub(crate) struct Input {
    /// Whether a new task needs it.
    pub(crate) required: bool,
    /// Whether null clears the member although responses never have null.
    pub(crate) nullable: bool,
    /// Whether null means the default in a new task and in an update.
    pub(crate) null_is_default: bool,
    /// Other names under which it is read. Of several that are sent, the first one in this order counts, its own name first.
    pub(crate) aliases: &'static [Alias],
    /// Adds to the schemas of requests.
    pub(crate) limits: fn(ObjectBuilder) -> ObjectBuilder,
    /// Its values in the example requests: a new task, a change.
    pub(crate) examples: fn() -> [Value; 2],
}

/// Another name of a boolean member.
pub(crate) struct Alias {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// The texts that stand for the values; without any, the values are those of the member.
    pub(crate) names: &'static [(&'static str, bool)],
}

impl Member {
    /// A member of this kind and name, with the defaults.
    pub(super) const fn new<K: MemberKind>(name: &'static str) -> Self {
        Self {
            name,
            text: "",
            limits: |schema| schema,
            examples: || [Value::Null, Value::Null],
            input: None,
            schema_type: K::TYPE,
            nullable: K::NULLABLE,
            kind_limits: K::limits,
        }
    }
}

impl Input {
    /// An optional member without aliases.
    pub(super) const DEFAULT: Self = Self {
        required: false,
        nullable: false,
        null_is_default: false,
        aliases: &[],
        limits: |schema| schema,
        examples: || [Value::Null, Value::Null],
    };
}

/// Expands to the declarations (`MEMBERS`), to `write`, which writes a task, and to `read`, which reads the input.
/// Both name every field of their struct, so that the compiler finds a field that has no entry: `missing field` of the
/// input, and, as the pattern in `write` is made by a macro, `inaccessible fields` of the task.
macro_rules! members {
    (
        $task:ident $(without $($hidden:ident)+)?, $task_input:ident;
        $($field:ident: $kind:ty { $($member:tt)* } $($input:ident { $($rules:tt)* })?,)+
    ) => {
        /// The members, by field.
        pub(crate) struct Members {
            $(pub(crate) $field: $crate::http::members::Member,)+
        }

        pub(crate) static MEMBERS: Members = Members {
            $($field: $crate::http::members::Member {
                $($member)*
                $($input: Some($crate::http::members::Input { $($rules)* ..$crate::http::members::Input::DEFAULT }),)?
                ..$crate::http::members::Member::new::<$kind>(stringify!($field))
            },)+
        };

        impl Members {
            /// All of them, in the order in which responses have them.
            pub(crate) fn all(&'static self) -> impl Iterator<Item = &'static $crate::http::members::Member> {
                [$(&self.$field),+].into_iter()
            }
        }

        /// Appends the members of a task as JSON, without the braces around them.
        pub(crate) fn write(task: &$task, json: &mut Vec<u8>) {
            let $task { $($field,)+ $($($hidden: _,)+)? } = task;
            $(
                json.push(b'"');
                json.extend_from_slice(MEMBERS.$field.name.as_bytes());
                json.extend_from_slice(b"\":");
                <$kind as $crate::http::members::kinds::WriteMember<_>>::write($field, json);
                json.push(b',');
            )+
            json.pop();
        }

        /// Reads the writable members. `input` is a method here because a macro must repeat a token of what
        /// is optional.
        pub(crate) fn read(reader: &mut $crate::http::members::Reader) -> $task_input {
            $task_input { $($($field: reader.$input::<$kind, _>(&MEMBERS.$field),)?)+ }
        }
    };
}

pub(super) use members;
