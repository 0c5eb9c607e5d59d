import type { Task } from "@/lib/api";

/** The editable text of a task. */
export type TaskText = Pick<Task, "title" | "description">;

/** The patch that changes `task` to `wanted`. */
export function changesOf(wanted: TaskText, task: TaskText): Partial<TaskText> {
  return {
    ...(wanted.title !== task.title && { title: wanted.title }),
    ...(wanted.description !== task.description && { description: wanted.description }),
  };
}

/** Applies the user's changes to `theirs`; `conflicting` are the fields that both sides changed, each differently. */
export function merge(mine: TaskText, base: TaskText, theirs: TaskText) {
  const { title, description } = theirs;
  const text: TaskText = { title, description, ...changesOf(mine, base) };
  const fields = Object.keys(changesOf(text, theirs)) as (keyof TaskText)[];
  const theirChanges = changesOf(theirs, base);
  return { text, conflicting: fields.filter((field) => field in theirChanges) };
}

/** A title in quotation marks, shortened to 60 characters. */
export function quoted(title: string): string {
  const letters = [...title];
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : title}”`;
}
