import { Calls } from "./abort.ts";
import { events, type StreamEvent } from "./events.ts";
import { Http, type Call, type Fetch, type Received, type Result } from "./http.ts";
import { canStream, poll } from "./poll.ts";
import { AccountChanged, Problem } from "./problem.ts";
import type { operations } from "./schema.ts";
import { browserTabs, SharedEvents, type Tabs } from "./shared-events.ts";
import { fetchSessionToken, Token, type FetchToken } from "./token.ts";
import type * as types from "./types.ts";
import { uuid } from "./uuid.ts";
import { Versions, type Version } from "./versions.ts";

export interface ClientOptions {
  /** The URL of the API, such as `https://api.example.com`, or a path of this origin that is forwarded to it. */
  baseUrl: string;
  /** The signed-in user's id in Better Auth. */
  userId: string;
  /**
   * Returns a new token; by default from `/api/auth/token` of this origin. On the server: `auth.api.getToken`. An error other than
   * `SignedOut` is thrown as the cause of an `Unreachable`.
   */
  fetchToken?: FetchToken;
  fetch?: Fetch;
  /** The number of retries after 429 and 503; 2 by default. */
  maxRetries?: number;
  /** The number of retries of reads, if it differs. */
  maxReadRetries?: number;
  /** Milliseconds to wait for each response; 20,000 by default, which is longer than the API's own timeout (15 s). */
  timeoutMs?: number;
  /**
   * Whether `events` receives a stream; otherwise it reads the changes every `pollMs`. By default where the responses of the global
   * `fetch` can be read as they arrive. Set it if those of your own `fetch` differ.
   */
  stream?: boolean;
  /** Milliseconds between two reads of the changes without a stream; 10,000 by default. */
  pollMs?: number;
  /**
   * Whether all tabs of the browser share one event stream for this user and URL; true by default. It needs Web Locks, thus https or
   * localhost, and `BroadcastChannel`. Without them each client has a stream of its own.
   */
  shareEvents?: boolean;
  /** Milliseconds on a monotonic clock. */
  now?: () => number;
}

export type Client = ReturnType<typeof createClient>;

/** The most changes of a page. */
const PAGE = 1000;

/** Options of `changes`, `follow` and `events`. */
export interface SinceOptions extends types.CallOptions {
  /** The position to continue after. */
  since?: string;
}

/** Options of `events`. */
export interface EventOptions extends SinceOptions {
  /** Called after each attempt to connect that failed and will be repeated, also by another tab whose stream is shared. */
  onFailure?: () => void;
}

/**
 * The client of one user: create one at sign-in, `close` it at sign-out.
 *
 * Every method throws the errors of `problem.ts`: `Problem` for an error that the API returned, `Unreachable` without a
 * response of the API, `SignedOut` and `AccountChanged` if the user is no longer signed in. If the caller's signal is
 * aborted, its reason is thrown.
 */
export function createClient(options: ClientOptions) {
  return createClientIn(browserTabs(), options);
}

/**
 * The same, with these APIs instead of the browser's.
 *
 * @internal
 */
export function createClientIn(tabs: Tabs | undefined, options: ClientOptions) {
  const { userId, fetchToken = fetchSessionToken, now, maxRetries = 2, maxReadRetries = maxRetries, timeoutMs = 20_000 } = options;
  const { stream = canStream(), pollMs = 10_000, shareEvents = true } = options;
  // Looked up at each call: others replace the global one later.
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const token = new Token(userId, fetchToken, now, timeoutMs);
  const versions = new Versions();
  const calls = new Calls();
  const http = new Http({ baseUrl, token, fetch, calls, maxRetries, maxReadRetries, timeoutMs });
  const owner = `/api/${encodeURIComponent(userId)}`;

  const received = <Of extends keyof operations>(method: string, path: string, call?: Call<Of>) => http.call(method, owner + path, call);

  async function call<Of extends keyof operations>(method: string, path: string, options?: Call<Of>): Promise<Result<Of>> {
    return (await received(method, path, options)).body;
  }

  /** The header of a write that requires a version. */
  const ifMatch = (base: Version) => ({ "If-Match": `"${versions.required(base)}"` });

  /** Creates what has this id, or returns it as it is. */
  async function createOrGet<Of extends keyof operations>(path: string, call: Call<Of>): Promise<Result<Of>> {
    try {
      const { body } = await received("PUT", path, { ...call, headers: { "If-None-Match": "*" } });
      // Writes to a draft, whose revision is 0, are based on what was created.
      return versions.wrote({ id: (body as Version).id, revision: 0 }, body as Result<Of> & Version);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412 || error.trashed) throw error;
      return (await received<Of>("GET", path, { signal: call.signal })).body;
    }
  }

  /** Writes to a version, after the earlier calls for the same object. */
  function write<Of extends keyof operations>(method: string, path: string, base: Version, options: Call<Of>): Promise<Result<Of> & Version> {
    return versions.inOrder(base.id, async () => {
      const headers = { ...ifMatch(base), ...options.headers };
      return versions.wrote(base, (await call(method, path, { ...options, headers })) as Result<Of> & Version);
    }, options.signal);
  }

  async function list(query: types.TaskQuery = {}, { signal }: types.CallOptions = {}): Promise<types.Page> {
    return pageOf(await received<"list_tasks">("GET", "/tasks", { query, signal }));
  }

  async function changes({ since, limit, signal }: SinceOptions & { limit?: number } = {}): Promise<types.Changes> {
    return call<"list_changes">("GET", "/tasks/changes", { query: { since, limit }, signal });
  }

  function receive(since: string | undefined, signal: AbortSignal, onFailure?: () => void): AsyncGenerator<StreamEvent, never> {
    if (!stream) return poll({ changes, since, pollMs, signal, onFailure });
    return events({ url: `${baseUrl}${owner}/tasks/events`, token, fetch, since, signal, onFailure });
  }

  const name = `tasknook-events-1 ${owner} ${baseUrl}`;
  const shared = shareEvents && tabs ? new SharedEvents({ name, tabs, receive, changes }) : undefined;

  return {
    baseUrl,
    userId,

    /** Returns a page of tasks, newest first by default. */
    list,

    /** Yields all tasks that match, page by page. */
    async *all(query: types.TaskQuery = {}, { signal }: types.CallOptions = {}): AsyncGenerator<types.Task, void> {
      let page = await list({ limit: 1000, ...query }, { signal });
      yield* page.tasks;
      while (page.next) {
        // A cursor contains filter and order.
        page = await list({ limit: query.limit ?? 1000, cursor: page.next }, { signal });
        yield* page.tasks;
      }
    },

    /** Returns a page of the deleted tasks, the newest deletion first by default. */
    async listTrash(query: types.TrashQuery = {}, { signal }: types.CallOptions = {}): Promise<types.Page<types.TrashedTask>> {
      return pageOf(await received<"list_trash">("GET", "/tasks/trash", { query, signal }));
    },

    /** Returns the tags of the tasks outside the trash, sorted by name. */
    tags({ signal }: types.CallOptions = {}): Promise<types.TagCount[]> {
      return call<"list_tags">("GET", "/tasks/tags", { signal });
    },

    /**
     * Returns a page of the tasks and lists that changed since a position, or without one of a snapshot. Throws
     * `resync_required` if what follows the position is not known: begin again without it, with nothing.
     */
    changes,

    /** Yields the same pages until there are no more. `next` of the last one is where to continue later. */
    async *follow({ since, signal }: SinceOptions = {}): AsyncGenerator<types.Changes, void> {
      for (let more = true; more; ) {
        const page = await changes({ since, limit: PAGE, signal });
        yield page;
        ({ next: since, more } = page);
      }
    },

    /**
     * Yields the changes after a position, or from now on, as soon as they happen. It ends with the errors of any other method; each
     * tab finds them itself.
     */
    async *events({ since, signal, onFailure }: EventOptions = {}): AsyncGenerator<StreamEvent, never> {
      const call = calls.begin(signal);
      try {
        return yield* shared ? shared.events(since, call.signal, onFailure) : receive(since, call.signal, onFailure);
      } finally {
        call.end();
      }
    },

    /** Creates a task. */
    create(body: types.NewTask, { id, idempotencyKey, signal }: types.CreateOptions = {}): Promise<types.Task> {
      if (id === undefined) return call<"create_task">("POST", "/tasks", { body, headers: keyOf(idempotencyKey), signal });
      return versions.inOrder(id, () => createOrGet<"update_task">(`/tasks/${idOf(id)}`, { body, signal }), signal);
    },

    /** Returns the current version of a task. */
    get(id: string, { signal }: types.CallOptions = {}): Promise<types.Task> {
      return versions.inOrder(id, () => call<"get_task">("GET", `/tasks/${idOf(id)}`, { signal }), signal);
    },

    /** Changes the given members. Throws `precondition_failed` if another client has changed this version. */
    update(task: Version, body: types.TaskPatch, { signal }: types.CallOptions = {}): Promise<types.Task> {
      return write<"patch_task">("PATCH", `/tasks/${idOf(task.id)}`, task, { body, signal });
    },

    /** Sets or toggles `completed`. */
    complete(task: Version, completed?: boolean, { signal }: types.CallOptions = {}): Promise<types.Task> {
      return write<"complete_task">("PATCH", `/tasks/${idOf(task.id)}/complete`, task, { body: { completed }, signal });
    },

    /** Moves a task in the manual order: before or after another one, or to one end. */
    move(task: Version, to: types.Move, { idempotencyKey, signal }: types.OnceOptions = {}): Promise<types.Task> {
      return write<"move_task">("POST", `/tasks/${idOf(task.id)}/move`, task, { body: to, headers: keyOf(idempotencyKey), signal });
    },

    /** Moves a task to the trash. */
    remove(task: Version, { signal }: types.CallOptions = {}): Promise<void> {
      return versions.inOrder(task.id, async () => {
        await call<"delete_task">("DELETE", `/tasks/${idOf(task.id)}`, { headers: ifMatch(task), signal });
        versions.forget(task.id);
      }, signal);
    },

    /** Makes a task of the trash live again. */
    restore({ id }: { id: string }, { idempotencyKey, signal }: types.OnceOptions = {}): Promise<types.Task> {
      const headers = keyOf(idempotencyKey);
      return versions.inOrder(id, () => call<"restore_task">("POST", `/tasks/${idOf(id)}/restore`, { headers, signal }), signal);
    },

    /** Deletes a task of the trash for good. */
    async purge({ id }: { id: string }, { signal }: types.CallOptions = {}): Promise<void> {
      await call<"purge_task">("DELETE", `/tasks/trash/${idOf(id)}`, { signal });
    },

    /** Deletes all tasks of the trash for good. */
    async emptyTrash({ signal }: types.CallOptions = {}): Promise<void> {
      await call<"empty_trash">("DELETE", "/tasks/trash", { signal });
    },

    /**
     * Executes up to 500 operations in sequence and in one request, and returns the result of each. By default, it throws the
     * problem of the first one that fails, with its `index`, and none is executed; with `atomic: false`, each has its own.
     */
    async bulk(list: types.Operation[], options: types.BulkOptions = {}): Promise<types.OperationResult[]> {
      const { atomic = true, idempotencyKey, signal } = options;
      const body = { atomic, operations: list } as Call<"bulk_tasks">["body"];
      const { results } = await call<"bulk_tasks">("POST", "/tasks/bulk", { body, headers: keyOf(idempotencyKey), signal });
      return results;
    },

    /** Returns the user's lists in their order, with the numbers of their tasks. */
    lists({ signal }: types.CallOptions = {}): Promise<types.CountedList[]> {
      return call<"list_lists">("GET", "/lists", { signal });
    },

    /** Creates a list. It comes last. */
    createList(body: types.NewList, { id, idempotencyKey, signal }: types.CreateOptions = {}): Promise<types.List> {
      if (id === undefined) return call<"create_list">("POST", "/lists", { body, headers: keyOf(idempotencyKey), signal });
      return createOrGet<"update_list">(`/lists/${idOf(id)}`, { body, signal });
    },

    /** Changes the given members. Throws `precondition_failed` if another client has changed this version. */
    updateList(list: Version, body: types.ListPatch, { signal }: types.CallOptions = {}): Promise<types.List> {
      return write<"patch_list">("PATCH", `/lists/${idOf(list.id)}`, list, { body, signal });
    },

    /** Moves a list among the user's lists. */
    moveList(list: Version, to: types.Move, { idempotencyKey, signal }: types.OnceOptions = {}): Promise<types.List> {
      return write<"move_list">("POST", `/lists/${idOf(list.id)}/move`, list, { body: to, headers: keyOf(idempotencyKey), signal });
    },

    /** Deletes a list for good. Its tasks stay, or are moved to the trash. */
    removeList(list: Version, tasks: "keep" | "trash" = "keep", { signal }: types.CallOptions = {}): Promise<void> {
      return versions.inOrder(list.id, async () => {
        await call<"delete_list">("DELETE", `/lists/${idOf(list.id)}`, { query: { tasks }, headers: ifMatch(list), signal });
        versions.forget(list.id);
      }, signal);
    },

    /** Deletes everything that the API stores of the user. It also succeeds if there is nothing. */
    async deleteUser({ signal }: types.CallOptions = {}): Promise<void> {
      await call<"delete_user">("DELETE", "", { headers: { "X-Confirm-Delete": encodeURIComponent(userId) }, signal });
      versions.reset();
    },

    /** Moves all tasks of another user to this one. The token is the other user's. */
    async transferFrom(token: string, { idempotencyKey, signal }: types.OnceOptions = {}): Promise<void> {
      const body = { from_token: token };
      await call<"transfer_tasks">("POST", "/tasks/transfer", { body, headers: keyOf(idempotencyKey), signal });
    },

    /** Discards the token and all revisions, and aborts requests in flight and later calls with `AccountChanged`. */
    close(): void {
      calls.close(new AccountChanged("This client was closed. Create another one for the user who is signed in now."));
      token.reset();
      versions.reset();
    },
  };
}

/** The id as a part of a path. Another text could be the path of something else, such as `trash`: there is no task with `-`. */
const idOf = (id: string) => (/^[\da-f-]{36}$/i.test(id) ? id : "-");

/** The API executes a request with a key at most once, however often it is sent. */
const keyOf = (key = uuid()) => ({ "Idempotency-Key": key });

function pageOf<Listed>({ body, headers }: Received<Listed[]>): types.Page<Listed> {
  const total = headers.get("X-Total-Count");
  return {
    tasks: body,
    next: headers.get("X-Next-Cursor") ?? undefined,
    total: total === null ? undefined : Number(total),
    changedSince: headers.get("X-Changed-Since") === "true",
  };
}
