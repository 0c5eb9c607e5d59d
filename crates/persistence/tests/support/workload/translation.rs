//! Converts between the types of the checkers and of the port.

use domain::{
    Completion, Description, Direction, EntityTags, ListQuery, Precondition, Priority, RepositoryError,
    Revision, Scope, SearchText, Sort, SortKey, Status, Task, TaskId, Timestamp, Title,
};
use uuid::Uuid;

use crate::linearizability::query::Key;
use crate::linearizability::{Change, Condition, Query, Reply, State, Tags};

const YEAR_2026: i64 = 1_795_252_517_465;

pub(super) fn owner_name(seed: u64, number: u64) -> String {
    format!("model-{seed:x}-{number}")
}

pub(super) fn task_id(number: u64) -> TaskId {
    TaskId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | number))
}

pub(super) fn time(at: i64) -> Timestamp {
    Timestamp::from_unix_millis(YEAR_2026 + at).unwrap()
}

pub(super) fn title(text: String) -> Title {
    Title::from_stored(text)
}

pub(super) fn description(text: String) -> Description {
    Description::from_stored(text)
}

pub(super) fn change(change: &Change) -> domain::Change {
    let none = domain::Change::default();
    match change.clone() {
        Change::Retitle(text) => domain::Change { title: Some(title(text)), ..none },
        Change::Describe(text) => {
            let text = Some(text).filter(|text| !text.is_empty());
            domain::Change { description: Some(text.map(description)), ..none }
        }
        Change::Complete(completed) => {
            domain::Change { completion: Some(Completion::Set(completed)), ..none }
        }
        Change::Prioritize(rank) => domain::Change { priority: Some(Priority::from_rank(rank)), ..none },
        Change::Toggle => domain::Change { completion: Some(Completion::Toggle), ..none },
        Change::RetitleAndToggle(text) => {
            domain::Change { title: Some(title(text)), completion: Some(Completion::Toggle), ..none }
        }
    }
}

pub(super) fn precondition(condition: &Condition) -> Precondition {
    let tags = |tags: &Tags| match tags {
        Tags::Any => EntityTags::Any,
        Tags::Of(revisions) => EntityTags::Revisions(revisions.iter().copied().map(Revision::new).collect()),
    };
    Precondition {
        if_match: condition.if_match.as_ref().map(tags),
        if_none_match: condition.if_none_match.as_ref().map(tags),
    }
}

pub(super) fn query(query: &Query) -> ListQuery {
    let key = match query.key {
        Key::Created => SortKey::Created,
        Key::Updated => SortKey::Updated,
        Key::Title => SortKey::Title,
    };
    let direction = if query.ascending { Direction::Ascending } else { Direction::Descending };
    let status = match query.completed {
        None => Status::All,
        Some(false) => Status::Pending,
        Some(true) => Status::Completed,
    };
    ListQuery {
        scope: Scope::Live,
        status,
        search: query.search.as_deref().and_then(|text| SearchText::parse(text).unwrap()),
        sort: Sort { key, direction },
        after: None,
        offset: query.offset,
        limit: query.limit,
        count: query.count,
        ..ListQuery::default()
    }
}

pub(super) fn shown(task: Task) -> (u64, State) {
    let (_, id) = task.id.uuid().as_u64_pair();
    let state = State {
        title: task.title.as_str().to_owned(),
        description: task.description.map(|text| text.as_str().to_owned()),
        completed: task.completed,
        priority: task.priority.rank(),
        completed_at: task.completed_at.map(|at| at.unix_millis() - YEAR_2026),
        created: task.created_at.unix_millis() - YEAR_2026,
        updated: task.updated_at.unix_millis() - YEAR_2026,
        revision: task.revision.number(),
    };
    (id & !(0b11 << 62), state)
}

pub(super) fn replied(result: Result<Task, RepositoryError>) -> Reply {
    match result {
        Ok(task) => Reply::Task(shown(task).1),
        Err(RepositoryError::NotFound) => Reply::NotFound,
        Err(RepositoryError::PreconditionFailed { current }) => Reply::Rejected { current: current.number() },
        Err(RepositoryError::AlreadyExists { current }) => {
            Reply::Taken { current: current.map(domain::Revision::number) }
        }
        Err(RepositoryError::QuotaExceeded { .. }) => Reply::Full,
        Err(error) => Reply::Failed(format!("{error:?}")),
    }
}
