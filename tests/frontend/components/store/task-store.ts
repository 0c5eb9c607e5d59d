import { createClient, SignedOut, type AccountChanged, type Client, type List, type Page, type Task } from "tasknook-client";
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

  /** The client, for what needs the API. */
  get client(): Client {
    if (!this.#client) throw new Error("The store has not started.");
    return this.#client;
  }

  /** Shows what this device has, then follows the API. Returns a function to stop. */
  start(): () => void {
    const client = createClient(this.#options);
    this.#client = client;
    this.#opening = this.#open(client, this.#newSignal());
    return () => {
      this.#following.abort();
      const opening = this.#opening;
      void opening?.then((offline) => offline.close()).finally(() => client.close());
    };
  }

  /** Makes a change, which shows at once. If the device cannot store it, everything is in memory from then on. */
  async write<Result>(change: (offline: OfflineTasks) => Promise<Result>): Promise<Result> {
    const offline = await this.#opening!;
    try {
      return await change(offline);
    } catch (error) {
      if (!(error instanceof StorageFailed)) throw error;
      return change(await this.#openInMemory(offline));
    }
  }

  /** Changes lists, which needs a network. */
  async writeLists<Result>(change: (client: Client) => Promise<Result>): Promise<Result> {
    const offline = await this.#opening!;
    const result = await change(this.client);
    await offline.refresh();
    return result;
  }

  /** Sends what is pending. Returns the number of changes that are left. */
  async flush(): Promise<number> {
    const offline = await this.#opening!;
    await offline.flush().catch(() => {});
    return offline.status().pending;
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

  #openInMemory(full: OfflineTasks): Promise<OfflineTasks> {
    if (this.#isTemporary) return this.#opening!;
    this.#isTemporary = true;
    this.#opening = (async () => {
      const offline = await OfflineTasks.open({ client: this.client, storage: memoryStorage(), tabs: null });
      await offline.refresh().catch(() => {});
      const signal = this.#newSignal();
      full.close();
      return this.#use(offline, signal);
    })();
    return this.#opening;
  }

  #use(offline: OfflineTasks, signal: AbortSignal): OfflineTasks {
    this.#opened.push(offline);
    const show = () => {
      const [tasks, lists, conflicts, status] = [offline.tasks(), offline.lists(), offline.conflicts(), offline.status()];
      this.#set({ tasks, lists, conflicts, isLoaded: status.isLoaded, status, isTemporary: this.#isTemporary });
      if (status.error) this.#ended(status.error);
    };
    offline.subscribe(show);
    show();
    whileVisible(signal, (signal) => {
      offline.follow({ signal }).catch((error: unknown) => {
        if (signal.aborted) return;
        // What changes elsewhere has no room either. Changes of the user that are stored remain in view.
        if (error instanceof StorageFailed && !offline.status().pending) void this.#openInMemory(offline);
        else this.#ended(error);
      });
    });
    return offline;
  }

  #ended(error: unknown): void {
    if (error instanceof SignedOut) this.#options.onSignedOut();
    else if (error instanceof Error && error.name === "AccountChanged") this.#options.onAccountChanged(error as AccountChanged);
  }

  #set(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

/** Runs it whenever the page becomes visible, with a signal that is aborted when it is hidden: then it has no stream of events. */
function whileVisible(signal: AbortSignal, run: (signal: AbortSignal) => void): void {
  let current = new AbortController();
  const restart = () => {
    current.abort();
    current = new AbortController();
    if (!document.hidden && !signal.aborted) run(current.signal);
  };
  restart();
  document.addEventListener("visibilitychange", restart);
  signal.addEventListener("abort", () => {
    document.removeEventListener("visibilitychange", restart);
    current.abort();
  });
}
