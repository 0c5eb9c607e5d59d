import type { Task } from "tasknook-client";

/** What the user has typed, with the id that the task will have: however often it is sent, it is created once. */
export interface NewTitle {
  id: string;
  title: string;
  /** The list that is shown. */
  list_id: string | null;
}

/** A placeholder for a task until the API has created it. */
export function draftOf({ id, title, list_id }: NewTitle, userId: string): Task {
  const now = new Date().toISOString();
  return {
    id,
    user_id: userId,
    title,
    description: null,
    completed: false,
    priority: "medium",
    tags: [],
    due_date: null,
    list_id,
    completed_at: null,
    // New tasks come first.
    position: "",
    created_at: now,
    updated_at: now,
    revision: 0,
  };
}

/** The revisions of the API begin with 1. */
export function isDraft({ revision }: Task): boolean {
  return revision === 0;
}
