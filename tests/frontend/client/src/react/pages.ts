// Changes of the pages of a list.

import type { InfiniteData } from "@tanstack/react-query";

import type { LocalQuery } from "../query.ts";
import type { Page, Task } from "../types.ts";

/** The pages of a list that are loaded. */
export type Pages = InfiniteData<Page, string | undefined>;

export function find(pages: Pages, id: string): Task | undefined {
  for (const page of pages.pages) for (const task of page.tasks) if (task.id === id) return task;
}

export function without(pages: Pages, id: string): Pages {
  return find(pages, id) ? eachPage(pages, (tasks) => tasks.filter((task) => task.id !== id)) : pages;
}

/** With this version of the task at its place, or without it if it does not match. */
export function withTask(pages: Pages, task: Task, query: LocalQuery | undefined): Pages {
  const listed = find(pages, task.id);
  // Whether and where it is listed is left to the API.
  if (!query) return listed ? replaced(pages, task) : pages;
  if (!query.matches(task)) return without(pages, task.id);
  return listed && query.compare(listed, task) === 0 ? replaced(pages, task) : inserted(without(pages, task.id), task, query);
}

function replaced(pages: Pages, task: Task): Pages {
  return eachPage(pages, (tasks) => tasks.map((other) => (other.id === task.id ? task : other)));
}

/** A task that belongs after the last loaded page is not inserted. */
function inserted(pages: Pages, task: Task, { compare }: LocalQuery): Pages {
  const isBehind = (other: Task) => compare(task, other) < 0;
  const last = pages.pages.length - 1;
  const found = pages.pages.findIndex((page) => page.tasks.some(isBehind));
  if (found < 0 && pages.pages[last]?.next) return pages;
  const target = pages.pages[found < 0 ? last : found]!;
  const at = target.tasks.findIndex(isBehind);
  const tasks = [...target.tasks];
  tasks.splice(at < 0 ? tasks.length : at, 0, task);
  return { ...pages, pages: pages.pages.map((page) => (page === target ? { ...page, tasks } : page)) };
}

/** Pages without a change remain the same objects, so that their rows are not rendered again. */
function eachPage(pages: Pages, change: (tasks: Task[]) => Task[]): Pages {
  const changed = pages.pages.map((page) => {
    const tasks = change(page.tasks);
    return tasks.length === page.tasks.length && tasks.every((task, index) => task === page.tasks[index]) ? page : { ...page, tasks };
  });
  return { ...pages, pages: changed };
}
