// What a user has typed into the editor of a task, and what of it is to be saved.

import { diffTask, isSameTag, type Task, type TaskPatch } from "tasknook-client";

import { dueFieldsOf, dueOf, type DueFields } from "./due-date";
import { DESCRIPTION_MAX, lengthOf, TAG_MAX, TAGS_MAX } from "./limits";
import { textError, titleError } from "./titles";

/** What the fields of the editor contain. */
export interface TaskFields {
  title: string;
  description: string;
  due: DueFields;
  priority: Task["priority"];
  /** Separated by commas. */
  tags: string;
  /** The id of a list, or empty. */
  list: string;
}

/** The fields that the user has changed. The others follow the task. */
export type Edits = Partial<TaskFields>;

/** The fields whose text cannot be saved, with the reason. */
export type EditErrors = Partial<Record<keyof TaskFields, string>>;

export function fieldsOf(task: Task): TaskFields {
  const { title, description, due_date, priority, tags, list_id } = task;
  return { title, description: description ?? "", due: dueFieldsOf(due_date), priority, tags: tags.join(", "), list: list_id ?? "" };
}

/** The edits after a further one. A field that contains what the task has is no edit. */
export function withEdit(task: Task, edits: Edits, edit: Edits): Edits {
  const fields = fieldsOf(task);
  const all = Object.entries({ ...edits, ...edit }) as [keyof TaskFields, unknown][];
  return Object.fromEntries(all.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(fields[name])));
}

/** Whether two versions of a task differ in a field with an edit. */
export function hasOtherValues(one: Task, other: Task, edits: Edits): boolean {
  const [fields, others] = [fieldsOf(one), fieldsOf(other)];
  return (Object.keys(edits) as (keyof Edits)[]).some((name) => JSON.stringify(fields[name]) !== JSON.stringify(others[name]));
}

/** The tags in a text, separated by commas; of those that differ in case only, the first one. */
export function tagsOf(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim()).filter(Boolean);
  return tags.filter((tag, index) => tags.findIndex((other) => isSameTag(other, tag)) === index);
}

export function errorsOf({ title, description, due, tags }: Edits): EditErrors {
  const errors: EditErrors = {
    title: title === undefined ? undefined : titleError(title.trim()),
    description: description === undefined ? undefined : textError(description, DESCRIPTION_MAX),
    due: due && dueError(due),
    tags: tags === undefined ? undefined : tagsError(tagsOf(tags)),
  };
  return Object.fromEntries(Object.entries(errors).filter(([, error]) => error));
}

/** The patch for the valid edits; empty if they change nothing. */
export function patchOf(task: Task, edits: Edits): TaskPatch {
  const errors = errorsOf(edits);
  const { title, description, due, priority, tags, list } = Object.fromEntries(
    Object.entries(edits).filter(([name]) => !(name in errors)),
  ) as Edits;
  return diffTask(task, {
    title: title?.trim(),
    description: description === undefined ? undefined : description || null,
    due_date: due && dueOf(due),
    priority,
    tags: tags === undefined ? undefined : tagsOf(tags),
    list_id: list === undefined ? undefined : list || null,
  });
}

function tagsError(tags: string[]): string | undefined {
  if (tags.length > TAGS_MAX) return `At most ${TAGS_MAX} tags; these are ${tags.length}.`;
  if (tags.some((tag) => lengthOf(tag) > TAG_MAX)) return `A tag has at most ${TAG_MAX} characters.`;
  return tags.some((tag) => /\p{Cc}/u.test(tag)) ? "A tag contains a control character." : undefined;
}

function dueError(due: DueFields): string | undefined {
  const isYear = /^(?!0000)\d{4}-/;
  if (!due.date) return undefined;
  // The year can leave the range when the time is converted to UTC.
  return isYear.test(due.date) && isYear.test(dueOf(due) ?? "") ? undefined : "The year is 1 to 9999.";
}
