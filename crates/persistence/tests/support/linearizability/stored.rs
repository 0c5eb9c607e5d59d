use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Text};

use super::feed::Object;

/// What the database keeps when all is over.
pub(crate) struct StoredState {
    pub(crate) owners: Vec<OwnerRow>,
    pub(crate) objects: Vec<ObjectRow>,
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
pub(crate) struct ObjectRow {
    #[diesel(sql_type = Text)]
    pub(crate) owner_id: String,
    /// `task` or `list`.
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
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
    /// Of each object its revision, and whether it is in the trash or a tombstone.
    pub(crate) objects: BTreeMap<Object, (i64, bool)>,
}

impl StoredState {
    pub(super) fn of(&self, owner: &str) -> StoredOwner {
        let mut objects = BTreeMap::new();
        for row in self.objects.iter().filter(|row| row.owner_id == owner) {
            let object = if row.kind == "list" { Object::List } else { Object::Task };
            let before = objects.insert(object(number(&row.id)), (row.revision, row.deleted));
            assert!(before.is_none(), "{} is stored twice: {before:?}", row.id);
        }
        let row = self.owners.iter().find(|row| row.owner_id == owner);
        let counts = |row: &OwnerRow| (row.revision, row.live_tasks, row.trashed_tasks);
        let (revision, live_tasks, trashed_tasks) = row.map_or((0, 0, 0), counts);
        StoredOwner { revision, live_tasks, trashed_tasks, objects }
    }
}

/// The model's number of an object, which its id ends with, behind the two bits of the variant.
fn number(id: &str) -> u64 {
    let digits: String = id.chars().filter(|digit| *digit != '-').skip(16).collect();
    u64::from_str_radix(&digits, 16).unwrap() & !(0b11 << 62)
}
