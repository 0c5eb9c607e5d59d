import type { TaskMembers } from "../merge.ts";
import type { NewTask, Task } from "../types.ts";
import type { OfflineConflict, Pending, State, StateChange } from "./state.ts";
import { pendingVersion } from "./view.ts";

/** The number of an operation that has none yet. */
export const UNNUMBERED = Infinity;

/** Adds operations on a task that the user saw in this version, and numbers them. */
export function enqueued(
  { queue, tasks }: State,
  seen: Task | null,
  operations: Pending[],
  userId: string,
): { queue: StateChange["queue"] & object } {
  const { id } = operations[0]!;
  const isNew = operations[0]!.op === "create" || operations[0]!.op === "restore";
  const isPending = queue.operations.some((operation) => operation.id === id);
  const isDeleted = isPending && !pendingVersion(queue, id, userId);
  if (isDeleted && !isNew) throw new Error("The task was deleted.");
  // A draft that the API has created meanwhile, too.
  const base = seen && seen.revision > 0 ? seen : (tasks.get(id) ?? null);
  const bases = isPending ? queue.bases : { ...queue.bases, [id]: isNew ? null : base };
  // The same objects: what they make of a task is the same task.
  operations.forEach((operation, index) => (operation.seq = queue.next + index));
  return { queue: { operations: [...queue.operations, ...operations], bases, next: queue.next + operations.length } };
}

/** The operations that write what is in a conflict to the task as it is on this device. */
export function operationsOf(conflict: OfflineConflict, chosen: Partial<TaskMembers>, local: Task | null): Pending[] {
  const { taskId, base, mine, theirs } = conflict;
  const own = { id: taskId, seq: UNNUMBERED };
  if (!mine && !Object.keys(chosen).length) return local ? [{ op: "delete", ...own }] : [];
  const task = { ...mine, ...chosen };
  const before = theirs ?? base;
  if (local) return [{ op: "update", ...own, task }];
  if (!before) return [{ op: "create", ...own, task: task as NewTask }];
  return [{ op: "restore", ...own, task: before }, { op: "update", ...own, task }];
}
