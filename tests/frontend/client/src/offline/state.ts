import type { TaskMembers } from "../merge.ts";
import type { FieldError, ProblemCode } from "../problem.ts";
import type { List, Move, NewTask, Operation, Task } from "../types.ts";

/** A write that the API has not confirmed. */
export type Pending = { seq: number; id: string } & (
  | { op: "create"; task: NewTask }
  | { op: "update"; task: Partial<TaskMembers> }
  | { op: "delete" }
  // Its version as the user saw it, to create it again if it was deleted for good.
  | { op: "restore"; task: Task }
  | { op: "move"; to: Move }
);

/** The operations of a request, which remain the same until there is a response. */
export interface Batch {
  key: string;
  /** When it was sent first, in milliseconds since 1970. */
  attempted: number;
  /** The position in the change feed at that time. */
  position?: string;
  /** The operation of each element of `body`. */
  seqs: number[];
  body: Operation[];
}

/** Why the API rejected a write. */
export interface Rejection {
  code: ProblemCode;
  /** Can be shown to users. */
  message: string;
  /** The validation errors. */
  errors: readonly FieldError[];
}

/** A write that could not be executed, with everything that the user entered. */
export interface OfflineConflict {
  /** Identifies the conflict. */
  readonly id: string;
  readonly taskId: string;
  /** The version that the write was based on; null for a new task. */
  readonly base: Task | null;
  /** What was to be written: changes, or all members of a new task; null for a deletion. */
  readonly mine: Partial<TaskMembers> | null;
  /** The version elsewhere; null if the task is deleted there, or was never created. */
  readonly theirs: Task | null;
  /** The members that both sides changed, each differently. */
  readonly conflicting: readonly (keyof TaskMembers)[];
  /** Why the API rejected it, such as `validation` or `quota_exceeded`; absent if the task was changed elsewhere. */
  readonly problem?: Rejection;
}

/** What is stored besides tasks and lists. */
export interface Queue {
  /** The number of writes to the storage: tabs compare it. */
  version: number;
  /** Whether everything of the user was loaded once. */
  isLoaded?: boolean;
  /** The position in the change feed of the tasks and lists. */
  position?: string;
  /** The number of the next operation. */
  next: number;
  operations: Pending[];
  /** By task id: the version of the API that the pending operations on the task are based on; null if there was none. */
  bases: Record<string, Task | null>;
  batch?: Batch;
  conflicts: OfflineConflict[];
}

/** All that is stored of an account. It is never modified, only replaced. */
export interface State {
  queue: Queue;
  /** By their ids, in their manual order. */
  tasks: ReadonlyMap<string, Task>;
  lists: ReadonlyMap<string, List>;
}

/** A change of the state. */
export interface StateChange {
  queue?: Partial<Queue>;
  /** Those to store; null deletes one. */
  tasks?: Map<string, Task | null>;
  lists?: Map<string, List | null>;
}

export const EMPTY: State = {
  queue: { version: 0, next: 1, operations: [], bases: {}, conflicts: [] },
  tasks: new Map(),
  lists: new Map(),
};

const QUEUE = "queue";

/** The key of `Queue` in the storage. */
export const queueKey = QUEUE;

/** The values to store for a change, and the state after it. */
export function changed(state: State, change: StateChange): { values: Map<string, unknown>; state: State } {
  const queue = { ...state.queue, ...change.queue, version: state.queue.version + 1 };
  const values = new Map<string, unknown>([[QUEUE, queue]]);
  for (const [id, task] of change.tasks ?? []) values.set(`task ${id}`, task ?? undefined);
  for (const [id, list] of change.lists ?? []) values.set(`list ${id}`, list ?? undefined);
  return { values, state: withValues(state, values) };
}

/** All values to store for a state. */
export function valuesOf({ queue, tasks, lists }: State): Map<string, unknown> {
  const values = new Map<string, unknown>([[QUEUE, queue]]);
  for (const [id, task] of tasks) values.set(`task ${id}`, task);
  for (const [id, list] of lists) values.set(`list ${id}`, list);
  return values;
}

/** The state with values of the storage. */
export function withValues(state: State, values: ReadonlyMap<string, unknown>): State {
  const queue = (values.get(QUEUE) as Queue | undefined) ?? state.queue;
  return { queue, tasks: withEntries(state.tasks, values, "task "), lists: withEntries(state.lists, values, "list ") };
}

function withEntries<Value extends Positioned>(
  map: ReadonlyMap<string, Value>,
  values: ReadonlyMap<string, unknown>,
  prefix: string,
): ReadonlyMap<string, Value> {
  const entries = [...values].filter(([key]) => key.startsWith(prefix)) as [string, Value | undefined][];
  if (!entries.length) return map;
  const result = new Map(map);
  let isOrdered = true;
  for (const [key, value] of entries) {
    const id = key.slice(prefix.length);
    if (value && map.get(id)?.position !== value.position) isOrdered = false;
    if (value) result.set(id, value);
    else result.delete(id);
  }
  return isOrdered ? result : new Map([...result].sort(byPosition));
}

interface Positioned {
  position: string;
}

/** The keys are ASCII, so strings compare as the API does. */
const byPosition = ([, a]: [string, Positioned], [, b]: [string, Positioned]) => (a.position < b.position ? -1 : 1);
