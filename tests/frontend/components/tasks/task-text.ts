import type { Task } from "@/lib/api";

/** What of a task is edited. */
export type TaskText = Pick<Task, "title" | "description">;

/** What to write so that the task reads like this. */
export function changesOf(wanted: TaskText, task: TaskText): Partial<TaskText> {
  return {
    ...(wanted.title !== task.title && { title: wanted.title }),
    ...(wanted.description !== task.description && { description: wanted.description }),
  };
}

/** What was changed here on top of what was changed elsewhere; `disputed` is what both changed, each differently. */
export function merge(mine: TaskText, base: TaskText, theirs: TaskText) {
  const { title, description } = theirs;
  const text: TaskText = { title, description, ...changesOf(mine, base) };
  const fields = Object.keys(changesOf(text, theirs)) as (keyof TaskText)[];
  const elsewhere = changesOf(theirs, base);
  return { text, disputed: fields.filter((field) => field in elsewhere) };
}

/** As much of a title as a sentence can hold. */
export function quoted(title: string): string {
  const letters = [...title];
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : title}”`;
}
