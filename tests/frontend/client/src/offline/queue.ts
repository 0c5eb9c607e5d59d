import { linked } from "../abort.ts";
import type { Client } from "../client.ts";
import { AccountChanged, Problem, SignedOut, Unreachable } from "../problem.ts";
import type { List, Move, NewTask, Task, TaskPatch, TrashedTask } from "../types.ts";
import { uuid } from "../uuid.ts";
import { fits, nextBatch } from "./batch.ts";
import { enqueued, operationsOf, UNNUMBERED } from "./enqueue.ts";
import { refresh } from "./feed.ts";
import { followed } from "./follow.ts";
import { membersOf } from "./members.ts";
import { settled } from "./settle.ts";
import { valuesOf, type Batch, type OfflineConflict, type Pending, type State, type StateChange } from "./state.ts";
import { memoryStorage, type OfflineStorage } from "./storage.ts";
import { Store } from "./store.ts";
import { browserTabs, type OfflineTabs } from "./tabs.ts";
import { tasksOf, versionOf } from "./view.ts";

export interface OfflineOptions {
  client: Client;
  storage: OfflineStorage;
  /** Shown until all tasks are on this device, for example those that a server has rendered. */
  initialTasks?: readonly Task[];
  /** Whether writes are sent at once, and again after errors of the network; true by default. Otherwise call `flush`. */
  autoSend?: boolean;
  /** Milliseconds before the first repetition of a request without a response; then twice as long each time, up to 60 times. */
  retryMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** The APIs by which tabs share the queue; null if only this object uses the storage. By default those of the browser. */
  tabs?: OfflineTabs | null;
}

/** What the queue is doing. */
export interface OfflineStatus {
  /** The number of operations that the API has not confirmed. */
  pending: number;
  isSending: boolean;
  /** Whether all tasks and lists of the user are on this device, as of some moment. */
  isLoaded: boolean;
  /** Why the last request failed; absent after one that succeeded. With `SignedOut` and `AccountChanged` it is not repeated. */
  error?: unknown;
}

type Unnumbered = Pending extends infer Each ? (Each extends Pending ? Omit<Each, "seq"> : never) : never;

/** The tasks of a user on this device, which can be read and changed without a network. */
export class OfflineTasks {
  readonly #options: OfflineOptions;
  readonly #store: Store;
  /** What the device has stored, if this continues in memory. */
  #stored?: Store;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  /** Those that are being stored. They show already. */
  #unstored: readonly Pending[] = [];
  #initial?: { of: State["tasks"]; merged: State["tasks"] };
  #tasks?: Pick<State, "tasks"> & { operations: readonly Pending[]; shown: Task[] };
  #lists?: Pick<State, "lists"> & { shown: List[] };
  #status: OfflineStatus = { pending: 0, isSending: false, isLoaded: false };
  /** What the listeners have seen. */
  #seen: readonly unknown[] = [];
  #flushing?: Promise<void>;
  #isRequested = false;
  #retry?: ReturnType<typeof setTimeout>;
  #failures = 0;

  private constructor(options: OfflineOptions) {
    this.#options = options;
    const { client, storage, tabs = browserTabs() } = options;
    const account = `tasknook-offline-1 ${encodeURIComponent(client.userId)} ${client.baseUrl}`;
    this.#store = new Store({ account, storage, tabs: tabs ?? undefined, onChange: () => this.#notify({}) });
  }

  /** Loads what is stored of this user, and continues to send. */
  static async open(options: OfflineOptions): Promise<OfflineTasks> {
    const offline = new OfflineTasks(options);
    await offline.#store.load();
    offline.#notify({});
    globalThis.addEventListener?.("online", offline.#online);
    offline.#send();
    return offline;
  }

  /** The tasks in their manual order, with all changes of this device. The same array until something changes. */
  tasks(): Task[] {
    const tasks = this.#confirmed();
    const operations = this.#operations();
    if (this.#tasks?.tasks !== tasks || !isSame(this.#tasks.operations, operations)) {
      this.#tasks = { tasks, operations, shown: tasksOf(tasks, operations, this.#options.client.userId) };
    }
    return this.#tasks.shown;
  }

  /** The lists in their order, as of the last `refresh`. The same array until one changes. */
  lists(): List[] {
    const { lists } = this.#store.state;
    if (this.#lists?.lists !== lists) this.#lists = { lists, shown: [...lists.values()] };
    return this.#lists.shown;
  }

  /** The writes that could not be executed, until you resolve them. */
  conflicts(): readonly OfflineConflict[] {
    return this.#store.state.queue.conflicts;
  }

  status(): OfflineStatus {
    return this.#status;
  }

  /** Calls it after each change of tasks, lists, conflicts or status. Returns a function that ends this. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * Creates a task, and returns it as it will be. Like every write, it shows at once, and is stored on the device when the promise is
   * fulfilled.
   */
  async create(task: NewTask, { id = uuid() }: { id?: string } = {}): Promise<Task> {
    // As it was entered: the API validates it.
    await this.#enqueue(null, [{ op: "create", id, task: { ...task, ...membersOf(task) } as NewTask }]);
    return this.#version(id)!;
  }

  /** Changes the given members of a task. */
  async update(task: Task, patch: TaskPatch): Promise<Task> {
    await this.#enqueue(task, [{ op: "update", id: task.id, task: membersOf(patch) }]);
    return this.#version(task.id) ?? { ...task, ...membersOf(patch) };
  }

  /** Sets `completed`. */
  complete(task: Task, completed = !task.completed): Promise<Task> {
    return this.update(task, { completed });
  }

  /** Moves a task to the trash. */
  async remove(task: Task): Promise<void> {
    await this.#enqueue(task, [{ op: "delete", id: task.id }]);
  }

  /** Makes a task of the trash live again, or one that was just removed. Pass it as the user saw it. */
  async restore(task: Task | TrashedTask): Promise<Task> {
    const { deleted_at: _, ...live } = task as TrashedTask;
    await this.#enqueue(null, [{ op: "restore", id: task.id, task: live }]);
    return this.#version(task.id) ?? live;
  }

  /** Moves a task in the manual order: before or after another one, or to one end. */
  async move(task: Task, to: Move): Promise<void> {
    await this.#enqueue(task, [{ op: "move", id: task.id, to }]);
  }

  /**
   * Ends a conflict: with `"theirs"` nothing is written, with `"mine"` what is in it, and with a patch the same with these members
   * instead. A task that was deleted elsewhere is restored, or created again.
   */
  async resolve({ id }: { id: string }, choice: "mine" | "theirs" | TaskPatch): Promise<void> {
    const { userId } = this.#options.client;
    await this.#write((state) => {
      const conflict = state.queue.conflicts.find((each) => each.id === id);
      if (!conflict) return undefined;
      const conflicts = state.queue.conflicts.filter((each) => each.id !== id);
      if (choice === "theirs") return { queue: { conflicts } };
      const local = versionOf(state, conflict.taskId, userId);
      const operations = operationsOf(conflict, choice === "mine" ? {} : membersOf(choice), local);
      const queued = operations.length ? enqueued(state, conflict.theirs, operations, userId).queue : {};
      return { queue: { ...queued, conflicts } };
    });
  }

  /** Loads what changed elsewhere. */
  async refresh(): Promise<void> {
    const isUnreachable = this.#status.error instanceof Unreachable;
    try {
      await this.#request(() => this.#store.exclusively("send", () => refresh(this.#options.client, this.#store, this.#closed.signal)));
    } catch (error) {
      // Another tab can have left operations without a timer.
      if (!this.#flushing && !this.#retry) this.#scheduleRetry(error);
      throw error;
    }
    // Sooner than the next attempt.
    if (isUnreachable) this.#send();
  }

  /**
   * Loads what changed elsewhere, now and as it happens, until the signal is aborted or `close` is called: then the reason is thrown. It
   * continues after outages, and ends with an error that a repetition would not solve, such as `SignedOut`.
   */
  async follow({ signal }: { signal?: AbortSignal } = {}): Promise<never> {
    const { controller, release } = linked(this.#closed.signal, signal);
    const { client, retryMs = 1000 } = this.#options;
    try {
      return await followed(client, () => this.refresh(), retryMs, controller.signal);
    } finally {
      release();
      controller.abort();
    }
  }

  /**
   * Sends all pending operations, and rejects with the error of the request that failed. Writes, `open` and the event `online` call it
   * themselves, unless `autoSend` is false.
   */
  flush(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#isRequested = true;
    this.#flushing ??= this.#flushRequested();
    return this.#flushing;
  }

  /** Deletes everything of this user from the device, also what is not sent, and closes the queue. Other tabs store nothing either. */
  async clear(): Promise<void> {
    this.close();
    await this.#store.clear();
    await this.#stored?.clear();
  }

  /**
   * The same tasks and pending writes in memory, to continue with when the storage is full. Ends this object. What is stored remains
   * until all of it is sent.
   */
  async inMemory(): Promise<OfflineTasks> {
    const storage = memoryStorage();
    const store = this.#store;
    const state = await store.detach();
    await storage.put(store.account, valuesOf(state));
    const copy = await OfflineTasks.open({ ...this.#options, storage, tabs: null });
    copy.#stored = store;
    const taken = new Set(state.queue.operations.map(({ seq }) => seq));
    const stop = copy.subscribe(() => {
      // A conflict in memory is the only one: the device still has its operations.
      if (copy.status().pending || copy.conflicts().length) return;
      stop();
      // If the storage does not even allow this, they are sent again, and are settled by their ids and conditions.
      store.remove(taken).catch(() => {});
    });
    this.#end();
    return copy;
  }

  /** Ends all requests and timers. What is not sent remains stored, for the next object of the same user. */
  close(): void {
    this.#end();
    this.#store.close();
    this.#stored?.close();
  }

  #end(): void {
    clearTimeout(this.#retry);
    globalThis.removeEventListener?.("online", this.#online);
    this.#closed.abort(new AccountChanged("The queue was closed."));
    this.#listeners.clear();
  }

  #send = (): void => {
    if (this.#options.autoSend === false || this.#closed.signal.aborted || !this.#store.state.queue.operations.length) return;
    // `status` has the error.
    this.flush().catch(() => {});
  };

  /** The device has a network again: sends at once, and pauses begin anew. */
  #online = (): void => {
    this.#failures = 0;
    this.#send();
  };

  /** Sends again if `flush` was called meanwhile: what was added could be missing in the last batch. */
  async #flushRequested(): Promise<void> {
    try {
      while (this.#isRequested) {
        this.#isRequested = false;
        await this.#request(() => this.#store.exclusively("send", () => this.#sendAll()));
      }
    } catch (error) {
      this.#scheduleRetry(error);
      throw error;
    } finally {
      this.#flushing = undefined;
    }
  }

  async #sendAll(): Promise<void> {
    const { client, now = Date.now } = this.#options;
    for (;;) {
      let batch: Batch | undefined;
      // Stored before it is sent: after a crash it is sent with the same key.
      await this.#store.change(({ queue }) => {
        batch = nextBatch(queue, now());
        return batch === queue.batch ? undefined : { queue: { batch } };
      });
      if (!batch) return;
      const sent = batch;
      try {
        const results = await client.bulk(sent.body, { atomic: false, idempotencyKey: sent.key, signal: this.#closed.signal });
        const settle = (state: State) => (state.queue.batch?.key === sent.key ? settled(state, sent, results, client.userId) : undefined);
        await this.#store.change(settle);
        if (results.some(({ status }) => status >= 500)) throw new Unreachable("The API could not execute all operations.");
      } catch (error) {
        // The next attempt is another request.
        if (isMisused(error)) await this.#store.change(() => ({ queue: { batch: undefined } }));
        throw error;
      }
    }
  }

  /** Makes requests, and follows whether they succeed. */
  async #request(send: () => Promise<void>): Promise<void> {
    this.#notify({ isSending: true });
    try {
      await send();
      this.#failures = 0;
      this.#notify({ isSending: false, error: undefined });
    } catch (error) {
      this.#notify({ isSending: false, error });
      throw error;
    }
  }

  #scheduleRetry(error: unknown): void {
    const isRejected = error instanceof Problem && [401, 403].includes(error.status);
    const isFinal = error instanceof SignedOut || error instanceof AccountChanged || isRejected;
    if (isFinal || this.#closed.signal.aborted || this.#options.autoSend === false) return;
    const { retryMs = 1000 } = this.#options;
    const wait = Math.min(retryMs * 2 ** this.#failures, retryMs * 60) * (0.5 + Math.random());
    this.#failures = Math.min(this.#failures + 1, 10);
    const send = () => {
      this.#retry = undefined;
      this.#send();
    };
    clearTimeout(this.#retry);
    this.#retry = setTimeout(send, Math.max(wait, error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0));
  }

  async #enqueue(seen: Task | null, operations: Unnumbered[]): Promise<void> {
    if (!operations.every(fits)) throw new RangeError("The task is too large.");
    const added = operations.map((operation) => ({ ...operation, seq: UNNUMBERED }) as Pending);
    const remove = () => (this.#unstored = this.#unstored.filter((operation) => !added.includes(operation)));
    this.#unstored = [...this.#unstored, ...added];
    this.#notify({});
    try {
      await this.#write((state) => enqueued(state, seen, added, this.#options.client.userId));
      remove();
    } catch (error) {
      remove();
      this.#notify({});
      throw error;
    }
  }

  /** The pending operations: those that are stored, then the others. */
  #operations(): readonly Pending[] {
    const { operations, next } = this.#store.state.queue;
    return [...operations, ...this.#unstored.filter(({ seq }) => seq >= next)];
  }

  async #write(change: (state: State) => StateChange | undefined): Promise<void> {
    await this.#store.change(change);
    this.#send();
  }

  /** The tasks without the changes of this device; until all are loaded, also the initial ones. */
  #confirmed(): State["tasks"] {
    const { tasks, queue } = this.#store.state;
    const { initialTasks = [] } = this.#options;
    if (queue.isLoaded || !initialTasks.length) return tasks;
    if (this.#initial?.of !== tasks) {
      this.#initial = { of: tasks, merged: new Map([...initialTasks.map((task) => [task.id, task] as const), ...tasks]) };
    }
    return this.#initial.merged;
  }

  #version(id: string): Task | null {
    return versionOf(this.#store.state, id, this.#options.client.userId);
  }

  /** Calls the listeners if there is something new. */
  #notify(status: Partial<OfflineStatus>): void {
    const before = this.#status;
    const { isSending, error } = { ...before, ...status };
    const pending = this.#operations().length;
    const { isLoaded = false } = this.#store.state.queue;
    const isEqual = isSame([pending, isSending, isLoaded, error], [before.pending, before.isSending, before.isLoaded, before.error]);
    if (!isEqual) this.#status = { pending, isSending, isLoaded, error };
    const seen = [this.tasks(), this.lists(), this.conflicts(), this.#status];
    if (isSame(seen, this.#seen)) return;
    this.#seen = seen;
    for (const listener of this.#listeners) listener();
  }
}

const isSame = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((value, index) => value === other[index]);

/** Whether the API would reject the same request again. */
function isMisused(error: unknown): boolean {
  return error instanceof Problem && [400, 413, 415, 422].includes(error.status);
}
