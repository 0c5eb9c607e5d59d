use std::collections::{BTreeMap, HashMap};

use super::{
    Effects, Outcome, OwnerState, Precondition, Rejection, TaskEffect, Touch, allowed, live, unchanged,
};
use crate::{OrderKey, Placement, Revision, Task, TaskId, Timestamp};

/// Where something is moved in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveTo<Id = TaskId> {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// Directly before this one.
    Before(Id),
    /// Directly after this one.
    After(Id),
}

impl<Id> MoveTo<Id> {
    /// The member of a request that names the next one.
    pub(crate) const BEFORE: &'static str = "before";

    /// The member of a request that names the previous one.
    pub(crate) const AFTER: &'static str = "after";

    /// The neighbour, and the member of a request that names it.
    pub(super) const fn neighbour(&self) -> Option<(&Id, &'static str)> {
        match self {
            Self::First | Self::Last => None,
            Self::Before(id) => Some((id, Self::BEFORE)),
            Self::After(id) => Some((id, Self::AFTER)),
        }
    }
}

/// The place of a task in the manual order of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedTask {
    /// The task.
    pub id: TaskId,
    /// Its key.
    pub position: OrderKey,
    /// Whether it is live; otherwise it is in the trash, and keeps its place.
    pub is_live: bool,
}

/// The order of the loaded tasks, live and trashed. Equal keys, which only a repair by hand can cause, are in the order of ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ManualOrder {
    places: BTreeMap<(OrderKey, TaskId), bool>,
    keys: HashMap<TaskId, OrderKey>,
}

impl ManualOrder {
    pub(super) fn insert(&mut self, OrderedTask { id, position, is_live }: OrderedTask) {
        self.remove(id);
        self.keys.insert(id, position.clone());
        self.places.insert((position, id), is_live);
    }

    /// Moves a task, which stays live or trashed.
    pub(super) fn replace_key(&mut self, id: TaskId, position: OrderKey) {
        if let Some(is_live) = self.remove(id) {
            self.insert(OrderedTask { id, position, is_live });
        }
    }

    /// Moves a task to the trash, where it keeps its place.
    pub(super) fn trash(&mut self, id: TaskId) {
        if let Some(is_live) = self.keys.get(&id).and_then(|key| self.places.get_mut(&(key.clone(), id))) {
            *is_live = false;
        }
    }

    /// Removes a task, and returns whether it was live.
    pub(super) fn remove(&mut self, id: TaskId) -> Option<bool> {
        let key = self.keys.remove(&id)?;
        self.places.remove(&(key, id))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = OrderedTask> {
        let ordered = |((position, id), is_live): (&(OrderKey, TaskId), &bool)| OrderedTask {
            id: *id,
            position: position.clone(),
            is_live: *is_live,
        };
        self.places.iter().map(ordered)
    }

    fn is_live(&self, id: TaskId) -> bool {
        self.keys.get(&id).is_some_and(|key| self.places.get(&(key.clone(), id)) == Some(&true))
    }
}

/// Decides the move of a live task. What a client sees is the order of the live tasks: if that stays the same, the task is in
/// place, whatever is in the trash.
pub(super) fn move_task(
    state: &OwnerState,
    (id, to): (TaskId, MoveTo),
    precondition: &Precondition,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    let task = live(state, id, &Precondition::default())?;
    if let Some((_, member)) =
        to.neighbour().filter(|(neighbour, _)| !state.manual_order().is_live(**neighbour))
    {
        return Err(Rejection::UnknownNeighbour { member });
    }
    allowed(task, precondition)?;
    let places = state.manual_order().places.iter();
    let others: Vec<(&OrderKey, TaskId, bool)> = places
        .filter(|((_, other), _)| *other != id)
        .map(|((key, other), is_live)| (key, *other, *is_live))
        .collect();
    let place_of = |neighbour| others.iter().position(|(_, other, _)| *other == neighbour);
    let from = others.partition_point(|(key, other, _)| (*key, *other) < (&task.position, id));
    let index = match to {
        MoveTo::First => 0,
        MoveTo::Last => others.len(),
        // A task beside itself stays where it is.
        MoveTo::Before(neighbour) => place_of(neighbour).unwrap_or(from),
        MoveTo::After(neighbour) => place_of(neighbour).map_or(from, |place| place + 1),
    };
    let between = others.get(from.min(index)..from.max(index)).unwrap_or_default();
    if between.iter().all(|(.., is_live)| !is_live) {
        return Ok(unchanged(task.clone()));
    }
    let keys: Vec<&OrderKey> = others.iter().map(|(key, ..)| *key).collect();
    let Placement { key, renumbered } = Placement::before(&keys, index, state.next_revision());
    let mut revision = state.next_revision().number();
    let mut tasks = Vec::new();
    for (index, position) in renumbered {
        let Some((_, id, is_live)) = others.get(index) else { continue };
        let mut touch = Touch { position: Some(position), ..Touch::new(*id) };
        if *is_live {
            touch.revision = Some(Revision::new(revision));
            revision += 1;
        }
        tasks.push(TaskEffect::Touch(touch));
    }
    let moved = Task {
        position: key,
        updated_at: task.updated_at.max(now),
        revision: Revision::new(revision),
        ..task.clone()
    };
    tasks.push(TaskEffect::Put(moved.clone()));
    Ok(Effects::of_tasks(Outcome::Task(moved), tasks))
}

/// The places of tasks that another owner gets: before those that this owner has, in the order that they have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdoptedOrder {
    /// The last one has 1.
    places: HashMap<TaskId, i64>,
    /// The revision before the first of them.
    revision: i64,
}

impl AdoptedOrder {
    /// The order of these tasks, whose adoption begins after this revision. Each takes a revision, and with it a key of the
    /// first class.
    #[must_use]
    pub fn new(mut tasks: Vec<OrderedTask>, revision: i64) -> Self {
        tasks.sort_by(|one, other| (&other.position, other.id).cmp(&(&one.position, one.id)));
        Self { places: tasks.into_iter().map(|task| task.id).zip(1..).collect(), revision }
    }

    /// The key of a task in its new order.
    #[must_use]
    pub fn position(&self, id: TaskId) -> Option<OrderKey> {
        self.places.get(&id).map(|place| OrderKey::first(Revision::new(self.revision + place)))
    }
}

/// The places of imported tasks: those that they had if the owner has no tasks, and otherwise before all of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedOrder(Option<OrderKey>);

impl ImportedOrder {
    /// For an owner in this state, before the first import.
    #[must_use]
    pub fn of(state: &OwnerState) -> Self {
        let is_empty = state.live_tasks() == 0 && state.trashed_tasks() == 0;
        Self((!is_empty).then(|| OrderKey::first(state.next_revision())))
    }

    /// The key of a task that had this one.
    #[must_use]
    pub fn position(&self, exported: &OrderKey) -> Option<OrderKey> {
        match &self.0 {
            Some(first) => OrderKey::parse(&format!("{first}{exported}")),
            None => Some(exported.clone()),
        }
    }
}
