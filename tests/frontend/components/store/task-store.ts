import { AccountChanged, createClient, SignedOut, type Client, type List, type Page, type Task } from "tasknook-client";
import { indexedDbStorage, memoryStorage, OfflineTasks, StorageFailed, type OfflineConflict, type OfflineStatus } from "tasknook-client/offline";

/** What the page shows. It is never modified, only replaced. */
export interface Snapshot {
  /** In their manual order, with all changes of this device. Until they are loaded, those that the server has rendered. */
  tasks: readonly Task[];
  lists: readonly List[];
  conflicts: readonly OfflineConflict[];
  isLoaded: boolean;
  status: OfflineStatus;
  /** Whether this device stores nothing: what is not sent is lost with the page. */
  isTemporary: boolean;
}

export interface TaskStoreOptions {
  userId: string;
  baseUrl: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  initialPage?: Page;
  onSignedOut: () => void;
  onAccountChanged: (error: AccountChanged) => void;
}

/** All tasks of the signed-in user, on this device and in step with the API. */
export class TaskStore {
  readonly #options: TaskStoreOptions;
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot;
  #client?: Client;
  #opening?: Promise<OfflineTasks>;
  /** That of the device, and the one in memory that took its place. */
  readonly #opened: OfflineTasks[] = [];
  readonly #writes = new Set<Promise<unknown>>();
  #following = new AbortController();
  #isTemporary = false;

  constructor(options: TaskStoreOptions) {
    this.#options = options;
    const tasks = options.initialPage?.tasks ?? [];
    const status = { pending: 0, isSending: false, isLoaded: false };
    this.#snapshot = { tasks, lists: [], conflicts: [], isLoaded: false, status, isTemporary: false };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /** The client, for what needs the API. Effects of components can need it before the one that starts the store. */
  get client(): Client {
    this.#client ??= createClient(this.#options);
    return this.#client;
  }

  /** Shows what this device has, then follows the API. Returns a function to stop. */
  start(): () => void {
    const { client } = this;
    this.#opening = this.#open(client, this.#newSignal());
    return () => {
      this.#following.abort();
      this.#client = undefined;
      const opening = this.#opening!;
      // An editor is saved as it is removed, which is after this.
      setTimeout(() => void this.#end(client, opening));
    };
  }

  /** Makes a change, which shows at once. If the device cannot store it, everything is in memory from then on. */
  write<Result>(change: (offline: OfflineTasks) => Promise<Result>): Promise<Result> {
    const writing = this.#write(change);
    this.#writes.add(writing);
    writing.finally(() => this.#writes.delete(writing)).catch(() => {});
    return writing;
  }

  async #write<Result>(change: (offline: OfflineTasks) => Promise<Result>): Promise<Result> {
    const offline = await this.#opening!;
    try {
      return await change(offline);
    } catch (error) {
      if (!(error instanceof StorageFailed)) throw error;
      return change(await this.#useMemory(offline));
    }
  }

  async #end(client: Client, opening: Promise<OfflineTasks>): Promise<void> {
    await Promise.allSettled(this.#writes);
    await opening.then((offline) => offline.close()).finally(() => client.close());
  }

  /** Changes lists, which needs a network. */
  async writeLists<Result>(change: (client: Client) => Promise<Result>): Promise<Result> {
    const offline = await this.#opening!;
    const result = await change(this.client);
    // Otherwise `follow` loads it later.
    await offline.refresh().catch(() => {});
    return result;
  }

  /** Whether changes would be lost with the page. */
  isUnsafeToLeave(): boolean {
    const { isTemporary, status, conflicts } = this.#snapshot;
    return isTemporary && status.pending + conflicts.length > 0;
  }

  /** Sends what is pending. */
  async flush(): Promise<void> {
    const offline = await this.#opening!;
    await offline.flush().catch(() => {});
  }

  /** Deletes everything of the user from this device. */
  async clear(): Promise<void> {
    await this.#opening;
    this.#following.abort();
    await Promise.all(this.#opened.map((offline) => offline.clear()));
  }

  /** The signal to follow the API, until the next call. */
  #newSignal(): AbortSignal {
    this.#following.abort();
    this.#following = new AbortController();
    return this.#following.signal;
  }

  async #open(client: Client, signal: AbortSignal): Promise<OfflineTasks> {
    const initialTasks = this.#options.initialPage?.tasks;
    try {
      return this.#use(await OfflineTasks.open({ client, storage: indexedDbStorage(), initialTasks }), signal);
    } catch {
      this.#isTemporary = true;
      return this.#use(await OfflineTasks.open({ client, storage: memoryStorage(), tabs: null, initialTasks }), signal);
    }
  }

  /** Continues in memory, once for all that fails. */
  #useMemory(full: OfflineTasks): Promise<OfflineTasks> {
    if (this.#isTemporary) return this.#opening!;
    this.#isTemporary = true;
    const { signal: current } = this.#following;
    const signal = current.aborted ? current : this.#newSignal();
    this.#opening = full.inMemory().then((offline) => this.#use(offline, signal));
    return this.#opening;
  }

  #use(offline: OfflineTasks, signal: AbortSignal): OfflineTasks {
    this.#opened.push(offline);
    let handled: unknown;
    const fail = (error: unknown) => {
      if (error !== handled) this.#failed(offline, error);
      handled = error;
    };
    const show = () => {
      if (signal.aborted) return;
      const [tasks, lists, conflicts, status] = [offline.tasks(), offline.lists(), offline.conflicts(), offline.status()];
      this.#set({ tasks, lists, conflicts, isLoaded: status.isLoaded, status, isTemporary: this.#isTemporary });
      if (status.error) fail(status.error);
    };
    offline.subscribe(show);
    show();
    whileVisible(signal, (signal) => {
      offline.follow({ signal }).catch((error: unknown) => signal.aborted || fail(error));
    });
    return offline;
  }

  #failed(offline: OfflineTasks, error: unknown): void {
    // What changes elsewhere has no room, or a batch: nothing could be sent.
    if (error instanceof StorageFailed) this.#useMemory(offline).catch(() => {});
    else if (error instanceof SignedOut) this.#options.onSignedOut();
    else if (error instanceof AccountChanged) this.#options.onAccountChanged(error);
  }

  #set(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

/** Runs it whenever the page becomes visible, with a signal that is aborted when it is hidden: then it has no stream of events. */
function whileVisible(signal: AbortSignal, run: (signal: AbortSignal) => void): void {
  if (signal.aborted) return;
  let current = new AbortController();
  const restart = () => {
    current.abort();
    current = new AbortController();
    if (!document.hidden) run(current.signal);
  };
  restart();
  document.addEventListener("visibilitychange", restart);
  signal.addEventListener("abort", () => {
    document.removeEventListener("visibilitychange", restart);
    current.abort();
  });
}
