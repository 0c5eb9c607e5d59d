//! The operations of the baseline on its database: one request, one connection, one blocking call.

use domain::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

pub(super) trait Store: Send + Sync {
    fn get(&self, owner: &str, id: Uuid) -> Option<Task>;
    /// Newest first.
    fn list(&self, owner: &str, limit: i64) -> Vec<Task>;
    fn create(&self, task: Task) -> Task;
}

#[derive(Serialize)]
pub(super) struct Task {
    #[serde(serialize_with = "display")]
    pub(super) id: Uuid,
    pub(super) user_id: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) completed: bool,
    #[serde(serialize_with = "display")]
    pub(super) created_at: Timestamp,
    #[serde(serialize_with = "display")]
    pub(super) updated_at: Timestamp,
    #[serde(skip)]
    pub(super) revision: i64,
}

#[derive(Deserialize)]
pub(super) struct NewTask {
    pub(super) title: String,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) completed: bool,
}

fn display<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
