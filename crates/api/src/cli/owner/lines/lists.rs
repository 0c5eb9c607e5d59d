use domain::{List, ListId, NewList, NullPolicy, OrderKey, OwnerId, Revision, Timestamp};
use persistence::EntryError;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::json::JsonObject;
use crate::http::members;

/// The members of a list that only the service writes otherwise.
#[derive(Deserialize)]
struct KeptMembers {
    id: String,
    user_id: String,
    position: String,
    created_at: String,
    updated_at: String,
    revision: i64,
}

/// Reads a list. Owner, place and revision are those of the export.
pub(super) fn list(list: &RawValue) -> Result<List, EntryError> {
    let KeptMembers { id, user_id, position, created_at, updated_at, revision } =
        serde_json::from_str(list.get())?;
    let id = ListId::parse(&id).filter(|id| !id.uuid().is_nil()).ok_or("id: must be a UUID")?;
    let position = OrderKey::parse(&position).ok_or("position: must be 1 to 64 letters and digits")?;
    let time = |name, text: &str| Timestamp::parse(text).ok_or(format!("{name}: must be a time in RFC 3339"));
    let (created_at, updated_at) = (time("created_at", &created_at)?, time("updated_at", &updated_at)?);
    let input = JsonObject::parse(list.get().as_bytes())
        .and_then(|object| object.read(NullPolicy::Reject, members::lists::read))
        .map_err(|problem| problem.to_string())?;
    let NewList { id, name, color } = input
        .into_new_list(id)
        .map_err(|violations| violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let (owner_id, revision) = (OwnerId::parse(&user_id)?, Revision::new(revision));
    Ok(List { id, owner_id, name, color, position, created_at, updated_at, revision })
}
