import { randomUUID } from "node:crypto";

import type { Client, ClientOptions, Fetch, OperationResult } from "../src/index.ts";
import { memoryStorage, OfflineTasks, type OfflineOptions, type OfflineStorage } from "../src/offline/index.ts";
import { testClient, tokenFor } from "./support.ts";

/** A storage and a network that can fail, and the queues of one user on them. */
export class Device {
  readonly userId: string;
  readonly stored: OfflineStorage;
  /** `cut`: no request arrives. `lost`: requests are executed, but there is no response. */
  network: "on" | "cut" | "lost" = "on";
  /** What the storage throws. */
  storageError?: Error;
  now = Date.now();
  /** The number of steps that are left until the process is killed: writes to the storage and requests, before and after each. */
  stepsLeft = Infinity;
  /** The results of all operations that were executed, also if the response was lost. */
  readonly results: OperationResult[] = [];
  readonly keys: string[] = [];
  #isKilled = false;

  constructor({ userId = randomUUID() as string, stored = memoryStorage() } = {}) {
    this.userId = userId;
    this.stored = stored;
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** A new process: what was in memory is lost. */
  async open(options: Partial<OfflineOptions> & { client?: Client; clientOptions?: Partial<ClientOptions> } = {}): Promise<OfflineTasks> {
    this.#isKilled = false;
    const { clientOptions, ...others } = options;
    const { api } = testClient({
      userId: this.userId,
      maxRetries: 0,
      fetch: this.#fetch,
      fetchToken: () => tokenFor(this.userId),
      ...clientOptions,
    });
    return OfflineTasks.open({ client: api, storage: this.#storage(), tabs: null, autoSend: false, now: () => this.now, ...others });
  }

  kill(): void {
    this.#isKilled = true;
  }

  #step(): void {
    this.stepsLeft -= 1;
    if (this.stepsLeft < 0) this.#isKilled = true;
    if (this.#isKilled) throw new Error("killed");
  }

  #storage(): OfflineStorage {
    const { stored } = this;
    const call = async <Result>(run: () => Promise<Result>) => {
      if (this.#isKilled) throw new Error("killed");
      if (this.storageError) throw this.storageError;
      return run();
    };
    return {
      get: (account, key) => call(() => stored.get(account, key)),
      getAll: (account) => call(() => stored.getAll(account)),
      clear: (account) => call(() => stored.clear(account)),
      put: (account, values) =>
        call(async () => {
          this.#step();
          await stored.put(account, values);
          this.#step();
        }),
    };
  }

  readonly #fetch: Fetch = async (url, init) => {
    this.#step();
    if (this.network === "cut") throw new TypeError("offline");
    const response = await fetch(url, init);
    if (url.endsWith("/bulk")) {
      this.keys.push(new Headers(init.headers).get("Idempotency-Key")!);
      if (response.ok) this.results.push(...((await response.clone().json()) as { results: OperationResult[] }).results);
    }
    this.#step();
    if (this.network === "lost") throw new TypeError("offline");
    return response;
  };
}

/** The user's tasks in their manual order, as the API returns them. */
export async function storedTasks(userId: string) {
  const tasks = [];
  for await (const task of testClient({ userId }).api.all({ sort: "position" })) tasks.push(task);
  return tasks;
}
