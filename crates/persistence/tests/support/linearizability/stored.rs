use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Text};

/// What the database keeps when all is over.
pub(crate) struct StoredState {
    pub(crate) owners: Vec<OwnerRow>,
    pub(crate) tasks: Vec<TaskRow>,
}

#[derive(QueryableByName)]
pub(crate) struct OwnerRow {
    #[diesel(sql_type = Text)]
    pub(crate) owner_id: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) revision: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) live_tasks: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) trashed_tasks: i64,
}

#[derive(QueryableByName)]
pub(crate) struct TaskRow {
    #[diesel(sql_type = Text)]
    pub(crate) owner_id: String,
    /// The id in hexadecimal digits, which may be partitioned by hyphens.
    #[diesel(sql_type = Text)]
    pub(crate) id: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) revision: i64,
    #[diesel(sql_type = Bool)]
    pub(crate) deleted: bool,
}

/// The stored state of one owner; empty for an owner who never had a task.
#[derive(Debug, Default)]
pub(crate) struct StoredOwner {
    pub(crate) revision: i64,
    pub(crate) live_tasks: i64,
    pub(crate) trashed_tasks: i64,
    /// Of each task its revision, and whether it is in the trash or a tombstone.
    pub(crate) tasks: BTreeMap<u64, (i64, bool)>,
}

impl StoredState {
    pub(super) fn of(&self, owner: &str) -> StoredOwner {
        let tasks = self.tasks.iter().filter(|task| task.owner_id == owner);
        let mut all = BTreeMap::new();
        for task in tasks {
            let before = all.insert(number(&task.id), (task.revision, task.deleted));
            assert!(before.is_none(), "{} is stored twice: {before:?}", task.id);
        }
        let row = self.owners.iter().find(|row| row.owner_id == owner);
        let counts = |row: &OwnerRow| (row.revision, row.live_tasks, row.trashed_tasks);
        let (revision, live_tasks, trashed_tasks) = row.map_or((0, 0, 0), counts);
        StoredOwner { revision, live_tasks, trashed_tasks, tasks: all }
    }
}

/// The model's number of a task, which its id ends with, behind the two bits of the variant.
fn number(id: &str) -> u64 {
    let digits: String = id.chars().filter(|digit| *digit != '-').skip(16).collect();
    u64::from_str_radix(&digits, 16).unwrap() & !(0b11 << 62)
}
