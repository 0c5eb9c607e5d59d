//! Reads one operation.

use actix_web::http::StatusCode;
use domain::{
    Command, Completion, EntityTags, Field, MoveInput, NullPolicy, Operation, Precondition, Revision,
    TaskError, TaskId, Tasks,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{OPERATIONS_MAX, present};
use crate::http::json::{self, JsonObject};
use crate::http::members::{
    Boolean, Integer, MEMBERS, MemberKind, Mismatch, REVISION_MAX, ReadMember, Reader,
};
use crate::http::problem::{Place, Problem, ProblemKind};

/// The members of an operation.
const OP: &str = "op";
const ID: &str = "id";
const TASK: &str = "task";
pub(crate) const IF_MATCH: &str = "if_match";
const OPERATION: &str = "operation";

/// The highest index of an operation.
const INDEX_MAX: i64 = OPERATIONS_MAX.cast_signed() as i64 - 1;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Complete,
    Delete,
    Restore,
    Move,
}

impl Verb {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Create, Self::Update, Self::Complete, Self::Delete, Self::Restore, Self::Move];

    /// Its name in the member `op`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Complete => "complete",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Move => "move",
        }
    }

    /// The place of the members that its command names, within the operation.
    pub(super) fn place(self) -> Option<Place> {
        matches!(self, Self::Create | Self::Update).then(|| TASK.into())
    }

    /// The status of its success, as of its route.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Create => StatusCode::CREATED,
            Self::Delete => StatusCode::NO_CONTENT,
            Self::Update | Self::Complete | Self::Restore | Self::Move => StatusCode::OK,
        }
    }
}

/// The members of an operation, except `task`.
struct Members {
    verb: Verb,
    id: Option<TaskId>,
    condition: Option<Condition>,
    completed: bool,
    place: MoveInput,
}

/// What `if_match` requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// The task is at this revision.
    Revision(Revision),
    /// It is at the revision at which this operation left it.
    UnchangedSince(usize),
}

/// Reads an operation.
pub(super) fn read(text: &RawValue, tasks: &Tasks) -> Result<(Operation, Verb), Problem> {
    let body = text.get().as_bytes();
    let (object, task) = JsonObject::parse_keeping(body, Some(TASK)).map_err(of_operation)?;
    let members = object.read(NullPolicy::Ignore, members)?;
    let Members { verb, id, condition, completed, place } = members.ok_or_else(|| missing(OP))?;
    let (precondition, unchanged_since) = match condition {
        None => (Precondition::default(), None),
        Some(Condition::UnchangedSince(index)) => (Precondition::default(), Some(index)),
        Some(Condition::Revision(revision)) => (at(revision), None),
    };
    let command = match (verb, id) {
        (Verb::Create, id) => {
            let new = object_of(task)?.into_new_task(tasks).map_err(in_task)?;
            Command::Create(if let Some(id) = id { new.with_id(id) } else { new })
        }
        (_, None) => return Err(missing(ID)),
        (Verb::Update, Some(id)) => {
            let change = object_of(task)?.into_change(tasks, NullPolicy::Reject).map_err(in_task)?;
            Command::Update { id, change, precondition }
        }
        (Verb::Complete, Some(id)) => tasks.completion(id, Completion::Set(completed), precondition),
        (Verb::Delete, Some(id)) => tasks.deletion(id, precondition),
        (Verb::Restore, Some(id)) => Command::Restore { id, precondition },
        (Verb::Move, Some(id)) => {
            let to = place.into_place(TaskId::parse).map_err(TaskError::Invalid)?;
            Command::Move { id, to, precondition }
        }
    };
    Ok((Operation { command: Some(command), unchanged_since }, verb))
}

fn members(reader: &mut Reader) -> Option<Members> {
    let verb = reader.optional::<Verb, Verb>(OP)?;
    let id = if verb == Verb::Create {
        reader.optional::<NewId, TaskId>(ID)
    } else {
        reader.optional::<Id, TaskId>(ID)
    };
    let has_condition = verb != Verb::Create;
    let condition = has_condition.then(|| condition(reader)).flatten();
    let completed = match verb {
        Verb::Complete => reader.input::<Boolean, bool>(&MEMBERS.completed),
        _ => Field::Absent,
    };
    // A flip would be undone by a retry.
    let completed = if let Field::Value(completed) = completed { completed } else { true };
    let place = if verb == Verb::Move { json::place(reader) } else { MoveInput::default() };
    Some(Members { verb, id, condition, completed, place })
}

/// The index of an earlier operation, or a revision.
fn condition(reader: &mut Reader) -> Option<Condition> {
    let index = |reader: &mut Reader| reader.required::<Integer<0, INDEX_MAX>, i64>(OPERATION);
    match reader.object(IF_MATCH, index) {
        Some(index) => Some(Condition::UnchangedSince(usize::try_from(index?).unwrap_or(usize::MAX))),
        None => reader.optional::<Condition, Condition>(IF_MATCH),
    }
}

fn at(revision: Revision) -> Precondition {
    let if_match = Some(EntityTags::Revisions(vec![revision]));
    Precondition { if_match, ..Precondition::default() }
}

/// The object in the member `task`.
fn object_of(text: Option<&RawValue>) -> Result<JsonObject, Problem> {
    let text = present(text).ok_or_else(|| missing(TASK))?;
    JsonObject::parse(text.get().as_bytes()).map_err(of_operation).map_err(in_task)
}

fn in_task(problem: Problem) -> Problem {
    problem.at(&[TASK.into()])
}

fn missing(name: &str) -> Problem {
    Problem::invalid_member(name, "is required", "missing")
}

/// What is malformed is the operation, and the rest of the body is not.
fn of_operation(problem: Problem) -> Problem {
    if problem.kind() != ProblemKind::InvalidJson {
        return problem;
    }
    let detail = "The operation has duplicate member names, or a value that is not well-formed.";
    Problem::new(ProblemKind::InvalidJson, detail)
}

impl MemberKind for Verb {}

impl ReadMember<Self> for Verb {
    fn read(value: Value) -> Result<Self, Mismatch> {
        let find = |text: &str| Self::ALL.into_iter().find(|verb| verb.name() == text);
        let names = || Self::ALL.map(Self::name).join(", ");
        value
            .as_str()
            .and_then(find)
            .ok_or_else(|| Mismatch(format!("must be one of {}", names()).into(), "enum"))
    }
}

/// The id of a task.
enum Id {}

impl MemberKind for Id {}

impl ReadMember<TaskId> for Id {
    fn read(value: Value) -> Result<TaskId, Mismatch> {
        let Value::String(text) = value else {
            return Err(Mismatch("must be a string".into(), "string_type"));
        };
        TaskId::parse(&text).ok_or(Mismatch("must be a UUID".into(), "uuid_parsing"))
    }
}

/// The id of a task to create.
enum NewId {}

impl MemberKind for NewId {}

impl ReadMember<TaskId> for NewId {
    fn read(value: Value) -> Result<TaskId, Mismatch> {
        let id = Id::read(value)?;
        let msg = "must be a UUID of version 4 or 7";
        if id.may_be_chosen() { Ok(id) } else { Err(Mismatch(msg.into(), "uuid_version")) }
    }
}

impl MemberKind for Condition {}

impl ReadMember<Self> for Condition {
    fn read(value: Value) -> Result<Self, Mismatch> {
        let revision: Result<i64, Mismatch> = Integer::<1, REVISION_MAX>::read(value);
        let msg = "must be a revision, or an object with the index of an operation";
        revision
            .map(|number| Self::Revision(Revision::new(number)))
            .map_err(|Mismatch(_, kind)| Mismatch(msg.into(), kind))
    }
}
