import type { ProblemCode } from "../problem.ts";
import { Rejection } from "./problem.ts";
import type { Incoming } from "./request.ts";
import { match } from "./routes.ts";

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

interface Injected {
  matcher: Matcher;
  failure: Failure;
  left: number;
  executed: boolean;
}

/** The failures that a test has injected. */
export class Failures {
  readonly #injected = new Set<Injected>();

  /** Makes the next requests of this kind fail. Returns a function that ends it. */
  add(matcher: Matcher, failure: Failure, { times = 1, executed = false }: FailureOptions = {}): () => void {
    const injected: Injected = { matcher, failure, left: times, executed };
    this.#injected.add(injected);
    return () => void this.#injected.delete(injected);
  }

  clear(): void {
    this.#injected.clear();
  }

  /** Takes the failure of a request, if there is one. */
  take({ method, path }: Incoming): { error: Error; executed: boolean } | undefined {
    const pattern = match(path)?.pattern;
    for (const injected of this.#injected) {
      const { matcher, failure, executed } = injected;
      const isMatch = typeof matcher === "string" ? matcher === `${method} ${pattern}` : matcher.test(`${method} ${path}`);
      if (!isMatch) continue;
      injected.left -= 1;
      if (injected.left <= 0) this.#injected.delete(injected);
      return { error: errorOf(failure), executed };
    }
    return undefined;
  }
}

function errorOf(failure: Failure): Error {
  if (failure instanceof Error) return failure;
  const { code, detail = "A failure of the test.", retryAfter } = failure;
  return new Rejection(code, detail, {}, retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) });
}
