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
