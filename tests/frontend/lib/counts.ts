import { tagKey, type Task } from "tasknook-client";

import type { Counts } from "@/components/shell/counts";

import { isPast } from "./due-date";
import { isIn } from "./view";

/** The numbers of open tasks of all views. Tags that differ in case are one. */
export function countsOf(tasks: readonly Task[], now: number): Counts {
  const counts = { all: 0, today: 0, overdue: 0, upcoming: 0, inbox: 0 };
  const lists = new Map<string, number>();
  const tags = new Map<string, { name: string; count: number }>();
  for (const task of tasks) {
    if (task.completed) continue;
    counts.all += 1;
    if (task.list_id) lists.set(task.list_id, (lists.get(task.list_id) ?? 0) + 1);
    else counts.inbox += 1;
    if (task.due_date) {
      if (isIn({ kind: "today" }, task)) counts.today += 1;
      if (isIn({ kind: "upcoming" }, task)) counts.upcoming += 1;
      if (isPast(task.due_date, now)) counts.overdue += 1;
    }
    for (const name of task.tags) {
      const key = tagKey(name);
      const tag = tags.get(key) ?? { name, count: 0 };
      tags.set(key, { ...tag, count: tag.count + 1 });
    }
  }
  const byName = [...tags.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { ...counts, lists, tags: byName };
}
