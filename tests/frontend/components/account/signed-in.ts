import { MutationCache, notifyManager, QueryCache, QueryClient } from "@tanstack/react-query";

import { TaskLists, TASKS, tasksKey } from "@/components/tasks/task-lists";
import { createApi, tokenOfSession, type Page } from "@/lib/api";
import { Problem } from "@/lib/problem";
import type { TaskFilter } from "@/lib/task-filter";

import { Connection, isOutage } from "./connection";

/** How often an API that is away is asked again, in seconds. */
const RETRY_AFTER = 2;

// A tick shows in the same frame as the click.
notifyManager.setScheduler(queueMicrotask);

export interface User {
  id: string;
  name: string;
  email: string;
}

export interface SignedInOptions {
  user: User;
  apiUrl: string;
  /** The first page of tasks, when the server could read it. */
  first?: { filter: TaskFilter; page: Page };
  /** Told of an answer: the user is there. */
  onAnswer: () => void;
  /** Told of an error, which may mean that the user is not there any more. */
  onError: (error: Error) => void;
}

/** Everything that the browser holds for one user between sign-in and sign-out. */
export class SignedIn {
  readonly user: User;
  readonly connection = new Connection();
  readonly queries: QueryClient;
  readonly api;
  #closed = false;

  constructor({ user, apiUrl, first, onAnswer, onError }: SignedInOptions) {
    this.user = user;
    this.api = createApi({ baseUrl: apiUrl, userId: user.id, fetchToken: tokenOfSession });
    const onFailure = (error: Error) => {
      this.connection.failed(error);
      if (!this.#closed) onError(error);
    };
    const onSuccess = () => {
      this.connection.answered();
      onAnswer();
    };
    this.queries = new QueryClient({
      queryCache: new QueryCache({
        onSuccess(_, { queryKey }) {
          onSuccess();
          if (queryKey[0] === TASKS[0]) lists.resume();
        },
        onError: onFailure,
      }),
      mutationCache: new MutationCache({ onSuccess, onError: onFailure }),
      defaultOptions: {
        queries: {
          // `navigator.onLine` is a guess. A call that fails is not.
          networkMode: "always",
          retry: (_, error) => {
            this.connection.failed(error);
            return isOutage(error);
          },
          retryDelay: (_, error) => ((error instanceof Problem && error.retryAfter) || RETRY_AFTER) * 1000,
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
