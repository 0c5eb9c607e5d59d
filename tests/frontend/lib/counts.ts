import { tagKey, type Task } from "tasknook-client";

import { isPast } from "./due-date";
import { isIn } from "./view";

/** The numbers of open tasks of the views. */
export interface Counts {
  all: number;
  today: number;
  /** Of those in Today, the ones whose due date has passed. */
  overdue: number;
  upcoming: number;
  inbox: number;
  /** By the ids of the lists; a list without open tasks can be missing. */
  lists: ReadonlyMap<string, number>;
  tags: readonly Tag[];
}

interface Tag {
  name: string;
  count: number;
}

/** The numbers of open tasks of all views. Tags that differ in case are one. */
export function countsOf(tasks: readonly Task[], now: number): Counts {
  const counts = { all: 0, today: 0, overdue: 0, upcoming: 0, inbox: 0 };
  const [isToday, isUpcoming] = [isIn({ kind: "today" }), isIn({ kind: "upcoming" })];
  const isOverdue = isPast(now);
  const lists = new Map<string, number>();
  const tags = new Map<string, Tag>();
  // Most spellings occur many times.
  const spellings = new Map<string, Tag>();
  for (const task of tasks) {
    if (task.completed) continue;
    counts.all += 1;
    if (task.list_id) lists.set(task.list_id, (lists.get(task.list_id) ?? 0) + 1);
    else counts.inbox += 1;
    if (task.due_date) {
      if (isToday(task)) counts.today += 1;
      if (isUpcoming(task)) counts.upcoming += 1;
      if (isOverdue(task.due_date)) counts.overdue += 1;
    }
    for (const name of task.tags) {
      let tag = spellings.get(name);
      if (!tag) {
        const key = tagKey(name);
        tag = tags.get(key) ?? { name, count: 0 };
        tags.set(key, tag);
        spellings.set(name, tag);
      }
      tag.count += 1;
    }
  }
  const byName = [...tags.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { ...counts, lists, tags: byName };
}
