import type { List, Task, TrashedTask } from "../types.ts";
import { tagKey } from "../fold.ts";
import type { ListInput, Place, TaskInput } from "./members.ts";
import { unknownList } from "./members.ts";
import { first, last, placeBefore } from "./order.ts";
import { etagOf, invalidAt, listNotFound, quotaExceeded, Rejection, taskNotFound } from "./problem.ts";
import { compare } from "./text.ts";

/** A task, live or in the trash. */
export type StoredTask = Task & Partial<Pick<TrashedTask, "deleted_at">>;

/** The condition of a write: whether it allows a revision. */
export interface Condition {
  allows: (revision: number) => boolean;
  /** Whether it requires that there is nothing, so that a PUT creates. */
  requiresAbsence?: boolean;
}

export const ALWAYS: Condition = { allows: () => true };

/** What the server provides. */
export interface Surroundings {
  /** The maximum number of tasks; 0 for any number. */
  quota: number;
  now: () => number;
  newId: () => string;
}

const LISTS_MAX = 200;

/**
 * What is stored of one user. Objects are never changed, but replaced, so copies of the maps are a snapshot. Methods throw
 * before they change anything.
 */
export class Owner {
  readonly userId: string;
  readonly epoch: string;
  readonly #surroundings: Surroundings;
  revision = 0;
  tasks = new Map<string, StoredTask>();
  lists = new Map<string, List>();
  /** The revisions at which objects were deleted for good, by type and id. */
  tombstones = new Map<string, number>();

  constructor(userId: string, surroundings: Surroundings) {
    this.userId = userId;
    this.epoch = surroundings.newId().slice(-12);
    this.#surroundings = surroundings;
  }

  /** Makes everything as it is now, when the function is called. */
  snapshot(): () => void {
    const { revision, tasks, lists, tombstones } = this;
    const copy = { revision, tasks: new Map(tasks), lists: new Map(lists), tombstones: new Map(tombstones) };
    return () => void Object.assign(this, copy);
  }

  get live(): Task[] {
    return [...this.tasks.values()].filter(({ deleted_at }) => !deleted_at);
  }

  /** The tasks in the trash, the oldest deletion first. */
  get trash(): TrashedTask[] {
    const trashed = [...this.tasks.values()].filter((task): task is TrashedTask => task.deleted_at !== undefined);
    return trashed.sort((one, other) => one.revision - other.revision);
  }

  get sortedLists(): List[] {
    return [...this.lists.values()].sort((one, other) => compare(one.position, other.position));
  }

  task(id: string | undefined): Task {
    const task = this.tasks.get(id ?? "");
    if (!task || task.deleted_at) throw taskNotFound();
    return task;
  }

  trashed(id: string | undefined): TrashedTask {
    const task = this.tasks.get(id ?? "");
    if (!task?.deleted_at) throw taskNotFound();
    return task as TrashedTask;
  }

  list(id: string | undefined): List {
    const list = this.lists.get(id ?? "");
    if (!list) throw listNotFound();
    return list;
  }

  createTask(input: TaskInput, id = this.#surroundings.newId()): Task {
    this.#checkList(input);
    const existing = this.tasks.get(id);
    if (existing?.deleted_at) throw new Rejection("precondition_failed", "A task with this id is in the trash.", { trashed: true });
    if (existing) throw new Rejection("precondition_failed", "A task with this id exists.", {}, etagOf(existing));
    this.#checkQuota();
    const [now, revision] = [this.#time(), (this.revision += 1)];
    const times = { completed_at: input.completed ? now : null, created_at: now, updated_at: now };
    const unset = { tags: [], due_date: null, list_id: null };
    const defaults = { title: "", description: null, completed: false, priority: "medium" as const, ...unset };
    return this.#putTask({ id, user_id: this.userId, ...defaults, ...input, ...times, revision, position: first(revision) });
  }

  updateTask(task: Task, input: TaskInput, condition: Condition): Task {
    this.#checkList(input);
    check(task, condition, "task");
    if (JSON.stringify({ ...task, ...input }) === JSON.stringify(task)) return task;
    const updated_at = this.#time(task);
    const isToggled = input.completed !== undefined && input.completed !== task.completed;
    const completed_at = isToggled ? (input.completed ? updated_at : null) : task.completed_at;
    return this.#putTask({ ...task, ...input, completed_at, updated_at, revision: (this.revision += 1) });
  }

  moveTask(task: Task, place: Place, condition: Condition): Task {
    const others = [...this.tasks.values()].sort(byPosition);
    const isLive = ({ deleted_at }: StoredTask) => !deleted_at;
    const renumber = (other: StoredTask, position: string) =>
      this.#putTask({ ...other, position, revision: isLive(other) ? (this.revision += 1) : other.revision });
    const position = this.#move(others, task, place, condition, isLive, renumber, "task");
    if (!position) return task;
    return this.#putTask({ ...task, position, updated_at: this.#time(task), revision: (this.revision += 1) });
  }

  /** Moves a task to the trash, which has as much room as the quota allows live tasks. */
  trashTask(task: Task, condition = ALWAYS): number {
    check(task, condition, "task");
    const { quota } = this.#surroundings;
    const { trash } = this;
    if (quota && trash.length >= quota) this.purge(trash[0]!);
    const deleted_at = this.#time(task);
    return this.#putTask({ ...task, updated_at: deleted_at, deleted_at, revision: (this.revision += 1) }).revision;
  }

  restore(id: string | undefined, condition: Condition): Task {
    const found = this.tasks.get(id ?? "");
    if (!found) throw taskNotFound();
    check(found, condition, "task");
    if (!found.deleted_at) return found;
    this.#checkQuota();
    const { deleted_at: _, ...task } = found;
    return this.#putTask({ ...task, updated_at: this.#time(task), revision: (this.revision += 1) });
  }

  /** Deletes a task of the trash for good. */
  purge(task: TrashedTask, condition = ALWAYS): void {
    check(task, condition, "task");
    this.tasks.delete(task.id);
    this.tombstones.set(`task ${task.id}`, (this.revision += 1));
  }

  createList(input: ListInput, id = this.#surroundings.newId()): List {
    const existing = this.lists.get(id);
    if (existing) throw new Rejection("precondition_failed", "A list with this id exists.", {}, etagOf(existing));
    this.#checkName(id, input.name!);
    if (this.lists.size >= LISTS_MAX) throw quotaExceeded(LISTS_MAX, "lists");
    const [now, revision] = [this.#time(), (this.revision += 1)];
    const { name = "", color = null } = input;
    return this.#putList({ id, user_id: this.userId, name, color, position: last(revision), created_at: now, updated_at: now, revision });
  }

  updateList(list: List, input: ListInput, condition: Condition): List {
    check(list, condition, "list");
    const changed = { ...list, ...input };
    if (JSON.stringify(changed) === JSON.stringify(list)) return list;
    this.#checkName(list.id, changed.name);
    return this.#putList({ ...changed, updated_at: this.#time(list), revision: (this.revision += 1) });
  }

  moveList(list: List, place: Place, condition: Condition): List {
    const renumber = (other: List, position: string) => this.#putList({ ...other, position, revision: (this.revision += 1) });
    const position = this.#move(this.sortedLists, list, place, condition, () => true, renumber, "list");
    if (!position) return list;
    return this.#putList({ ...list, position, updated_at: this.#time(list), revision: (this.revision += 1) });
  }

  /** Deletes a list for good; its tasks stay, or are moved to the trash. */
  removeList(list: List, tasks: "keep" | "trash", condition: Condition): void {
    check(list, condition, "list");
    const listed = [...this.tasks.values()].filter(({ list_id }) => list_id === list.id);
    for (const task of listed.sort((one, other) => compare(one.id, other.id))) {
      const unlisted = { ...task, list_id: null };
      if (task.deleted_at) this.#putTask(unlisted);
      else if (tasks === "trash") this.trashTask(unlisted);
      else this.#putTask({ ...unlisted, updated_at: this.#time(task), revision: (this.revision += 1) });
    }
    this.lists.delete(list.id);
    this.tombstones.set(`list ${list.id}`, (this.revision += 1));
  }

  /** Takes over all tasks and lists of another user; a list of a name that exists is that one. */
  adopt(other: Owner): void {
    const listIds = new Map<string, string>();
    for (const list of other.sortedLists) {
      const same = [...this.lists.values()].find(({ name }) => tagKey(name) === tagKey(list.name));
      const id = same?.id ?? (this.lists.has(list.id) ? this.#surroundings.newId() : list.id);
      listIds.set(list.id, id);
      const revision = same ? 0 : (this.revision += 1);
      if (!same) this.#putList({ ...list, id, user_id: this.userId, position: last(revision), revision });
    }
    for (const task of [...other.tasks.values()].sort(byPosition).reverse()) {
      const id = this.tasks.has(task.id) ? this.#surroundings.newId() : task.id;
      const [list_id, revision] = [listIds.get(task.list_id ?? "") ?? null, (this.revision += 1)];
      this.#putTask({ ...task, id, user_id: this.userId, list_id, revision, position: first(revision) });
    }
  }

  #putTask<Stored extends StoredTask>(task: Stored): Stored {
    this.tasks.set(task.id, task);
    this.tombstones.delete(`task ${task.id}`);
    return task;
  }

  #putList(list: List): List {
    this.lists.set(list.id, list);
    this.tombstones.delete(`list ${list.id}`);
    return list;
  }

  /** The time of a change, which is not before an earlier one. */
  #time(before?: { updated_at: string }): string {
    const now = new Date(this.#surroundings.now()).toISOString();
    return before && before.updated_at > now ? before.updated_at : now;
  }

  #checkList({ list_id }: TaskInput): void {
    if (list_id && !this.lists.has(list_id)) throw unknownList();
  }

  #checkQuota(): void {
    const { quota } = this.#surroundings;
    if (quota && this.live.length >= quota) throw quotaExceeded(quota, "tasks");
  }

  #checkName(id: string, name: string): void {
    const isTaken = [...this.lists.values()].some((list) => list.id !== id && tagKey(list.name) === tagKey(name));
    if (isTaken) throw new Rejection("already_exists", "You have a list of this name.");
  }

  /** The new position of an item; undefined if the visible order stays as it is. */
  #move<Item extends { id: string; position: string; revision: number }>(
    items: Item[],
    item: Item,
    place: Place,
    condition: Condition,
    isVisible: (item: Item) => boolean,
    renumber: (item: Item, position: string) => void,
    what: "task" | "list",
  ): string | undefined {
    const neighbour = place.name === "to" ? undefined : items.find(({ id }) => id === place.id);
    if (place.name !== "to" && !(neighbour && isVisible(neighbour))) {
      throw invalidAt(["body", place.name], "must be the id of an existing one of the user, outside the trash", "unknown_id");
    }
    check(item, condition, what);
    const from = items.findIndex(({ id }) => id === item.id);
    const others = items.filter(({ id }) => id !== item.id);
    let index = place.name === "to" ? (place.end === "first" ? 0 : others.length) : from;
    if (neighbour && neighbour.id !== item.id) index = others.indexOf(neighbour) + (place.name === "after" ? 1 : 0);
    if (!others.slice(Math.min(from, index), Math.max(from, index)).some(isVisible)) return undefined;
    const { key, renumbered } = placeBefore(
      others.map(({ position }) => position),
      index,
      this.revision + 1,
    );
    for (const [place, position] of renumbered) renumber(others[place]!, position);
    return key;
  }
}

const byPosition = (one: StoredTask, other: StoredTask) => compare(one.position, other.position);

/** Throws unless the condition allows the current revision. */
export function check(object: { revision: number }, { allows }: Condition, what: "task" | "list"): void {
  if (allows(object.revision)) return;
  throw new Rejection("precondition_failed", `The ${what} has changed since you last read it.`, {}, etagOf(object));
}
