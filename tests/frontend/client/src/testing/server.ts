import { sleep, throwIfAborted } from "../abort.ts";
import { type Client, type ClientOptions, createClient } from "../client.ts";
import type { ProblemCode } from "../problem.ts";
import type { List, Task, TrashedTask } from "../types.ts";
import { Streams } from "./events.ts";
import { Owner } from "./owner.ts";
import { invalidAt, Rejection } from "./problem.ts";
import { checkBody, type Incoming, incomingOf } from "./request.ts";
import { checkType, match, type Match, type Reply, ROUTES } from "./routes.ts";
import { encode } from "./text.ts";
import { bearerOf, isOwn, tokenOf, verified } from "./token.ts";

const BODY_MAX = 65_536;
const BULK_BODY_MAX = 1_048_576;
const KEYS_MAX = 10_000;
const KEY_LIFETIME = 86_400_000;

export interface TestServerOptions {
  /** The maximum number of tasks of a user; 10,000 by default, 0 for any number. */
  quota?: number;
  /** Milliseconds before each response; 0 by default. */
  latencyMs?: number;
  /** Whether the signature of a token is accepted; by default that of `tokenFor`. */
  isSigned?: (token: string) => boolean;
}

/** What is stored of a user. */
export interface TestUser {
  tasks: Task[];
  trash: TrashedTask[];
  lists: List[];
}

/**
 * The requests of a failure: their method and the path below `/api/{user_id}` without a query, such as `POST /tasks` or
 * `PATCH /tasks/{id}` with any id, or a regular expression that matches the method and the path as it is.
 */
export type Matcher = string | RegExp;

/** What happens instead of a response: a problem of the API, or an error of `fetch`, such as a `TypeError` without a network. */
export type Failure = { code: ProblemCode; detail?: string; retryAfter?: number } | Error;

export interface FailureOptions {
  /** The number of requests that fail; 1 by default. */
  times?: number;
  /** Whether the request is executed, and only its response is lost; false by default. */
  executed?: boolean;
}

interface Injected extends FailureOptions {
  matcher: Matcher;
  failure: Failure;
  left: number;
}

/** A response that is recorded under an idempotency key. */
interface Recorded {
  request: string;
  reply: Reply;
  at: number;
}

/** The time of the server. */
export class TestClock {
  #offset = 0;
  #fixed?: number;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#fixed ?? Date.now() + this.#offset;
  }

  /** Stops the clock at this time; without one, it is that of the device again. */
  set(time?: Date | number | string): void {
    this.#fixed = time === undefined ? undefined : new Date(time).getTime();
    this.#offset = 0;
    this.#changed();
  }

  /** Moves the clock forward, so that for example tokens expire. */
  advance(millis: number): void {
    if (this.#fixed === undefined) this.#offset += millis;
    else this.#fixed += millis;
    this.#changed();
  }
}

/** An API in memory; see `createTestServer`. */
export class TestServer {
  /** The time of the server, which you can set. */
  readonly clock: TestClock;
  readonly #options: TestServerOptions;
  readonly #owners = new Map<string, Owner>();
  readonly #keys = new Map<string, Map<string, Recorded>>();
  readonly #streams: Streams;
  readonly #failures = new Set<Injected>();
  #ids = 0;
  /** The time of the request that is executed. */
  #now = 0;

  constructor(options: TestServerOptions) {
    this.#options = options;
    this.clock = new TestClock(() => this.#streams.update());
    this.#streams = new Streams((userId) => this.#owners.get(userId), () => this.clock.now());
  }

  /** The API as a function: pass it to `createClient`, or install it as `globalThis.fetch`. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const signal = init?.signal ?? (typeof input === "object" && "signal" in input ? input.signal : undefined) ?? undefined;
    throwIfAborted(signal);
    const request = await incomingOf(input, init);
    const { latencyMs = 0 } = this.#options;
    if (latencyMs) await sleep(latencyMs, signal ?? new AbortController().signal);
    throwIfAborted(signal);
    return this.#respond(request, signal);
  };

  /** A token of a user. */
  tokenFor(userId: string, { lifetimeSeconds = 900 }: { lifetimeSeconds?: number } = {}): string {
    const iat = Math.floor(this.clock.now() / 1000);
    return tokenOf({ sub: userId, iat, exp: iat + lifetimeSeconds });
  }

  /** A client of a user who is signed in. */
  client(userId: string, options: Partial<ClientOptions> = {}): Client {
    const fetchToken = async () => this.tokenFor(userId);
    return createClient({ baseUrl: "http://tasknook.test", userId, fetch: this.fetch, fetchToken, ...options });
  }

  /** Makes the next requests of this kind fail. Returns a function that ends it. */
  fail(matcher: Matcher, failure: Failure, { times = 1, executed = false }: FailureOptions = {}): () => void {
    const injected: Injected = { matcher, failure, left: times, executed };
    this.#failures.add(injected);
    return () => void this.#failures.delete(injected);
  }

  /** Ends all open event streams, as a lost connection does. */
  disconnect(reason: unknown = new TypeError("The connection was lost.")): void {
    this.#streams.fail(reason);
  }

  /** What is stored of a user: copies that you can compare with. */
  user(userId: string): TestUser {
    const owner = this.#owners.get(userId);
    return structuredCopy({ tasks: owner?.live ?? [], trash: owner?.trash ?? [], lists: owner?.sortedLists ?? [] });
  }

  /** Deletes everything, ends all streams and failures, and sets the clock to that of the device. */
  reset(): void {
    this.disconnect();
    this.#failures.clear();
    this.#owners.clear();
    this.#keys.clear();
    this.clock.set();
  }

  /** A UUID of version 7, above the previous ones of the same millisecond. */
  readonly #newId = (): string => {
    this.#ids = (this.#ids + 1) % 0x1000;
    const time = Math.floor(this.clock.now()).toString(16).padStart(12, "0");
    const random = Array.from({ length: 15 }, () => Math.floor(Math.random() * 16).toString(16)).join("");
    const count = this.#ids.toString(16).padStart(3, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8${random.slice(0, 3)}-${random.slice(3)}`;
  };

  async #respond(request: Incoming, signal: AbortSignal | undefined): Promise<Response> {
    const id = request.headers.get("X-Request-Id") ?? "";
    const requestId = /^[A-Za-z0-9._-]{1,128}$/.test(id) ? id : this.#newId();
    const injected = this.#failureOf(request);
    let reply: Reply;
    try {
      if (injected && !injected.executed) throw rejectionOf(injected.failure);
      reply = this.#route(request, requestId, signal);
      if (injected) throw rejectionOf(injected.failure);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...error.headers };
      reply = { status: error.status, headers, json: error.body(requestId) };
    }
    return responseTo(request, reply, requestId);
  }

  #failureOf({ method, path }: Incoming): Injected | undefined {
    const pattern = match(path)?.pattern;
    for (const injected of this.#failures) {
      const { matcher } = injected;
      const isMatch = typeof matcher === "string" ? matcher === `${method} ${pattern}` : matcher.test(`${method} ${path}`);
      if (!isMatch) continue;
      injected.left -= 1;
      if (injected.left <= 0) this.#failures.delete(injected);
      return injected;
    }
    return undefined;
  }

  #route(request: Incoming, requestId: string, signal: AbortSignal | undefined): Reply {
    const found = match(request.path);
    if (!found) {
      throw new Rejection("route_not_found", "Route not found. Tasks are at /api/{user_id}/tasks and /api/tasks; /docs has all routes.");
    }
    const handlers = ROUTES[found.pattern]!;
    const Allow = [...Object.keys(handlers).flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : name)), "OPTIONS"].join(", ");
    if (request.method === "OPTIONS") return { status: 204, headers: { Allow } };
    const handler = handlers[request.method === "HEAD" ? "GET" : request.method];
    if (!handler) throw new Rejection("method_not_allowed", `Allowed methods: ${Allow}.`, {}, { Allow });
    const { isSigned = isOwn } = this.#options;
    this.#now = this.clock.now();
    const claims = verified(bearerOf(request.headers), isSigned, this.#now);
    const userId = claims.sub;
    if (found.userId !== undefined && found.userId !== userId) {
      throw new Rejection("other_user", "The path names another user than the one who is signed in.");
    }
    checkType(found.pattern, request.headers);
    const stored = this.#owners.get(userId);
    const owner = stored ?? new Owner(userId, { quota: this.#options.quota ?? 10_000, now: () => this.#now, newId: this.#newId });
    const reply = this.#once(userId, request, found, () =>
      handler({
        request,
        userId,
        prefix: found.prefix,
        id: found.id,
        requestId,
        now: this.#now,
        owner,
        isKnown: stored !== undefined,
        erase: () => this.#erase(userId),
        transfer: (token) => this.#transfer(owner, token),
        events: (since) => this.#streams.open({ userId, since, expiresAt: claims.exp * 1000, signal }),
      }),
    );
    if (!stored && owner.revision) this.#owners.set(userId, owner);
    if (request.method !== "GET") this.#streams.update(userId);
    return reply;
  }

  /** Executes a POST with a key once. */
  #once(userId: string, request: Incoming, found: Match, execute: () => Reply): Reply {
    const key = request.method === "POST" ? keyOf(request.headers) : undefined;
    checkBody(request, found.pattern === "/tasks/bulk" ? BULK_BODY_MAX : BODY_MAX);
    if (key === undefined) return execute();
    const keys = this.#keys.get(userId) ?? new Map<string, Recorded>();
    const sent = [found.pattern, found.id, request.query, encode(new TextDecoder().decode(request.body))].join("\n");
    const recorded = keys.get(key);
    const now = this.clock.now();
    if (recorded && now - recorded.at < KEY_LIFETIME) {
      if (recorded.request === sent) return { ...recorded.reply, headers: { ...recorded.reply.headers, "Idempotency-Replayed": "true" } };
      const detail = "The Idempotency-Key was used for a request with another route, query or body; send a new key.";
      throw new Rejection("idempotency_key_reused", detail);
    }
    const reply = execute();
    keys.delete(key);
    this.#keys.set(userId, keys.set(key, { request: sent, reply, at: now }));
    if (keys.size > KEYS_MAX) keys.delete(keys.keys().next().value!);
    return reply;
  }

  #erase(userId: string): void {
    this.#owners.delete(userId);
    this.#keys.delete(userId);
    this.#streams.update(userId);
  }

  #transfer(owner: Owner, token: string): void {
    let from: string;
    try {
      from = verified(token, this.#options.isSigned ?? isOwn, this.clock.now()).sub;
    } catch (error) {
      if (error instanceof Rejection) throw invalidAt(["body", "from_token"], error.message, "invalid_token");
      throw error;
    }
    if (from === owner.userId) throw invalidAt(["body", "from_token"], "must be the token of another user", "value_error");
    const other = this.#owners.get(from);
    if (other) owner.adopt(other);
    this.#erase(from);
  }
}

/**
 * Creates an API in memory that follows the contract of the service, for the tests of applications. It has no state but its
 * own, so that tests can have one each.
 */
export const createTestServer = (options: TestServerOptions = {}): TestServer => new TestServer(options);

const structuredCopy = <Value>(value: Value) => JSON.parse(JSON.stringify(value)) as Value;

function rejectionOf(failure: Failure): Error {
  if (failure instanceof Error) return failure;
  const { code, detail = "A failure of the test.", retryAfter } = failure;
  return new Rejection(code, detail, {}, retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) });
}

function keyOf(headers: Headers): string | undefined {
  const sent = headers.get("Idempotency-Key");
  if (sent === null) return undefined;
  const key = sent.replace(/^"(.*)"$/, "$1");
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Rejection("malformed_request", "Idempotency-Key must be sent once, with 1 to 255 visible ASCII characters.");
}

function responseTo({ method }: Incoming, { status, headers, json, stream }: Reply, requestId: string): Response {
  const own: Record<string, string> = { "X-Content-Type-Options": "nosniff", "X-Request-Id": requestId };
  if (status !== 204) Object.assign(own, { "Cache-Control": "private, no-cache", Vary: "Authorization" });
  if (json !== undefined && status !== 304) own["Content-Type"] = "application/json";
  const isEmpty = method === "HEAD" || status === 204 || status === 304;
  if (isEmpty && stream) void stream.cancel();
  const body = isEmpty ? null : stream ?? (json === undefined ? null : JSON.stringify(json));
  return new Response(body, { status, headers: { ...own, ...headers } });
}
