//! The tasks of the servers of this program, and the baseline's operations on its database: one request, one
//! connection, one blocking call.

use domain::{TextError, Timestamp, Title};
use serde::{Deserialize, Serialize, Serializer};
use time::OffsetDateTime;
use uuid::Uuid;

const TITLE_MAX: usize = 200;

pub(super) trait Store: Send + Sync {
    fn get(&self, owner: &str, id: Uuid) -> Option<Task>;
    /// Newest first.
    fn list(&self, owner: &str, limit: i64) -> Vec<Task>;
    fn create(&self, task: Task) -> Task;
}

/// With strings of its own, or with those of a row.
#[derive(Serialize)]
pub(super) struct Task<S = String> {
    #[serde(serialize_with = "display")]
    pub(super) id: Uuid,
    pub(super) user_id: S,
    pub(super) title: S,
    pub(super) description: Option<S>,
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

#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) limit: i64,
}

impl NewTask {
    /// Its revision is set when it is stored.
    #[expect(
        clippy::disallowed_methods,
        reason = "these servers read the clock and make ids where they need them"
    )]
    pub(super) fn task(self, user_id: String) -> Result<Task, TextError> {
        let title = Title::parse(&self.title, TITLE_MAX)?.as_str().to_owned();
        let (id, now) = (Uuid::now_v7(), Timestamp::new(OffsetDateTime::now_utc()));
        let Self { description, completed, .. } = self;
        Ok(Task { id, user_id, title, description, completed, created_at: now, updated_at: now, revision: 0 })
    }
}

fn display<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
