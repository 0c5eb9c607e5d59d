import type { Task } from "@/lib/api";

const PREFIX = "draft-";

/** A placeholder for a task until the API has created it. */
export function draftOf(title: string, userId: string): Task {
  const now = new Date().toISOString();
  const id = PREFIX + Math.random();
  return {
    id,
    user_id: userId,
    title,
    description: null,
    completed: false,
    priority: "medium",
    tags: [],
    due_date: null,
    completed_at: null,
    created_at: now,
    updated_at: now,
    revision: 0,
    position: "A",
  };
}

export function isDraft({ id }: Task): boolean {
  return id.startsWith(PREFIX);
}
