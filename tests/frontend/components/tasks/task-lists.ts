import { useQueryClient, type InfiniteData, type Mutation, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Page, Task } from "tasknook-client";
import { matches, type TaskFilter } from "@/lib/task-filter";

/** What a pending change shows before the API responds. */
export type Pending = { put: Task } | { drop: string };

type List = InfiniteData<Page, string | undefined>;

/** The prefix of the query keys of all task lists, and the key of their mutations. */
export const TASKS = ["tasks"];

/** The query key of the tags in use. */
export const TAGS = ["tags"];

/** The query key of the user's lists. */
export const LISTS = ["lists"];

export const tasksKey = (filter: TaskFilter) => [...TASKS, filter] as const;

/** All cached task lists, whatever their filter. */
export class TaskLists {
  constructor(private readonly queries: QueryClient) {}

  /** Puts this version of a task into the lists whose filter it matches, and removes it from the others. */
  put(task: Task): void {
    this.#change((list, filter) => {
      if (!matches(task, filter)) return without(list, task.id);
      const listed = list.pages.flatMap((page) => page.tasks).find(({ id }) => id === task.id);
      return listed?.position === task.position ? replaced(list, task) : inserted(without(list, task.id), task);
    });
  }

  drop(id: string): void {
    this.#change((list) => without(list, id));
  }

  /** Shows the result of a change, unless another change to the same task is pending and already shown. */
  finish(task: Task): void {
    if (this.queries.isMutating({ mutationKey: TASKS, predicate: isChangeTo(task.id) }) <= 1) this.put(task);
  }

  /** Shows a change, and cancels requests that could overwrite it. Returns the context of the mutation. */
  begin<Change extends Pending>(change: Change): Change {
    void this.queries.cancelQueries({ queryKey: TASKS });
    this.#show(change);
    return change;
  }

  /** Shows the pending changes again in the lists that were just loaded. */
  reapply(): void {
    const pending = this.queries.getMutationCache().findAll({ mutationKey: TASKS, status: "pending" });
    for (const { state } of pending) if (state.context) this.#show(state.context as Pending);
  }

  /** Loads the lists again after the last pending change, and the tags if they may have changed. */
  settle({ tags = false } = {}): void {
    if (tags) void this.reload(TAGS);
    if (this.queries.isMutating({ mutationKey: TASKS }) === 1) void this.queries.invalidateQueries({ queryKey: TASKS });
  }

  /** Loads everything again that is shown, after a change elsewhere. */
  async reloadAll(): Promise<void> {
    await Promise.all([TASKS, TAGS, LISTS].map((key) => this.reload(key)));
  }

  /** Loads again what is shown. A first request without a response yet may have been answered before the change. */
  reload(queryKey: string[]): Promise<void> {
    return this.queries.cancelQueries({ queryKey }).then(() => this.queries.invalidateQueries({ queryKey }));
  }

  #show(change: Pending): void {
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

/** Selects the mutations of one task. */
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
  return eachPage(list, (tasks) => tasks.map((other) => (other.id === task.id ? task : other)));
}

/** In the order of the API. A task that belongs after the last loaded page is not inserted. */
function inserted(list: List, task: Task): List {
  const isBehind = (other: Task) => other.position > task.position;
  const last = list.pages.length - 1;
  const found = list.pages.findIndex((page) => page.tasks.some(isBehind));
  if (found < 0 && list.pages[last]?.next) return list;
  const pages = list.pages.map((page, index) => {
    if (index !== (found < 0 ? last : found)) return page;
    const at = page.tasks.findIndex(isBehind);
    return { ...page, tasks: page.tasks.toSpliced(at < 0 ? page.tasks.length : at, 0, task) };
  });
  return { ...list, pages };
}

/** A place directly behind this task, or before all: positions consist of letters and digits, which come after `!`. */
export function placeBehind(task: Task | undefined): string {
  return task ? `${task.position}!` : "";
}
