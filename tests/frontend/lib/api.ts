import createClient from "openapi-fetch";

import { events } from "./events";
import { AccountChanged, problemOf, SignedOut, Unreachable } from "./problem";
import type { components, operations, paths } from "./schema";
import { Token } from "./token";
import { Versions } from "./versions";

export type Task = components["schemas"]["Task"];
export type NewTask = components["schemas"]["NewTask"];
export type TaskPatch = components["schemas"]["TaskPatch"];
export type TrashedTask = components["schemas"]["TrashedTask"];
export type Move = Sent<components["schemas"]["Move"]>;
export type List = components["schemas"]["List"];
export type CountedList = components["schemas"]["CountedList"];
export type NewList = components["schemas"]["NewList"];
export type ListPatch = components["schemas"]["ListPatch"];
export type TagCount = components["schemas"]["TagCount"];
export type Operation = Sent<components["schemas"]["Operation"]>;
export type OperationResult = components["schemas"]["OperationResult"];
export type Change = components["schemas"]["Change"];
export type Changes = components["schemas"]["Changes"];
export type ListQuery = NonNullable<operations["list_tasks"]["parameters"]["query"]>;
export type ChangesQuery = NonNullable<operations["list_changes"]["parameters"]["query"]>;
export type TrashQuery = NonNullable<operations["list_trash"]["parameters"]["query"]>;

/** Without members that are always null, which `openapi-fetch` takes for members of responses. */
type Sent<Body> = Body extends unknown ? { [Name in keyof Body as [NonNullable<Body[Name]>] extends [never] ? never : Name]: Body[Name] } : never;

/** A page of tasks. */
export interface Page<Listed = Task> {
  tasks: Listed[];
  /** The cursor of the next page, if there is one. */
  next?: string;
  /** The number of tasks that match, if `count` was requested. */
  total?: number;
  /** On a later page in an order whose keys can change: the user has written since the first page. */
  changedSince: boolean;
}

export interface ApiOptions {
  /** The URL of the API, such as `https://api.example.com`, or a path of this origin that is forwarded to it. */
  baseUrl: string;
  /** The signed-in user's id in Better Auth. */
  userId: string;
  /** Returns a new token: in the browser `tokenOfSession`, on the server `auth.api.getToken`. */
  fetchToken: () => Promise<string>;
  fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds on a monotonic clock. */
  now?: () => number;
}

export type Api = ReturnType<typeof createApi>;

/** Options of a call that the API executes at most once. */
export interface OnceOptions {
  /** The same call with the same key has the same result again, for a day: choose a new one for each task. */
  idempotencyKey?: string;
}

/** Options of a call with several operations. */
export interface BulkOptions extends OnceOptions {
  /** Whether all operations are executed or, if one fails, none; true by default. */
  atomic?: boolean;
}

/** Milliseconds; longer than the API's own timeout (15 s). */
const TIMEOUT = 20_000;

/**
 * The API client of one user: create one at sign-in, `close` it at sign-out.
 *
 * Every method throws the errors of `problem.ts`: `Problem` for an error that the API returned, `Unreachable` without a
 * response of the API, `SignedOut` and `AccountChanged` if the user is no longer signed in. If the caller's signal is
 * aborted, its reason is thrown.
 */
export function createApi({ baseUrl, userId, fetchToken, fetch = globalThis.fetch, now }: ApiOptions) {
  const token = new Token(userId, fetchToken, now);
  const versions = new Versions();
  const closed = new AbortController();

  /** Attaches the token; if the API rejects it, repeats the request once with a new one. */
  async function authorized(request: Request): Promise<Response> {
    closed.signal.throwIfAborted();
    const retry = request.clone();
    const current = await token.get();
    const response = await send(request, current);
    return response.status === 401 ? send(retry, await token.replace(current)) : response;
  }

  async function send(request: Request, bearer: string): Promise<Response> {
    closed.signal.throwIfAborted();
    request.headers.set("Authorization", `Bearer ${bearer}`);
    const signal = AbortSignal.any([request.signal, closed.signal, AbortSignal.timeout(TIMEOUT)]);
    try {
      const response = await fetch(new Request(request, { signal }));
      // Read here, so that an incomplete response counts as unreachable.
      const body = await response.blob();
      if (response.ok && body.size && !isJson(response)) throw new Error("The response is not from the API.");
      return new Response(body.size ? body : null, response);
    } catch (error) {
      closed.signal.throwIfAborted();
      request.signal.throwIfAborted();
      throw new Unreachable("The API cannot be reached.", { cause: error });
    }
  }

  const client = createClient<paths>({ baseUrl, fetch: authorized });
  const owner = { user_id: userId };
  const paramsOfList = ({ id, revision }: List) => ({ path: { ...owner, id }, header: { "If-Match": `"${revision}"` } });
  const paramsOf = (task: Task) => ({ path: { ...owner, id: task.id }, header: { "If-Match": versions.tagOf(task) } });

  async function changes(query: ChangesQuery = {}, signal?: AbortSignal): Promise<Changes> {
    return read(await client.GET("/api/{user_id}/tasks/changes", { params: { path: owner, query }, signal }));
  }

  return {
    /** Returns a page of tasks, newest first by default. */
    async list(query: ListQuery = {}, signal?: AbortSignal): Promise<Page> {
      return pageOf(await client.GET("/api/{user_id}/tasks", { params: { path: owner, query }, signal }));
    },

    /** Returns a page of the deleted tasks, the newest deletion first by default. */
    async listTrash(query: TrashQuery = {}, signal?: AbortSignal): Promise<Page<TrashedTask>> {
      return pageOf(await client.GET("/api/{user_id}/tasks/trash", { params: { path: owner, query }, signal }));
    },

    /** Returns the tags of the tasks outside the trash, sorted by name. */
    async tags(signal?: AbortSignal): Promise<TagCount[]> {
      return read(await client.GET("/api/{user_id}/tasks/tags", { params: { path: owner }, signal }));
    },

    /**
     * Returns a page of the tasks and lists that changed since a position, or without one of a snapshot. Throws
     * `resync_required` if what follows the position is not known: begin again without it, with nothing.
     */
    changes,

    /** Yields the same pages until there are no more. `next` of the last one is where to continue later. */
    async *follow(since?: string, signal?: AbortSignal): AsyncGenerator<Changes, void> {
      for (let more = true; more; ) {
        const page = await changes({ since }, signal);
        yield page;
        ({ next: since, more } = page);
      }
    },

    /** Yields the changes after a position, or from now on, as soon as they happen: see `events.ts`. */
    events(since?: string, signal = closed.signal) {
      const url = `${baseUrl}/api/${encodeURIComponent(userId)}/tasks/events`;
      return events({ url, token, fetch, since, signal: AbortSignal.any([signal, closed.signal]) });
    },

    /** Creates a task. With a key, repeat the call with the same body until it has a result: the task is created once. */
    async create(body: NewTask, options: OnceOptions = {}): Promise<Task> {
      const params = { path: owner, header: keyOf(options) };
      const result = await client.POST("/api/{user_id}/tasks", { params, body });
      return versions.read(read(result), result.response);
    },

    /**
     * Creates a task with a new id: a UUID of version 4 or 7, such as `crypto.randomUUID()`. After a failure it can be
     * repeated with the same id, also if the first request was executed: then it returns the task as it is.
     */
    createWithId(id: string, body: NewTask): Promise<Task> {
      return versions.inOrder(id, async () => {
        const path = { ...owner, id };
        const params = { path, header: { "If-None-Match": "*" } };
        let result = await client.PUT("/api/{user_id}/tasks/{id}", { params, body });
        if (result.response.status === 412 && !result.error?.trashed) result = await client.GET("/api/{user_id}/tasks/{id}", { params: { path } });
        return versions.read(read(result), result.response);
      });
    },

    /** Returns the current version of a task. A write to this version does not overwrite changes of other clients. */
    get(id: string, signal?: AbortSignal): Promise<Task> {
      return versions.inOrder(id, async () => {
        const path = { ...owner, id };
        const result = await client.GET("/api/{user_id}/tasks/{id}", { params: { path }, signal });
        return versions.read(read(result), result.response);
      });
    },

    /** Changes the given members. Throws `precondition_failed` if another client has changed this version. */
    update(task: Task, body: TaskPatch): Promise<Task> {
      return versions.inOrder(task.id, async () => {
        const result = await client.PATCH("/api/{user_id}/tasks/{id}", { params: paramsOf(task), body });
        return versions.wrote(task, read(result), result.response);
      });
    },

    /** Sets or toggles `completed`. */
    complete(task: Task, completed?: boolean): Promise<Task> {
      return versions.inOrder(task.id, async () => {
        const body = { completed };
        const result = await client.PATCH("/api/{user_id}/tasks/{id}/complete", { params: paramsOf(task), body });
        return versions.wrote(task, read(result), result.response);
      });
    },

    /** Moves a task in the manual order: before or after another one, or to one end. */
    move(task: Task, to: Move): Promise<Task> {
      return versions.inOrder(task.id, async () => {
        const result = await client.POST("/api/{user_id}/tasks/{id}/move", { params: paramsOf(task), body: to });
        return versions.wrote(task, read(result), result.response);
      });
    },

    /** Moves a task to the trash. */
    remove(task: Task): Promise<void> {
      return versions.inOrder(task.id, async () => {
        read(await client.DELETE("/api/{user_id}/tasks/{id}", { params: paramsOf(task) }));
        versions.forget(task.id);
      });
    },

    /** Makes a task of the trash live again. */
    restore({ id }: { id: string }): Promise<Task> {
      return versions.inOrder(id, async () => {
        const path = { ...owner, id };
        const result = await client.POST("/api/{user_id}/tasks/{id}/restore", { params: { path } });
        return versions.read(read(result), result.response);
      });
    },

    /** Deletes a task of the trash for good. */
    async purge({ id }: { id: string }): Promise<void> {
      read(await client.DELETE("/api/{user_id}/tasks/trash/{id}", { params: { path: { ...owner, id } } }));
    },

    /** Deletes all tasks of the trash for good. */
    async emptyTrash(): Promise<void> {
      read(await client.DELETE("/api/{user_id}/tasks/trash", { params: { path: owner } }));
    },

    /**
     * Executes up to 500 operations in sequence and in one request, and returns the result of each. By default, it throws the
     * problem of the first one that fails, with its `index`, and none is executed; with `atomic: false`, each has its own.
     */
    async bulk(list: Operation[], { atomic = true, ...options }: BulkOptions = {}): Promise<OperationResult[]> {
      const params = { path: owner, header: keyOf(options) };
      const result = await client.POST("/api/{user_id}/tasks/bulk", { params, body: { atomic, operations: list } });
      const { results } = read(result);
      for (const { task } of results) if (task) versions.changed(task);
      return results;
    },

    /** Returns the user's lists in their order, with the numbers of their tasks. */
    async lists(signal?: AbortSignal): Promise<CountedList[]> {
      return read(await client.GET("/api/{user_id}/lists", { params: { path: owner }, signal }));
    },

    /** Creates a list, as `create` does a task. It comes last. */
    async createList(body: NewList, options: OnceOptions = {}): Promise<List> {
      const params = { path: owner, header: keyOf(options) };
      return read(await client.POST("/api/{user_id}/lists", { params, body }));
    },

    /** Creates a list with a new id, as `createWithId` does a task. */
    async createListWithId(id: string, body: NewList): Promise<List> {
      const path = { ...owner, id };
      const params = { path, header: { "If-None-Match": "*" } };
      let result = await client.PUT("/api/{user_id}/lists/{id}", { params, body });
      if (result.response.status === 412) result = await client.GET("/api/{user_id}/lists/{id}", { params: { path } });
      return read(result);
    },

    /** Changes the given members. Throws `precondition_failed` if another client has changed this version. */
    async updateList(list: List, body: ListPatch): Promise<List> {
      return read(await client.PATCH("/api/{user_id}/lists/{id}", { params: paramsOfList(list), body }));
    },

    /** Moves a list among the user's lists. */
    async moveList(list: List, to: Move, options: OnceOptions = {}): Promise<List> {
      const { path, header } = paramsOfList(list);
      const params = { path, header: { ...header, ...keyOf(options) } };
      return read(await client.POST("/api/{user_id}/lists/{id}/move", { params, body: to }));
    },

    /** Deletes a list for good. Its tasks stay, or are moved to the trash. */
    async removeList(list: List, tasks: "keep" | "trash" = "keep"): Promise<void> {
      read(await client.DELETE("/api/{user_id}/lists/{id}", { params: { ...paramsOfList(list), query: { tasks } } }));
    },

    /** Deletes everything that the API stores of the user. It also succeeds if there is nothing. */
    async deleteUser(): Promise<void> {
      const header = { "X-Confirm-Delete": encodeURIComponent(userId) };
      read(await client.DELETE("/api/{user_id}", { params: { path: owner, header } }));
      versions.reset();
    },

    /** Moves all tasks of another user to this one. The token is the other user's. */
    async transferFrom(token: string, options: OnceOptions = {}): Promise<void> {
      const body = { from_token: token };
      const params = { path: owner, header: keyOf(options) };
      read(await client.POST("/api/{user_id}/tasks/transfer", { params, body }));
    },

    /** Discards the token and all versions, and aborts requests in flight with `AccountChanged`. */
    close(): void {
      closed.abort(new AccountChanged("This client was closed."));
      token.reset();
      versions.reset();
    },
  };
}

/** The header is not sent without a key. */
const keyOf = ({ idempotencyKey }: OnceOptions) => ({ "Idempotency-Key": idempotencyKey });

/** Requests a token for the current session from Better Auth on this origin. */
export async function tokenOfSession(): Promise<string> {
  const unreachable = (error: unknown) => {
    throw new Unreachable("The sign-in service cannot be reached.", { cause: error });
  };
  const signal = AbortSignal.timeout(TIMEOUT);
  const response = await fetch("/api/auth/token", { cache: "no-store", signal }).catch(unreachable);
  if (response.status === 401) throw new SignedOut("You are not signed in.");
  if (!response.ok) throw new Unreachable(`The sign-in service returned status ${response.status}.`);
  const { token }: { token: string } = await response.json().catch(unreachable);
  return token;
}

/** False for the page of a proxy or of a network login that is sent with status 200. */
function isJson(response: Response): boolean {
  return response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
}

function pageOf<Listed>(result: { data?: Listed[]; error?: unknown; response: Response }): Page<Listed> {
  const total = result.response.headers.get("X-Total-Count");
  return {
    tasks: read(result),
    next: result.response.headers.get("X-Next-Cursor") ?? undefined,
    total: total === null ? undefined : Number(total),
    changedSince: result.response.headers.get("X-Changed-Since") === "true",
  };
}

function read<Data>(result: { data?: Data; error?: unknown; response: Response }): Data {
  if (!result.response.ok) throw problemOf(result.response, result.error);
  return result.data as Data;
}
