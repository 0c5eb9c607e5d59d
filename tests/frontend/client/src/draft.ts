import type { NewTask, Task } from "./types.ts";

/** A placeholder for a task until the API has created it. */
export function draftOf(task: NewTask, id: string, userId: string): Task {
  const now = new Date().toISOString();
  return {
    id,
    user_id: userId,
    title: task.title,
    description: task.description ?? null,
    completed: task.completed ?? false,
    priority: (task.priority as Task["priority"] | null | undefined) ?? "medium",
    tags: task.tags ?? [],
    due_date: task.due_date ?? null,
    list_id: task.list_id ?? null,
    completed_at: null,
    // New tasks come first.
    position: "",
    created_at: now,
    updated_at: now,
    revision: 0,
  };
}

/** Whether the API has not created the task yet. Its revisions begin with 1. */
export function isDraft({ revision }: Task): boolean {
  return revision === 0;
}
