// The values of the form, and what they change.

import { diffTask, type TaskMembers, type TaskPatch } from "tasknook-client";
import type { OfflineConflict } from "tasknook-client/offline";
import { dueFieldsOf, dueOf, type DueFields } from "@/lib/due-date";

import { rejectionOf } from "./rejection";

/** What the form contains. */
export interface Edited {
  title: string;
  description: string;
  due: DueFields;
  priority: TaskMembers["priority"];
  tags: string;
  list: string;
}

const NEW: TaskMembers = { title: "", description: null, completed: false, due_date: null, priority: "medium", tags: [], list_id: null };

/** The task as it would be with what the user wrote. */
export const mergedOf = ({ base, mine, theirs }: OfflineConflict): TaskMembers => ({ ...NEW, ...(theirs ?? base), ...mine });

/** The values that the form begins with. */
export function editedOf(conflict: OfflineConflict): Edited {
  const { title, description, due_date, priority, tags, list_id } = mergedOf(conflict);
  const list = rejectionOf(conflict.problem, "list_id") ? "" : (list_id ?? "");
  return { title, description: description ?? "", due: dueFieldsOf(due_date), priority, tags: tags.join(", "), list };
}

/** What the user changed in the form: the patch that resolves the conflict. */
export function patchOf(conflict: OfflineConflict, { title, description, due, priority, tags, list }: Edited): TaskPatch {
  const merged = mergedOf(conflict);
  // A time that the fields do not show, such as its seconds, stays as it is.
  const isSameDue = JSON.stringify(due) === JSON.stringify(dueFieldsOf(merged.due_date));
  return diffTask(merged, {
    title: title.trim(),
    description: description || null,
    due_date: isSameDue ? merged.due_date : dueOf(due),
    priority,
    tags: tags.split(",").map((tag) => tag.trim()).filter(Boolean),
    list_id: list || null,
  });
}
