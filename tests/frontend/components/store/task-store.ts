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
    const status = { pending: 0, isSending: false };
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
    try {
      return this.#use(await OfflineTasks.open({ client, storage: indexedDbStorage() }), signal);
    } catch {
      this.#isTemporary = true;
      return this.#use(await OfflineTasks.open({ client, storage: memoryStorage(), tabs: null }), signal);
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
    let isLoaded = offline.tasks().length > 0 || offline.lists().length > 0;
    const show = () => {
      const { initialPage } = this.#options;
      const tasks = isLoaded ? offline.tasks() : merged(offline.tasks(), initialPage?.tasks ?? []);
      const [lists, conflicts, status] = [offline.lists(), offline.conflicts(), offline.status()];
      this.#set({ tasks, lists, conflicts, isLoaded, status, isTemporary: this.#isTemporary });
      if (status.error) this.#ended(status.error);
    };
    offline.subscribe(show);
    show();
    const loaded = () => {
      isLoaded = true;
      show();
    };
    // Without a network, what is stored is all there is.
    offline.refresh().then(loaded, loaded);
    offline.follow({ signal }).catch((error: unknown) => signal.aborted || this.#ended(error));
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

/** The tasks of this device, and those of the server that it does not have. */
function merged(own: readonly Task[], others: readonly Task[]): Task[] {
  const ids = new Set(own.map(({ id }) => id));
  return [...own, ...others.filter(({ id }) => !ids.has(id))];
}
