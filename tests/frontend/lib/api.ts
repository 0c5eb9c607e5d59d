import createClient from "openapi-fetch";

import { AccountChanged, problemOf, SignedOut, Unreachable } from "./problem";
import type { components, operations, paths } from "./schema";
import { Token } from "./token";
import { Versions } from "./versions";

export type Task = components["schemas"]["Task"];
export type NewTask = components["schemas"]["NewTask"];
export type TaskPatch = components["schemas"]["TaskPatch"];
export type ListQuery = NonNullable<operations["list_tasks"]["parameters"]["query"]>;

/** A page of tasks. */
export interface Page {
  tasks: Task[];
  /** The cursor of the next page, when there is one. */
  next?: string;
  /** How many tasks match, when `count` was asked. */
  total?: number;
}

export interface ApiOptions {
  /** Where the API is, as `https://api.example.com`, or a path of this origin that leads there. */
  baseUrl: string;
  /** Better Auth's id of the user who is signed in. */
  userId: string;
  /** Gives a new token: in the browser `tokenOfSession`, on the server `auth.api.getToken`. */
  fetchToken: () => Promise<string>;
  fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds on a monotonic clock. */
  now?: () => number;
}

export type Api = ReturnType<typeof createApi>;

/** Longer than the API itself takes for any answer (15 s). */
const TIMEOUT = 20_000;

/**
 * The API for one user, from sign-in to sign-out: make one when somebody signs in, `close` it when they leave.
 *
 * Every method throws what `problem.ts` lists: `Problem` for an error that the API answered, `Unreachable` when nobody
 * answered, `SignedOut` and `AccountChanged` when the user is not there any more. Whoever gives up gets their own reason.
 */
export function createApi({ baseUrl, userId, fetchToken, fetch = globalThis.fetch, now }: ApiOptions) {
  const token = new Token(userId, fetchToken, now);
  const versions = new Versions();
  const closed = new AbortController();

  /** Attaches the token; when the API refuses it, once more with a fresh one. */
  async function authorized(request: Request): Promise<Response> {
    closed.signal.throwIfAborted();
    const again = request.clone();
    const held = await token.get();
    const response = await send(request, held);
    return response.status === 401 ? send(again, await token.replace(held)) : response;
  }

  async function send(request: Request, bearer: string): Promise<Response> {
    closed.signal.throwIfAborted();
    request.headers.set("Authorization", `Bearer ${bearer}`);
    const signal = AbortSignal.any([request.signal, closed.signal, AbortSignal.timeout(TIMEOUT)]);
    try {
      const response = await fetch(new Request(request, { signal }));
      // Read here, so that an answer that breaks off is none.
      const body = await response.blob();
      if (response.ok && body.size && !isJson(response)) throw new Error("It is not the API that answered.");
      return new Response(body.size ? body : null, response);
    } catch (error) {
      closed.signal.throwIfAborted();
      request.signal.throwIfAborted();
      throw new Unreachable("The API cannot be reached.", { cause: error });
    }
  }

  const client = createClient<paths>({ baseUrl, fetch: authorized });
  const own = { user_id: userId };
  const onto = (task: Task) => ({ path: { ...own, id: task.id }, header: { "If-Match": versions.tagOf(task) } });

  return {
    /** A page of tasks, newest first unless asked otherwise. */
    async list(query: ListQuery = {}, signal?: AbortSignal): Promise<Page> {
      const answer = await client.GET("/api/{user_id}/tasks", { params: { path: own, query }, signal });
      const total = answer.response.headers.get("X-Total-Count");
      return {
        tasks: read(answer),
        next: answer.response.headers.get("X-Next-Cursor") ?? undefined,
        total: total === null ? undefined : Number(total),
      };
    },

    async create(body: NewTask): Promise<Task> {
      const answer = await client.POST("/api/{user_id}/tasks", { params: { path: own }, body });
      return versions.read(read(answer), answer.response);
    },

    /** One task as it is now: the version that can be written to without overwriting what others write meanwhile. */
    get(id: string, signal?: AbortSignal): Promise<Task> {
      return versions.inTurn(id, async () => {
        const path = { ...own, id };
        const answer = await client.GET("/api/{user_id}/tasks/{id}", { params: { path }, signal });
        return versions.read(read(answer), answer.response);
      });
    },

    /** Changes what the patch names. `precondition_failed` when somebody else has changed the task since this version. */
    update(task: Task, body: TaskPatch): Promise<Task> {
      return versions.inTurn(task.id, async () => {
        const answer = await client.PATCH("/api/{user_id}/tasks/{id}", { params: onto(task), body });
        return versions.wrote(task, read(answer), answer.response);
      });
    },

    /** Sets whether it is done, or flips it. */
    complete(task: Task, completed?: boolean): Promise<Task> {
      return versions.inTurn(task.id, async () => {
        const body = { completed };
        const answer = await client.PATCH("/api/{user_id}/tasks/{id}/complete", { params: onto(task), body });
        return versions.wrote(task, read(answer), answer.response);
      });
    },

    remove(task: Task): Promise<void> {
      return versions.inTurn(task.id, async () => {
        read(await client.DELETE("/api/{user_id}/tasks/{id}", { params: onto(task) }));
        versions.forget(task.id);
      });
    },

    /** Forgets the token and every version, and ends what is under way with `AccountChanged`. */
    close(): void {
      closed.abort(new AccountChanged("This client was closed."));
      token.reset();
      versions.reset();
    },
  };
}

/** A token of whoever is signed in here, from Better Auth on this origin. */
export async function tokenOfSession(): Promise<string> {
  const away = (error: unknown) => {
    throw new Unreachable("The sign-in service cannot be reached.", { cause: error });
  };
  const signal = AbortSignal.timeout(TIMEOUT);
  const response = await fetch("/api/auth/token", { cache: "no-store", signal }).catch(away);
  if (response.status === 401) throw new SignedOut("Nobody is signed in.");
  if (!response.ok) throw new Unreachable(`The sign-in service answered ${response.status}.`);
  const { token }: { token: string } = await response.json().catch(away);
  return token;
}

/** What a proxy or the login page of a network says with status 200 is not. */
function isJson(response: Response): boolean {
  return response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
}

function read<Data>(answer: { data?: Data; error?: unknown; response: Response }): Data {
  if (!answer.response.ok) throw problemOf(answer.response, answer.error);
  return answer.data as Data;
}
