import type { Task } from "tasknook-client";

/** The members of a task that the form edits. */
export type Editable = Pick<Task, "title" | "description" | "due_date" | "priority" | "tags" | "list_id">;

/** A title in quotation marks, shortened to 60 characters. */
export function quoted(title: string): string {
  const letters = [...title];
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : title}”`;
}
