//! Changes as JSON.

use actix_web::http::header::ContentEncoding;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::{ChangedObject, Changes, ObjectId};
use serde::Serialize;
use uuid::Uuid;

use super::lists::{self, ListJson};
use super::{TaskJson, enclosed, estimated_bytes_of};

/// The types of objects.
pub(crate) const TASK: &str = "task";
/// See [`TASK`].
pub(crate) const LIST: &str = "list";

/// An object that is as the change has it.
pub(crate) const PUT: &str = "put";
/// An object that is deleted, or a task in the trash.
pub(crate) const DELETED: &str = "deleted";

/// A change as JSON, with the task or the list unless it is deleted. A list has no counts, which every task changes.
#[derive(Serialize)]
pub(crate) struct ChangeJson<'a> {
    revision: i64,
    r#type: &'static str,
    kind: &'static str,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<TaskJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListJson<'a>>,
}

impl<'a> ChangeJson<'a> {
    /// The JSON of a change.
    pub(crate) fn of(object: &'a ChangedObject) -> Self {
        let (r#type, id) = match object.id() {
            ObjectId::Task(id) => (TASK, id.uuid()),
            ObjectId::List(id) => (LIST, id.uuid()),
        };
        let (task, list) = match object {
            ChangedObject::Task(task) => (Some(TaskJson(task)), None),
            ChangedObject::List(list) => (None, Some(ListJson(list))),
            ChangedObject::Deleted(..) => (None, None),
        };
        let kind = if task.is_some() || list.is_some() { PUT } else { DELETED };
        Self { revision: object.revision().number(), r#type, kind, id, task, list }
    }
}

/// The size of a page: exact for the texts of tasks, unless characters are escaped, and on average for the rest.
pub(crate) fn estimated_bytes(changes: &[ChangedObject]) -> usize {
    /// The members that each change has.
    const FRAME: usize = 112;
    let object = |object: &ChangedObject| match object {
        ChangedObject::Task(task) => estimated_bytes_of(task),
        ChangedObject::List(_) => lists::estimated_bytes(1),
        ChangedObject::Deleted(..) => 0,
    };
    128 + changes.iter().map(|change| FRAME + object(change)).sum::<usize>()
}

/// Responds with a page and the text of the position after it.
pub(crate) async fn page(
    builder: &mut HttpResponseBuilder,
    page: &Changes,
    next: &str,
    coding: ContentEncoding,
    hold: impl FnOnce(Vec<u8>) -> Bytes,
) -> HttpResponse {
    // A position has no characters that JSON escapes.
    let after = format!("],\"next\":\"{next}\",\"more\":{}}}", page.more);
    let around = ("{\"changes\":[", &*page.changes, &*after);
    let bytes = estimated_bytes(&page.changes);
    enclosed(builder, around, ChangeJson::of, bytes, coding, hold).await
}
