import { changed, EMPTY, queueKey, withValues, type Queue, type State, type StateChange } from "./state.ts";
import { StorageFailed, type OfflineStorage } from "./storage.ts";
import type { OfflineTabs, Channel } from "./tabs.ts";

const FAILED = "The change could not be stored on this device.";

interface Message {
  previous: number;
  version: number;
  values: Map<string, unknown>;
}

export interface StoreOptions {
  account: string;
  storage: OfflineStorage;
  tabs?: OfflineTabs;
  /** Called after each change, also by another tab. */
  onChange: () => void;
}

/** The state of an account in the storage, which all tabs change under one lock, and a copy of it in memory. */
export class Store {
  readonly #options: StoreOptions;
  readonly #channel?: Channel;
  readonly #queues = new Map<string, Promise<unknown>>();
  #state = EMPTY;
  /** Whether the storage has had something of the account. */
  #wasStored = false;
  #isClosed = false;
  #isDetached = false;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#channel = options.tabs?.open(options.account, (message) => this.#receive(message as Message));
  }

  get account(): string {
    return this.#options.account;
  }

  get state(): State {
    return this.#state;
  }

  /** Loads what is stored. */
  async load(): Promise<void> {
    const { account, storage } = this.#options;
    const values = await attempt(() => storage.getAll(account));
    const state = withValues(EMPTY, values);
    // A change can have been received meanwhile.
    if (state.queue.version > this.#state.queue.version) this.#adopt(state);
  }

  /** Stores a change of the current state. If that fails, nothing has changed. */
  change(change: (state: State) => StateChange | undefined): Promise<void> {
    return this.exclusively("state", async () => {
      if (this.#isDetached) throw new StorageFailed(FAILED);
      await this.#change(change);
    });
  }

  /** Makes all further changes fail, and returns the state after the last one. */
  detach(): Promise<State> {
    return this.exclusively("state", async () => {
      this.#isDetached = true;
      return this.#state;
    });
  }

  async #change(change: (state: State) => StateChange | undefined): Promise<void> {
    const { account, storage } = this.#options;
    const stored = (await attempt(() => storage.get(account, queueKey))) as Queue | undefined;
    // Another tab has signed out. What a request in flight returns would remain on the device.
    if (!stored && this.#wasStored) throw new StorageFailed("The tasks were deleted from this device.");
    if ((stored?.version ?? 0) !== this.#state.queue.version) await this.#reload();
    const wanted = change(this.#state);
    if (!wanted) return;
    const previous = this.#state.queue.version;
    const { values, state } = changed(this.#state, wanted);
    this.#assertOpen();
    await attempt(() => storage.put(account, values));
    this.#adopt(state);
    if (!this.#isClosed) this.#channel?.postMessage({ previous, version: state.queue.version, values } satisfies Message);
  }

  /** Runs one call after the other, those of other tabs included. */
  async exclusively<Result>(lock: "state" | "send", run: () => Promise<Result>): Promise<Result> {
    const { account, tabs } = this.#options;
    const before = this.#queues.get(lock);
    const inTurn = (async () => {
      await before?.catch(() => {});
      this.#assertOpen();
      if (!tabs) return run();
      let result: { value: Result } | undefined;
      await tabs.request(`${account} ${lock}`, {}, async () => {
        this.#assertOpen();
        result = { value: await run() };
      });
      return result!.value;
    })();
    this.#queues.set(lock, inTurn);
    return inTurn;
  }

  /** After `detach`: removes pending operations, which another object has sent. */
  remove(seqs: ReadonlySet<number>): Promise<void> {
    const change = ({ queue }: State) => {
      const operations = queue.operations.filter(({ seq }) => !seqs.has(seq));
      return operations.length < queue.operations.length ? { queue: { operations, batch: undefined } } : undefined;
    };
    return this.exclusively("send", () => this.exclusively("state", () => this.#change(change)));
  }

  /** Deletes all that is stored, and closes this. Other tabs store nothing either, until they load again. */
  async clear(): Promise<void> {
    const { account, storage, tabs } = this.#options;
    this.close();
    await this.#queues.get("state")?.catch(() => {});
    const clear = async () => {
      await attempt(() => storage.clear(account));
      this.#state = EMPTY;
      const channel = tabs?.open(account, () => {});
      channel?.postMessage({ previous: -1, version: 0, values: new Map() } satisfies Message);
      channel?.close();
    };
    await (tabs ? tabs.request(`${account} state`, {}, clear) : clear());
  }

  close(): void {
    this.#isClosed = true;
    this.#channel?.close();
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error("The queue was closed.");
  }

  #adopt(state: State): void {
    this.#state = state;
    this.#wasStored ||= state.queue.version > 0;
    if (!this.#isClosed) this.#options.onChange();
  }

  /** Replaces the copy, also by an earlier version: everything can have been deleted, and stored again. */
  async #reload(): Promise<void> {
    const { account, storage } = this.#options;
    this.#adopt(withValues(EMPTY, await attempt(() => storage.getAll(account))));
  }

  #receive({ previous, version, values }: Message): void {
    const mine = this.#state.queue.version;
    if (previous === mine) this.#adopt(withValues(this.#state, values));
    else if (previous === -1) this.#adopt(EMPTY);
    // A message was lost. Without this, the next change reads the storage.
    else if (version > mine) this.load().catch(() => {});
  }
}

async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw new StorageFailed(FAILED, { cause: error });
  }
}
