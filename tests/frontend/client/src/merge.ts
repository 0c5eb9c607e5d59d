import type { Task } from "./types.ts";

/** The members of a task that a client can change. */
export type TaskMembers = Pick<Task, "title" | "description" | "completed" | "due_date" | "priority" | "tags" | "list_id">;

const MEMBERS = ["title", "description", "completed", "due_date", "priority", "tags", "list_id"] as const satisfies (keyof TaskMembers)[];

/** The members of `wanted` that differ from those of `base`: the patch for `update`. */
export function diffTask(base: TaskMembers, wanted: Partial<TaskMembers>): Partial<TaskMembers> {
  const changed = MEMBERS.filter((name) => wanted[name] !== undefined && JSON.stringify(wanted[name]) !== JSON.stringify(base[name]));
  return Object.fromEntries(changed.map((name) => [name, wanted[name]]));
}

/** The result of `threeWayMerge`. */
export interface Merge {
  /** What is left to write to their version; empty if it has all changes already. */
  patch: Partial<TaskMembers>;
  /** The members of `patch` that both sides changed, each differently. */
  conflicting: (keyof TaskMembers)[];
}

/** Applies changes to `theirs` that were made to an earlier version, `base`. Without conflicting members, you can write them. */
export function threeWayMerge(base: TaskMembers, mine: Partial<TaskMembers>, theirs: TaskMembers): Merge {
  const patch = diffTask(theirs, diffTask(base, mine));
  const changed = diffTask(base, theirs);
  return { patch, conflicting: MEMBERS.filter((name) => name in patch && name in changed) };
}
