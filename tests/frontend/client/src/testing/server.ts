import { sleep, throwIfAborted } from "../abort.ts";
import { type Client, type ClientOptions, createClient } from "../client.ts";
import type { List, Task, TrashedTask } from "../types.ts";
import { TestClock } from "./clock.ts";
import { Streams } from "./events.ts";
import { type Failure, type FailureOptions, Failures, type Matcher } from "./failures.ts";
import { keyOf, RecordedReplies } from "./idempotency.ts";
import { Owner } from "./owner.ts";
import { invalidAt, Rejection } from "./problem.ts";
import { checkBody, type Incoming, incomingOf } from "./request.ts";
import { checkType, match, type Reply, ROUTES } from "./routes.ts";
import { bearerOf, isOwn, tokenOf, verified } from "./token.ts";

const BODY_MAX = 65_536;
const BULK_BODY_MAX = 1_048_576;

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

/** An API in memory; see `createTestServer`. */
export class TestServer {
  /** The time of the server, which you can set. */
  readonly clock: TestClock;
  readonly #options: TestServerOptions;
  readonly #owners = new Map<string, Owner>();
  readonly #replies = new RecordedReplies();
  readonly #streams: Streams;
  readonly #failures = new Failures();
  #ids = 0;
  /** The time of the request that is executed. */
  #now = 0;

  constructor(options: TestServerOptions) {
    this.#options = options;
    this.clock = new TestClock(() => this.#streams.update());
    this.#streams = new Streams(
      (userId) => this.#owners.get(userId),
      () => this.clock.now(),
    );
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
  fail(matcher: Matcher, failure: Failure, options: FailureOptions = {}): () => void {
    return this.#failures.add(matcher, failure, options);
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
    this.#replies.clear();
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
    const failure = this.#failures.take(request);
    let reply: Reply;
    try {
      if (failure && !failure.executed) throw failure.error;
      reply = this.#route(request, requestId, signal);
      if (failure) throw failure.error;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...error.headers };
      reply = { status: error.status, headers, json: error.body(requestId) };
    }
    return responseTo(request, reply, requestId);
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
    const key = keyOf(request);
    checkBody(request, found.pattern === "/tasks/bulk" ? BULK_BODY_MAX : BODY_MAX);
    const execute = () =>
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
      });
    const reply = key === undefined ? execute() : this.#replies.once(userId, key, request, found, this.#now, execute);
    if (!stored && owner.revision) this.#owners.set(userId, owner);
    if (request.method !== "GET") this.#streams.update(userId);
    return reply;
  }

  #erase(userId: string): void {
    this.#owners.delete(userId);
    this.#replies.clear(userId);
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

function responseTo({ method }: Incoming, { status, headers, json, stream }: Reply, requestId: string): Response {
  const own: Record<string, string> = { "X-Content-Type-Options": "nosniff", "X-Request-Id": requestId };
  if (status !== 204) Object.assign(own, { "Cache-Control": "private, no-cache", Vary: "Authorization" });
  if (json !== undefined && status !== 304) own["Content-Type"] = "application/json";
  const isEmpty = method === "HEAD" || status === 204 || status === 304;
  if (isEmpty && stream) void stream.cancel();
  const body = isEmpty ? null : (stream ?? (json === undefined ? null : JSON.stringify(json)));
  return new Response(body, { status, headers: { ...own, ...headers } });
}
