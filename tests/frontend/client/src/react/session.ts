import { MutationCache, notifyManager, onlineManager, QueryCache, QueryClient } from "@tanstack/react-query";

import { createClient, type Client, type ClientOptions } from "../client.ts";
import { AccountChanged, Problem, SignedOut } from "../problem.ts";
import { Connection, isOutage } from "./connection.ts";
import { createListMutations, type ListMutations } from "./list-mutations.ts";
import { Live } from "./live.ts";
import { createMutations, type Mutations } from "./mutations.ts";
import { TaskCache, TASKS } from "./task-cache.ts";

/** Seconds between retries while the API is unavailable or limits requests, unless it sends `Retry-After`. */
const RETRY_SECONDS = 2;

/** With these or with a client. */
export interface SessionOptions extends Pick<ClientOptions, "baseUrl" | "userId" | "fetchToken" | "fetch"> {
  client?: Client;
  live: boolean;
  onSignedOut: (error: SignedOut) => void;
  onAccountChanged: (error: AccountChanged) => void;
}

/** The state of one signed-in user: client, cache, event stream and connection. */
export class Session {
  readonly client: Client;
  readonly queries: QueryClient;
  readonly connection = new Connection();
  readonly cache: TaskCache;
  readonly mutations: Mutations;
  readonly listMutations: ListMutations;
  readonly #options: SessionOptions;
  readonly #live: Live;
  #stop?: () => void;
  /** Those without a response yet. */
  readonly #writes = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    // Reads are repeated here, so that the first failure is shown.
    this.client = options.client ?? createClient({ ...options, maxReadRetries: 0 });
    this.queries = new QueryClient({
      queryCache: new QueryCache({
        onSuccess: (_, { queryKey }) => {
          this.connection.succeeded();
          if (queryKey[0] === TASKS[0]) this.cache.reapply();
        },
        onError: this.failed,
      }),
      mutationCache: new MutationCache(),
      defaultOptions: {
        queries: {
          // `navigator.onLine` is unreliable; a failed request is not.
          networkMode: "always",
          // The stream delivers what the page has missed.
          refetchOnWindowFocus: () => !this.#live.isFollowing,
          retry: (_, error) => {
            this.connection.failed(error);
            return isOutage(error) || (error instanceof Problem && error.status === 429);
          },
          retryDelay: (_, error) => ((error instanceof Problem && error.retryAfter) || RETRY_SECONDS) * 1000,
        },
      },
    });
    this.cache = new TaskCache(this.queries);
    const succeeded = () => this.connection.succeeded();
    const begin = (write: Promise<unknown>) => {
      this.#writes.add(write);
      const end = () => void this.#writes.delete(write);
      write.then(end, end);
    };
    const context = { client: this.client, cache: this.cache, begin, succeeded, failed: this.failed };
    this.mutations = createMutations(context);
    this.listMutations = createListMutations(context);
    this.#live = new Live(this.client, this.cache, this.failed);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Handles the error of a call. */
  readonly failed = (error: unknown): void => {
    if (this.#closed) return;
    this.connection.failed(error);
    if (error instanceof SignedOut) this.#options.onSignedOut(error);
    if (error instanceof AccountChanged) this.#options.onAccountChanged(error);
  };

  /** Begins to follow the changes. */
  open(): void {
    this.#stop?.();
    // Only a mounted client reads again with the focus.
    this.queries.mount();
    // Shows a checked box in the same frame as the click.
    notifyManager.setScheduler(queueMicrotask);
    // When the network goes offline or online, a request shows whether the API is available.
    const stopOnline = onlineManager.subscribe(() => void this.queries.invalidateQueries({ queryKey: TASKS }));
    const stopLive = this.#options.live ? this.#live.start() : undefined;
    this.#stop = () => {
      this.queries.unmount();
      stopOnline();
      stopLive?.();
    };
  }

  /** Discards all that was loaded. The client ends when the last write has; one that was passed is left to the caller. */
  close(): void {
    this.#closed = true;
    this.#stop?.();
    this.queries.clear();
    if (!this.#options.client) void Promise.allSettled(this.#writes).then(() => this.client.close());
  }
}
