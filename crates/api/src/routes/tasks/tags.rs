use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::AtRevision;

use super::url;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional::Collection;
use crate::http::problem::Problem;
use crate::http::write_json::WriteJson;
use crate::http::{encoding, representation};
use crate::openapi::parameters::{ListConditions, OwnerPath};
use crate::openapi::responses::UsedTags;
use crate::state::AppState;

/// A tag, and how many tasks have it
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct TagCount<'a> {
    /// The spelling most used.
    #[schema(min_length = 1, max_length = 50)]
    name: &'a str,
    /// The number of tasks that have the tag, in any spelling.
    #[schema(minimum = 1)]
    count: u64,
}

impl<'a> TagCount<'a> {
    fn of(counted: &'a domain::TagCount) -> Self {
        Self::new(counted.tag.as_str(), counted.count)
    }

    /// The JSON of a tag and its count.
    pub(crate) const fn new(name: &'a str, count: u64) -> Self {
        Self { name, count }
    }
}

impl WriteJson for TagCount<'_> {
    fn write_json(&self, json: &mut Vec<u8>) {
        // A text and a number.
        let _ = serde_json::to_writer(json, self);
    }
}

/// Counts the tags of the user's tasks
///
/// Without tasks in the trash. Spellings that differ only in case are one tag. Sorted by name, case-insensitive; the 1,000
/// tags most used, if there are more. 304 if `If-None-Match` has the current entity tag.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/tags",
    tag = "tasks",
    operation_id = "list_tags",
    params(OwnerPath, ListConditions),
    responses(UsedTags)
)]
pub(crate) async fn tags(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let by_time = (state.tasks.now(), false);
    let collection = Collection::read(&request, &url(&request, &state), &owner, by_time)?;
    let mut response = HttpResponse::Ok();
    if let Some((_, tag)) = collection.unchanged(&state.tasks).await? {
        return Ok(representation::unchanged_collection(response.insert_header((header::ETAG, tag))));
    }
    state.unsent_lists.check(&owner)?;
    let AtRevision { read: tags, at } = state.tasks.tags(&owner).await?;
    response.insert_header((header::ETAG, collection.tag(at, None)));
    let bytes = 2 + tags.iter().map(|one| one.tag.as_str().len() + 32).sum::<usize>();
    let unsent = state.unsent_lists.take(&owner, bytes)?;
    let coding = encoding::accepted(&request);
    Ok(representation::collection(&mut response, &tags, TagCount::of, bytes, coding, |list| {
        unsent.hold(list)
    })
    .await)
}
