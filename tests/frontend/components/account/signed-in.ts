import { MutationCache, notifyManager, QueryCache, QueryClient } from "@tanstack/react-query";

import { TaskLists, TASKS, tasksKey } from "@/components/tasks/task-lists";
import { createClient, type Page, Problem } from "tasknook-client";
import type { TaskFilter } from "@/lib/task-filter";

import { Connection, isOutage } from "./connection";

/** Seconds between retries while the API is unavailable or limits requests, unless it sends `Retry-After`. */
const RETRY_SECONDS = 2;

// Shows a checked box in the same frame as the click.
notifyManager.setScheduler(queueMicrotask);

export interface User {
  id: string;
  name: string;
  email: string;
}

export interface SignedInOptions {
  user: User;
  apiUrl: string;
  /** The first page of tasks, if the server could load it. */
  first?: { filter: TaskFilter; page: Page };
  /** Called after each successful request. */
  onSuccess: () => void;
  /** Called with each error, which may mean that the user is no longer signed in. */
  onError: (error: Error) => void;
}

/** The state of one signed-in user: API client, cache and connection. */
export class SignedIn {
  readonly user: User;
  readonly connection = new Connection();
  readonly queries: QueryClient;
  readonly api;
  /** Handles an error of a call outside the queries and mutations, as theirs. */
  readonly failed: (error: Error) => void;
  #closed = false;

  constructor({ user, apiUrl, first, onSuccess, onError }: SignedInOptions) {
    this.user = user;
    this.api = createClient({ baseUrl: apiUrl, userId: user.id, maxRetries: 0 });
    this.failed = (error) => {
      this.connection.failed(error);
      if (!this.#closed) onError(error);
    };
    const handleSuccess = () => {
      this.connection.succeeded();
      onSuccess();
    };
    this.queries = new QueryClient({
      queryCache: new QueryCache({
        onSuccess(_, { queryKey }) {
          handleSuccess();
          if (queryKey[0] === TASKS[0]) lists.reapply();
        },
        onError: this.failed,
      }),
      mutationCache: new MutationCache({ onSuccess: handleSuccess, onError: this.failed }),
      defaultOptions: {
        queries: {
          // `navigator.onLine` is unreliable; a failed request is not.
          networkMode: "always",
          retry: (_, error) => {
            this.connection.failed(error);
            return isOutage(error) || (error instanceof Problem && error.status === 429);
          },
          retryDelay: (_, error) => ((error instanceof Problem && error.retryAfter) || RETRY_SECONDS) * 1000,
        },
        mutations: { networkMode: "always" },
      },
    });
    const lists = new TaskLists(this.queries);
    if (first) this.queries.setQueryData(tasksKey(first.filter), { pages: [first.page], pageParams: [undefined] });
  }

  close(): void {
    this.#closed = true;
    this.api.close();
    this.queries.clear();
  }
}
