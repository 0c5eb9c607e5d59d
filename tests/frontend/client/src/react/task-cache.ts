import { hashKey, notifyManager, type Query, type QueryClient, type QueryKey } from "@tanstack/react-query";

import { localQuery } from "../query.ts";
import type { Change, Move, Task, TaskQuery } from "../types.ts";
import { find, without, withTask, type Pages } from "./pages.ts";

/** The prefix of the query keys of tasks, and the keys of the tags and the lists. */
export const TASKS = ["tasks"];
export const TAGS = ["tags"];
export const LISTS = ["lists"];

export const tasksKey = (query: TaskQuery) => [...TASKS, "list", query] as const;
export const taskKey = (id: string) => [...TASKS, "one", id] as const;

/** A write without a response yet, as it is shown. */
export interface Pending {
  kind: "add" | "change" | "remove";
  /** The task as it was shown before, or as it will be added. */
  task: Task;
  patch?: Partial<Task>;
}

/** The number of own revisions that are kept, to recognize their events. */
const MAX_WRITTEN = 1000;

/** All loaded tasks of a user: in lists, whatever their query, and alone. */
export class TaskCache {
  readonly #queries: QueryClient;
  readonly #pending = new Set<Pending>();
  /** The hashes of queries to load again after the pending writes. */
  readonly #stale = new Set<string>();
  /** The revisions that own writes created. */
  readonly #written = new Set<number>();

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** The newest version of a task that is loaded. */
  find(id: string): Task | undefined {
    const loaded = this.#all().map(({ queryKey, state }): Task | undefined => {
      if (isList(queryKey)) return state.data ? find(state.data as Pages, id) : undefined;
      return queryKey[2] === id ? (state.data as Task | undefined) : undefined;
    });
    return loaded.reduce((newest, task) => (task && task.revision > (newest?.revision ?? -1) ? task : newest), undefined);
  }

  /** A place for a task until the API has moved it; undefined if its new neighbor is not loaded. */
  positionAfterMove(task: Task, to: Move): string | undefined {
    if ("to" in to) return to.to === "first" ? "" : "~";
    const neighbor = this.find("before" in to ? to.before : to.after);
    if (!neighbor || "after" in to) return neighbor && placeBehind(neighbor.position);
    const lists = this.#all().filter(({ queryKey, state }) => isList(queryKey) && state.data);
    const others = lists.flatMap(({ state }) => (state.data as Pages).pages.flatMap(({ tasks }) => tasks));
    const before = others.filter(({ id, position }) => id !== task.id && position < neighbor.position).map(({ position }) => position);
    return before.length ? placeBehind(before.reduce((last, position) => (position > last ? position : last))) : "";
  }

  /** Shows a write, and cancels requests that could overwrite it. */
  begin(change: Pending): void {
    for (const query of this.#all()) if (query.state.fetchStatus !== "idle") this.#stale.add(query.queryHash);
    void this.#queries.cancelQueries({ queryKey: TASKS });
    this.#pending.add(change);
    this.#show(change);
  }

  /** Shows the result of a write. The lists are correct then, and not loaded again unless the API must decide them. */
  succeed(change: Pending, result: Task | undefined): void {
    if (result) this.#written.add(result.revision);
    const [oldest] = this.#written;
    if (this.#written.size > MAX_WRITTEN) this.#written.delete(oldest!);
    this.#end(change, () => result && this.#put(result));
  }

  /** Rolls back a write that failed, to the current version if it is known: null if the task is deleted. */
  fail(change: Pending, current: Task | null | undefined): void {
    const { kind, task, patch } = change;
    // Written to a draft that was not created.
    const isGone = kind === "add" || !this.#pending.has(change);
    this.#rebase(change, current);
    for (const { queryHash } of this.#all()) this.#stale.add(queryHash);
    this.#end(change, () => {
      if (current) this.#put(current);
      else if (current === null || isGone) this.#drop(task.id);
      else if (kind === "remove") this.#put(task);
      else this.#put({ ...(this.find(task.id) ?? task), ...restoring(task, patch!) });
    });
  }

  /** Later writes to the task were shown on one that failed. They are rolled back to what was before it. */
  #rebase(failed: Pending, current: Task | null | undefined): void {
    const { kind, task, patch = {} } = failed;
    const pending = [...this.#pending];
    let restored = restoring(current ?? task, patch);
    for (const later of pending.slice(pending.indexOf(failed) + 1).filter((other) => other.task.id === task.id)) {
      if (kind === "add") this.#pending.delete(later);
      later.task = { ...later.task, ...restored };
      restored = Object.fromEntries(Object.entries(restored).filter(([name]) => !(name in (later.patch ?? {}))));
    }
  }

  /** Shows the pending writes again in what was just loaded. */
  reapply(): void {
    for (const change of this.#pending) this.#show(change);
  }

  /** Shows what changed elsewhere. */
  apply(changes: Change[]): void {
    const others = changes.filter(({ revision }) => !this.#written.has(revision));
    if (!others.length) return;
    notifyManager.batch(() => {
      for (const change of others) {
        // Its tasks have events of their own.
        if (change.type === "list") continue;
        // A newer version is loaded already, such as that of a task that was restored since.
        if (change.revision < (this.find(change.id)?.revision ?? 0)) continue;
        if (change.kind === "deleted") this.#drop(change.id);
        else this.#put(change.task);
      }
      this.reapply();
    });
    this.#refresh();
    void this.reload(TAGS);
  }

  /** Loads again what is shown. A first request without a response yet may have been answered before a change. */
  async reload(...keys: QueryKey[]): Promise<void> {
    await Promise.all(keys.map((queryKey) => this.#reloadThose({ queryKey })));
  }

  #end(change: Pending, show: () => void): void {
    this.#pending.delete(change);
    notifyManager.batch(() => {
      show();
      this.reapply();
    });
    // The tags in use change with a task that has some.
    const hasTags = change.kind === "change" ? change.patch?.tags : change.task.tags.length;
    if (hasTags) void this.reload(TAGS);
    if (!this.#pending.size) this.#refresh();
  }

  /** Loads again what could not be decided here, and what was requested before a change. */
  #refresh(): void {
    const stale = new Set(this.#stale);
    this.#stale.clear();
    const predicate = ({ queryKey, queryHash, state }: Query) =>
      stale.has(queryHash) || state.fetchStatus !== "idle" || (isList(queryKey) && !localQuery(queryKey[2] as TaskQuery));
    void this.#reloadThose({ queryKey: TASKS, predicate });
    // With the numbers of their tasks.
    void this.reload(LISTS);
  }

  #reloadThose(filter: { queryKey: QueryKey; predicate?: (query: Query) => boolean }): Promise<void> {
    const chosen = new Set(this.#queries.getQueryCache().findAll(filter).map(({ queryHash }) => queryHash));
    const predicate = ({ queryHash }: Query) => chosen.has(queryHash);
    return this.#queries.cancelQueries({ predicate }).then(() => this.#queries.invalidateQueries({ predicate }));
  }

  #show({ kind, task, patch }: Pending): void {
    if (kind === "remove") this.#drop(task.id);
    else this.#put({ ...(this.find(task.id) ?? task), ...patch });
  }

  #put(task: Task): void {
    this.#change((pages, query) => withTask(pages, task, localQuery(query)));
    this.#queries.setQueryData<Task>(taskKey(task.id), (loaded) => loaded && task);
  }

  #drop(id: string): void {
    this.#change((pages) => without(pages, id));
    this.#stale.add(hashKey(taskKey(id)));
  }

  #change(change: (pages: Pages, query: TaskQuery) => Pages): void {
    for (const { queryKey, state } of this.#all()) {
      if (!isList(queryKey) || !state.data) continue;
      const pages = state.data as Pages;
      const changed = change(pages, queryKey[2] as TaskQuery);
      if (changed !== pages) this.#queries.setQueryData<Pages>(queryKey, changed);
    }
  }

  #all(): Query[] {
    return this.#queries.getQueryCache().findAll({ queryKey: TASKS });
  }
}

/** Positions consist of letters and digits, which come after `!`. */
const placeBehind = (position: string) => `${position}!`;

/** The patch that undoes this one. */
const restoring = (task: Task, patch: Partial<Task>) =>
  Object.fromEntries(Object.keys(patch).map((name) => [name, task[name as keyof Task]]));

const isList = (key: QueryKey) => key[1] === "list";
