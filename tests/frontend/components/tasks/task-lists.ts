import { useQueryClient, type InfiniteData, type Mutation, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Page, Task } from "@/lib/api";
import { matches, type TaskFilter } from "@/lib/task-filter";

import { isDraft } from "./draft";

/** How a change shows before it is answered. */
export type Shown = { put: Task } | { drop: string };

type List = InfiniteData<Page, string | undefined>;

/** What every list of tasks and every change to them is filed under. */
export const TASKS = ["tasks"];

export const tasksKey = (filter: TaskFilter) => [...TASKS, filter] as const;

/** Every list of tasks that is in the cache, under whatever filter. */
export class TaskLists {
  constructor(private readonly queries: QueryClient) {}

  /** Shows this version of a task: where it matches, and there alone. */
  put(task: Task): void {
    this.#change((list, filter) => {
      const shown = matches(task, filter);
      const there = list.pages.some((page) => page.tasks.some(({ id }) => id === task.id));
      if (!shown) return without(list, task.id);
      return there ? replaced(list, task) : inserted(list, task);
    });
  }

  drop(id: string): void {
    this.#change((list) => without(list, id));
  }

  /** Shows what a change led to, unless another change to the same task is under way and shows already. */
  conclude(task: Task): void {
    if (this.queries.isMutating({ mutationKey: TASKS, predicate: isChangeTo(task.id) }) <= 1) this.put(task);
  }

  /** Shows a change from here on: no answer that is under way may overwrite it. Its context is what this returns. */
  begin<Change extends Shown>(change: Change): Change {
    void this.queries.cancelQueries({ queryKey: TASKS });
    this.#show(change);
    return change;
  }

  /** Shows on top of what was just read what is not answered yet. */
  resume(): void {
    const pending = this.queries.getMutationCache().findAll({ mutationKey: TASKS, status: "pending" });
    for (const { state } of pending) if (state.context) this.#show(state.context as Shown);
  }

  /** Reads again what is true, once nothing is being changed any more. */
  settle(): void {
    if (this.queries.isMutating({ mutationKey: TASKS }) === 1) void this.queries.invalidateQueries({ queryKey: TASKS });
  }

  #show(change: Shown): void {
    if ("put" in change) this.put(change.put);
    else this.drop(change.drop);
  }

  #change(change: (list: List, filter: TaskFilter) => List): void {
    for (const { queryKey } of this.queries.getQueryCache().findAll({ queryKey: TASKS })) {
      const filter = queryKey[1] as TaskFilter;
      this.queries.setQueryData<List>(queryKey, (list) => list && change(list, filter));
    }
  }
}

export function useTaskLists(): TaskLists {
  const queries = useQueryClient();
  return useMemo(() => new TaskLists(queries), [queries]);
}

/** Tells the changes to one task from others. */
function isChangeTo(id: string) {
  return ({ state }: Mutation) => (state.variables as { task?: Task } | undefined)?.task?.id === id;
}

function eachPage(list: List, change: (tasks: Task[]) => Task[]): List {
  return { ...list, pages: list.pages.map((page) => ({ ...page, tasks: change(page.tasks) })) };
}

function without(list: List, id: string): List {
  return eachPage(list, (tasks) => tasks.filter((task) => task.id !== id));
}

function replaced(list: List, task: Task): List {
  return eachPage(list, (tasks) => tasks.map((known) => (known.id === task.id ? task : known)));
}

/** Newest first, as the API lists them. What belongs after the last page that was read is not shown. */
function inserted(list: List, task: Task): List {
  // A draft has its time from the clock of this device, which may be wrong.
  const isOlder = (other: Task) => isDraft(task) || other.created_at < task.created_at;
  const last = list.pages.length - 1;
  const found = list.pages.findIndex((page) => page.tasks.some(isOlder));
  if (found < 0 && list.pages[last]?.next) return list;
  const pages = list.pages.map((page, index) => {
    if (index !== (found < 0 ? last : found)) return page;
    const at = page.tasks.findIndex(isOlder);
    return { ...page, tasks: page.tasks.toSpliced(at < 0 ? page.tasks.length : at, 0, task) };
  });
  return { ...list, pages };
}
