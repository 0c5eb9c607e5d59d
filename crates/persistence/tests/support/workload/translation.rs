//! Converts between the types of the checkers and of the port.

use domain::{
    AtRevision, ChangedObject, Completion, CountedList, Description, Direction, EntityTags, List, ListFilter,
    ListId, ListName, ListQuery, MoveTo, ObjectId, Precondition, Priority, RepositoryError, Revision, Scope,
    SearchText, Sort, SortKey, Status, Task, TaskId, Timestamp, Title,
};
use uuid::Uuid;

use crate::linearizability::feed::{Changed, Object};
use crate::linearizability::query::Key;
use crate::linearizability::{Change, Condition, ListState, Query, Reply, State, Tags, To};

const YEAR_2026: i64 = 1_795_252_517_465;

pub(super) fn owner_name(seed: u64, number: u64) -> String {
    format!("model-{seed:x}-{number}")
}

pub(super) fn task_id(number: u64) -> TaskId {
    TaskId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | number))
}

pub(super) fn list_id(number: u64) -> ListId {
    ListId::new(task_id(number).uuid())
}

pub(super) fn number(id: Uuid) -> u64 {
    id.as_u64_pair().1 & !(0b11 << 62)
}

pub(super) fn move_to<Id>(to: To, id: impl Fn(u64) -> Id) -> MoveTo<Id> {
    match to {
        To::First => MoveTo::First,
        To::Last => MoveTo::Last,
        To::Before(neighbour) => MoveTo::Before(id(neighbour)),
        To::After(neighbour) => MoveTo::After(id(neighbour)),
    }
}

pub(super) fn list_name(text: &str) -> ListName {
    ListName::parse(text).unwrap()
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
        Change::List(list) => domain::Change { list_id: Some(list.map(list_id)), ..none },
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
        Key::Position => SortKey::Position,
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
        list: query
            .list
            .map(|filter| filter.list().map_or(ListFilter::None, |list| ListFilter::Of(list_id(list)))),
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
    let state = State {
        title: task.title.as_str().to_owned(),
        description: task.description.map(|text| text.as_str().to_owned()),
        completed: task.completed,
        priority: task.priority.rank(),
        completed_at: task.completed_at.map(millis),
        created: millis(task.created_at),
        updated: millis(task.updated_at),
        list: task.list_id.map(|list| number(list.uuid())),
        position: task.position.to_string(),
        revision: task.revision.number(),
    };
    (number(task.id.uuid()), state)
}

pub(super) fn shown_list(list: &List) -> (u64, ListState) {
    let state = ListState {
        name: list.name.as_str().to_owned(),
        created: millis(list.created_at),
        updated: millis(list.updated_at),
        position: list.position.to_string(),
        revision: list.revision.number(),
    };
    (number(list.id.uuid()), state)
}

pub(super) fn shown_lists(lists: AtRevision<Vec<CountedList>>) -> Reply {
    let shown = |counted: CountedList| {
        let (id, state) = shown_list(&counted.list);
        (id, state, [counted.open, counted.completed])
    };
    Reply::TaskLists(lists.read.into_iter().map(shown).collect())
}

pub(super) fn shown_change(changed: ChangedObject) -> Changed {
    match changed {
        ChangedObject::Task(task) => {
            let (id, state) = shown(task);
            Changed::Task(id, state)
        }
        ChangedObject::List(list) => {
            let (id, state) = shown_list(&list);
            Changed::List(id, state)
        }
        ChangedObject::Deleted(id, revision) => Changed::Deleted(object(id), revision.number()),
    }
}

pub(super) fn object(id: ObjectId) -> Object {
    match id {
        ObjectId::List(id) => Object::List(number(id.uuid())),
        ObjectId::Task(id) => Object::Task(number(id.uuid())),
    }
}

fn millis(time: Timestamp) -> i64 {
    time.unix_millis() - YEAR_2026
}

pub(super) fn replied(result: Result<Task, RepositoryError>) -> Reply {
    result.map_or_else(failed, |task| Reply::Task(shown(task).1))
}

pub(super) fn failed(error: RepositoryError) -> Reply {
    match error {
        RepositoryError::NotFound => Reply::NotFound,
        RepositoryError::PreconditionFailed { current } => Reply::Rejected { current: current.number() },
        RepositoryError::AlreadyExists { current } => {
            Reply::Taken { current: current.map(domain::Revision::number) }
        }
        RepositoryError::QuotaExceeded { .. } => Reply::Full,
        RepositoryError::UnknownList => Reply::NoList,
        RepositoryError::UnknownNeighbour { .. } => Reply::NoNeighbour,
        RepositoryError::NameTaken => Reply::NameTaken,
        error => Reply::Failed(format!("{error:?}")),
    }
}
