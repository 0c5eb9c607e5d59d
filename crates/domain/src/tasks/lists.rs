//! The use cases of lists.

use super::{TaskError, Tasks};
use crate::{
    AtRevision, Command, CountedList, Idempotency, List, ListChange, ListCommand, ListId, ListInput, MoveTo,
    NewList, Outcome, Owner, Precondition, RepositoryError, TasksOfList, Violation,
};

impl Tasks {
    /// Reads all lists of an owner in their manual order, with the numbers of their tasks.
    pub async fn lists(&self, owner: &Owner) -> Result<AtRevision<Vec<CountedList>>, TaskError> {
        Ok(self.repository.lists(owner, true).await?)
    }

    /// Reads a list.
    pub async fn get_list(&self, owner: &Owner, id: ListId) -> Result<List, TaskError> {
        let lists = self.repository.lists(owner, false).await?.read;
        lists.into_iter().map(|counted| counted.list).find(|list| list.id == id).ok_or(TaskError::NotFound)
    }

    /// Validates a new list, and gives it a new id.
    pub fn new_list(&self, input: ListInput) -> Result<NewList, Vec<Violation>> {
        input.into_new_list(ListId::new(self.ids.next().uuid()))
    }

    /// Creates a list, with a key at most once.
    pub async fn create_list(
        &self,
        owner: &Owner,
        list: NewList,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        self.execute(owner, Command::List(ListCommand::Create(list)), request).await
    }

    /// Creates a list with an id that the caller has chosen, so that a repeated request creates no second list.
    pub async fn create_list_with_id(
        &self,
        owner: &Owner,
        id: ListId,
        list: NewList,
    ) -> Result<List, TaskError> {
        if !id.may_be_chosen() {
            return Err(TaskError::InvalidId);
        }
        let command = Command::List(ListCommand::Create(NewList { id, ..list }));
        match self.repository.write(owner, command, self.clock.now()).await {
            Err(RepositoryError::AlreadyExists { current }) => Err(TaskError::AlreadyExists { current }),
            created => list_of(created?),
        }
    }

    /// Changes a list.
    pub async fn update_list(
        &self,
        owner: &Owner,
        id: ListId,
        change: ListChange,
        precondition: Precondition,
    ) -> Result<List, TaskError> {
        list_of(self.run(owner, Command::List(ListCommand::Update { id, change, precondition })).await?)
    }

    /// Moves a list in the order of the owner's lists, with a key at most once.
    pub async fn move_list(
        &self,
        owner: &Owner,
        id: ListId,
        to: MoveTo<ListId>,
        precondition: Precondition,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        self.execute(owner, Command::List(ListCommand::Move { id, to, precondition }), request).await
    }

    /// Deletes a list for good. Its tasks stay, or are moved to the trash.
    pub async fn delete_list(
        &self,
        owner: &Owner,
        id: ListId,
        keeps_tasks: bool,
        precondition: Precondition,
    ) -> Result<(), TaskError> {
        let tasks = if keeps_tasks { TasksOfList::Keep } else { TasksOfList::Trash(self.trash) };
        self.run(owner, Command::List(ListCommand::Delete { id, tasks, precondition })).await.map(drop)
    }
}

fn list_of(outcome: Outcome) -> Result<List, TaskError> {
    match outcome {
        Outcome::List(list) => Ok(list),
        _ => Err(TaskError::Fault("a write returned no list".into())),
    }
}
