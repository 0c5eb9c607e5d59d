import type { TaskMembers } from "../merge.ts";
import type { NewTask, TaskPatch } from "../types.ts";

/** The members of a body as the API returns them: without aliases, and with null for what is empty. */
export function membersOf(body: TaskPatch | NewTask): Partial<TaskMembers> {
  const { title, description, priority, tags, due_date, list_id } = body;
  const completed = body.completed ?? body.is_completed ?? (body.status ? body.status.toLowerCase() === "completed" : undefined);
  const members: Partial<TaskMembers> = {
    title: title?.trim(),
    description: description === undefined ? undefined : description || null,
    completed,
    priority: priority === null ? undefined : (priority?.toLowerCase() as TaskMembers["priority"] | undefined),
    tags: tags === null ? [] : tags?.map((tag) => tag.trim()),
    due_date: due_date === undefined ? undefined : due_date || null,
    list_id: list_id === undefined ? undefined : list_id || null,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
