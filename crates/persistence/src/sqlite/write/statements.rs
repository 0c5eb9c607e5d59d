use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;
use domain::{Change, Completion, Description, NewTask, Owner, SearchText, TaskId, Timestamp, Title, fold};

use crate::rows::{COLUMNS, Columns, Id, Moment};
use crate::statement::statement;

/// The owner's next revision, for a new task. The owner's first task makes the owner.
pub(super) struct EnrolOwner<'a> {
    pub(super) owner: &'a Owner,
}

statement!(EnrolOwner => BigInt);

impl QueryFragment<Sqlite> for EnrolOwner<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("insert into owners (owner_id, revision, live_tasks) values (");
        out.push_bind_param::<Text, str>(self.owner.id().as_str())?;
        out.push_sql(
            ", 1, 1) on conflict (owner_id) do update \
             set revision = revision + 1, live_tasks = live_tasks + 1 returning revision",
        );
        Ok(())
    }
}

/// The owner's next revision, for a task that is there.
pub(super) struct AdvanceOwner<'a> {
    owner: &'a Owner,
    live_tasks: i64,
}

impl<'a> AdvanceOwner<'a> {
    pub(super) const fn new(owner: &'a Owner, live_tasks: i64) -> Self {
        Self { owner, live_tasks }
    }
}

statement!(AdvanceOwner => BigInt);

impl QueryFragment<Sqlite> for AdvanceOwner<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("update owners set revision = revision + 1, live_tasks = live_tasks + ");
        out.push_bind_param::<BigInt, _>(&self.live_tasks)?;
        out.push_sql(" where owner_id = ");
        out.push_bind_param::<Text, str>(self.owner.id().as_str())?;
        out.push_sql(" returning revision");
        Ok(())
    }
}

/// The revision of a live task.
pub(super) struct CurrentRevision<'a> {
    pub(super) owner: &'a Owner,
    pub(super) id: TaskId,
}

statement!(CurrentRevision => BigInt);

impl QueryFragment<Sqlite> for CurrentRevision<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("select revision from tasks");
        push_key(&mut out, self.owner, &self.id)
    }
}

/// A new row.
pub(super) struct InsertTask<'a> {
    owner: &'a Owner,
    task: &'a NewTask,
    description: Option<&'a str>,
    search: String,
    revision: i64,
}

impl<'a> InsertTask<'a> {
    pub(super) fn new(owner: &'a Owner, task: &'a NewTask, revision: i64) -> Self {
        let description = task.description.as_ref().map(Description::as_str);
        let search = SearchText::haystack(task.title.as_str(), description);
        Self { owner, task, description, search, revision }
    }
}

statement!(InsertTask => ());

impl QueryFragment<Sqlite> for InsertTask<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("insert into tasks (owner_id, search, ");
        out.push_sql(COLUMNS);
        out.push_sql(") values (");
        out.push_bind_param::<Text, str>(self.owner.id().as_str())?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.search)?;
        out.push_sql(", ");
        out.push_bind_param::<Id, _>(&self.task.id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, str>(self.task.title.as_str())?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.description)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&self.task.completed)?;
        out.push_sql(", ");
        out.push_bind_param::<Moment, _>(&self.task.at)?;
        out.push_sql(", ");
        out.push_bind_param::<Moment, _>(&self.task.at)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.revision)?;
        out.push_sql(")");
        Ok(())
    }
}

/// A change of a live row. What it does not name it takes from the row itself.
pub(super) struct ChangeTask<'a> {
    owner: &'a Owner,
    id: TaskId,
    title: Option<&'a str>,
    folded_title: Option<String>,
    describes: bool,
    description: Option<&'a str>,
    folded_description: String,
    toggles: bool,
    completed: Option<bool>,
    at: Timestamp,
    revision: i64,
}

impl<'a> ChangeTask<'a> {
    pub(super) fn new(
        owner: &'a Owner,
        id: TaskId,
        change: &'a Change,
        at: Timestamp,
        revision: i64,
    ) -> Self {
        let title = change.title.as_ref().map(Title::as_str);
        let description = change.description.as_ref().and_then(Option::as_ref).map(Description::as_str);
        let (toggles, completed) = match change.completion {
            None => (false, None),
            Some(Completion::Toggle) => (true, None),
            Some(Completion::Set(completed)) => (false, Some(completed)),
        };
        Self {
            owner,
            id,
            title,
            folded_title: title.map(fold),
            describes: change.description.is_some(),
            description,
            folded_description: fold(description.unwrap_or_default()),
            toggles,
            completed,
            at,
            revision,
        }
    }
}

statement!(ChangeTask => Columns);

impl QueryFragment<Sqlite> for ChangeTask<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("update tasks set title = coalesce(");
        out.push_bind_param::<Nullable<Text>, _>(&self.title)?;
        out.push_sql(", title), description = case when ");
        out.push_bind_param::<Bool, _>(&self.describes)?;
        out.push_sql(" then ");
        out.push_bind_param::<Nullable<Text>, _>(&self.description)?;
        out.push_sql(" else description end, completed = case when ");
        out.push_bind_param::<Bool, _>(&self.toggles)?;
        out.push_sql(" then not completed else coalesce(");
        out.push_bind_param::<Nullable<Bool>, _>(&self.completed)?;
        out.push_sql(", completed) end, search = coalesce(");
        out.push_bind_param::<Nullable<Text>, _>(&self.folded_title)?;
        out.push_sql(", substr(search, 1, instr(search, char(31)) - 1)) || char(31) || case when ");
        out.push_bind_param::<Bool, _>(&self.describes)?;
        out.push_sql(" then ");
        out.push_bind_param::<Text, _>(&self.folded_description)?;
        out.push_sql(" else substr(search, instr(search, char(31)) + 1) end, updated_at = ");
        out.push_bind_param::<Moment, _>(&self.at)?;
        out.push_sql(", revision = ");
        out.push_bind_param::<BigInt, _>(&self.revision)?;
        push_key(&mut out, self.owner, &self.id)?;
        out.push_sql(" returning ");
        out.push_sql(COLUMNS);
        Ok(())
    }
}

/// Makes a tombstone of a live row: nothing that its owner wrote stays in it.
pub(super) struct BuryTask<'a> {
    pub(super) owner: &'a Owner,
    pub(super) id: TaskId,
    pub(super) at: Timestamp,
    pub(super) revision: i64,
}

statement!(BuryTask => ());

impl QueryFragment<Sqlite> for BuryTask<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("update tasks set title = '', description = null, search = '', deleted_at = ");
        out.push_bind_param::<Moment, _>(&self.at)?;
        out.push_sql(", updated_at = ");
        out.push_bind_param::<Moment, _>(&self.at)?;
        out.push_sql(", revision = ");
        out.push_bind_param::<BigInt, _>(&self.revision)?;
        push_key(&mut out, self.owner, &self.id)
    }
}

fn push_key<'b>(out: &mut AstPass<'_, 'b, Sqlite>, owner: &'b Owner, id: &'b TaskId) -> QueryResult<()> {
    out.push_sql(" where owner_id = ");
    out.push_bind_param::<Text, str>(owner.id().as_str())?;
    out.push_sql(" and id = ");
    out.push_bind_param::<Id, _>(id)?;
    out.push_sql(" and deleted_at is null");
    Ok(())
}
