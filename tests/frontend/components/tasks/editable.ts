import type { Task } from "tasknook-client";

/** The members of a task that the form edits. */
export type Editable = Pick<Task, "title" | "description" | "due_date" | "priority" | "tags" | "list_id">;

const MEMBERS = ["title", "description", "due_date", "priority", "tags", "list_id"] as const satisfies (keyof Editable)[];

/** The patch that changes `task` to `wanted`. */
export function changesOf(wanted: Editable, task: Editable): Partial<Editable> {
  const changed = MEMBERS.filter((member) => JSON.stringify(wanted[member]) !== JSON.stringify(task[member]));
  return Object.fromEntries(changed.map((member) => [member, wanted[member]]));
}

/** Applies the user's changes to `theirs`; `conflicting` are the members that both sides changed, each differently. */
export function merge(mine: Editable, base: Editable, theirs: Editable) {
  const merged: Editable = { ...pick(theirs), ...changesOf(mine, base) };
  const theirChanges = changesOf(theirs, base);
  const changed = Object.keys(changesOf(merged, theirs)) as (keyof Editable)[];
  return { merged, conflicting: changed.filter((member) => member in theirChanges) };
}

function pick({ title, description, due_date, priority, tags, list_id }: Editable): Editable {
  return { title, description, due_date, priority, tags, list_id };
}

/** A title in quotation marks, shortened to 60 characters. */
export function quoted(title: string): string {
  const letters = [...title];
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : title}”`;
}
