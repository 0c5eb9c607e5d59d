//! Changes as JSON.

use std::io::Write;

use actix_web::http::header::ContentEncoding;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::{ChangedObject, Changes, ObjectId};

use super::lists::{self, ListJson};
use super::{TaskJson, enclosed, estimated_bytes_of};
use crate::http::write_json::WriteJson;

/// The types of objects.
pub(crate) const TASK: &str = "task";
/// See [`TASK`].
pub(crate) const LIST: &str = "list";

/// An object that is as the change has it.
pub(crate) const PUT: &str = "put";
/// An object that is deleted, or a task in the trash.
pub(crate) const DELETED: &str = "deleted";

/// A change as JSON, with the task or the list unless it is deleted. A list has no counts, which every task changes.
pub(crate) struct ChangeJson<'a>(pub(crate) &'a ChangedObject);

impl WriteJson for ChangeJson<'_> {
    fn write_json(&self, json: &mut Vec<u8>) {
        let object = self.0;
        let (r#type, id) = match object.id() {
            ObjectId::Task(id) => (TASK, id.uuid()),
            ObjectId::List(id) => (LIST, id.uuid()),
        };
        let kind = if matches!(object, ChangedObject::Deleted(..)) { DELETED } else { PUT };
        let revision = object.revision();
        let _ = write!(json, r#"{{"revision":{revision},"type":"{type}","kind":"{kind}","id":"{id}""#);
        match object {
            ChangedObject::Task(task) => {
                json.extend_from_slice(b",\"task\":");
                TaskJson(task).write_json(json);
            }
            ChangedObject::List(list) => {
                json.extend_from_slice(b",\"list\":");
                ListJson(list).write_json(json);
            }
            ChangedObject::Deleted(..) => {}
        }
        json.push(b'}');
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
    enclosed(builder, around, ChangeJson, bytes, coding, hold).await
}
