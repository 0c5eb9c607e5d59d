import { abortable, linked, sleep, throwIfAborted, type Calls } from "./abort.ts";
import { problemOf, Unreachable, type Problem } from "./problem.ts";
import type { operations } from "./schema.ts";
import type { Token } from "./token.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  /** The URL of the API without a final slash. */
  baseUrl: string;
  token: Token;
  fetch: Fetch;
  calls: Calls;
  maxRetries: number;
  maxReadRetries: number;
  timeoutMs: number;
}

type Name = keyof operations;
type Successes<Of extends Name> = operations[Of]["responses"][keyof operations[Of]["responses"] & (200 | 201 | 204)];
type Json<Of> = Of extends { content: { "application/json": infer Body } } ? Body : undefined;

/** The body of a successful response. */
export type Result<Of extends Name> = Json<Successes<Of>>;

export interface Call<Of extends Name> {
  query?: operations[Of]["parameters"]["query"];
  headers?: Record<string, string | undefined>;
  body?: operations[Of] extends { requestBody?: infer Body } ? Json<Body> : never;
  signal?: AbortSignal;
}

/** A successful response. */
export interface Received<Body> {
  body: Body;
  headers: Headers;
}

/** The longest wait before a retry, in seconds: a longer `Retry-After` is left to the caller. */
const MAX_WAIT = 30;

/** Sends requests with the token, again with a new one if the API rejects it, and again if the API is overloaded. */
export class Http {
  readonly options: HttpOptions;

  constructor(options: HttpOptions) {
    this.options = options;
  }

  async call<Of extends Name>(method: string, path: string, call: Call<Of> = {}): Promise<Received<Result<Of>>> {
    const { token, calls } = this.options;
    const maxRetries = method === "GET" ? this.options.maxReadRetries : this.options.maxRetries;
    const { signal, end } = calls.begin(call.signal);
    try {
      let rejected = "";
      for (let retries = 0; ; ) {
        throwIfAborted(signal);
        const bearer = await abortable(token.replace(rejected), signal);
        const received = await this.#send<Result<Of>>(method, path, call, bearer, signal);
        if (!(received instanceof Error)) return received;
        if (received.status === 401 && !rejected) {
          rejected = bearer;
          continue;
        }
        const wait = retries < maxRetries ? retryDelay(method, received, retries) : undefined;
        if (wait === undefined) throw received;
        retries += 1;
        await sleep(wait, signal);
      }
    } finally {
      end();
    }
  }

  /** Sends the request once. Throws unless the response is from the API. */
  async #send<Body>(method: string, path: string, call: Call<Name>, bearer: string, signal: AbortSignal): Promise<Received<Body> | Problem> {
    const { baseUrl, fetch, timeoutMs } = this.options;
    throwIfAborted(signal);
    const { controller, release } = linked(signal);
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    try {
      const headers: Record<string, string> = { Accept: "application/json", Authorization: `Bearer ${bearer}` };
      for (const [name, value] of Object.entries(call.headers ?? {})) if (value !== undefined) headers[name] = value;
      if (call.body !== undefined) headers["Content-Type"] = "application/json";
      const body = call.body === undefined ? undefined : JSON.stringify(call.body);
      const response = await fetch(`${baseUrl}${path}${queryOf(call.query)}`, { method, headers, body, signal: controller.signal });
      // Read here, so that an incomplete response counts as unreachable.
      const text = await response.text();
      const parsed: unknown = text && isJson(response) ? JSON.parse(text) : undefined;
      // The page of a proxy or of a network login can have status 200. Only deletions and a transfer return nothing.
      const isExpected = text ? parsed && typeof parsed === "object" : method === "DELETE" || path.endsWith("/transfer");
      if (response.ok && !isExpected) throw new Error("The response is not from the API.");
      if (response.ok) return { body: parsed as Body, headers: response.headers };
      const problem = problemOf(response, parsed);
      if (problem instanceof Unreachable) throw problem;
      return problem;
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof Unreachable ? error : new Unreachable("The API cannot be reached.", { cause: error });
    } finally {
      clearTimeout(timer);
      release();
    }
  }
}

/** Milliseconds until a retry may succeed; undefined if there should be none. */
function retryDelay(method: string, { status, code, retryAfter }: Problem, retries: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  // It may have been executed: only a POST has a key, and a read has no effect.
  if (code === "outcome_unknown" && method !== "POST" && method !== "GET") return undefined;
  if (retryAfter === undefined) return 500 * 2 ** retries * (0.5 + Math.random());
  // Random, so that not all clients return at once.
  return retryAfter > MAX_WAIT ? undefined : retryAfter * 1000 + Math.random() * 500;
}

function isJson(response: Response): boolean {
  return /^application\/(problem\+)?json/.test(response.headers.get("Content-Type") ?? "");
}

function queryOf(query: object = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length ? `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}` : "";
}
