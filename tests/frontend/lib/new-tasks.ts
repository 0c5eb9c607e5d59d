// The tasks that the quick add creates in a view.

import { isSameTag, type NewTask } from "tasknook-client";

import { dueDay } from "./due-date";
import { TAGS_MAX } from "./limits";
import type { QuickAdd } from "./quick-add";
import { isVisible } from "./titles";
import type { View } from "./view";

/** The task with the members that are set. It belongs to the view, unless the text has another list or due date. */
export function newTaskOf({ title, due_date, priority, tags, list_id }: QuickAdd, view: View, now: Date): NewTask {
  const task: NewTask = { title };
  const due = due_date ?? (view.kind === "today" ? dueDay(now.toISOString()) : null);
  const list = list_id ?? (view.kind === "list" ? view.id : undefined);
  const isMissing = view.kind === "tag" && tags.length < TAGS_MAX && !tags.some((tag) => isSameTag(tag, view.tag));
  const all = isMissing ? [view.tag, ...tags] : tags;
  if (due) task.due_date = due;
  if (priority) task.priority = priority;
  if (all.length) task.tags = all;
  if (list) task.list_id = list;
  return task;
}

const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/** The lines of a pasted text that display something, without the marks of a list: `- `, `* `, `• ` and `- [ ] `. */
export function linesOf(text: string): string[] {
  const lines = text.split(LINE_BREAK).map((line) => line.replace(/^\s*(?:[-*•]\s+(?:\[ ?\](?:\s+|$))?|[-*•]\s*$)/u, "").trim());
  return lines.filter(isVisible);
}

/** The text in one line. */
export const inOneLine = (text: string) => text.split(LINE_BREAK).map((line) => line.trim()).filter(Boolean).join(" ");
