import type { components } from "./schema";

type Body = components["schemas"]["Problem"];

/** What can go wrong, by the name that the API gives it. */
export type ProblemCode = Body["code"];

/** One thing that is wrong with the input. */
export type FieldError = components["schemas"]["FieldError"];

/** An error that the API answered (RFC 9457). `message` is its `detail`, which is made to be shown. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  /** Each thing that is wrong with the input; only `validation` has any. */
  readonly errors: readonly FieldError[];
  /** Finds the request in the API's log. */
  readonly requestId: string;
  /** Seconds after which it makes sense to try again, when the API says so. */
  readonly retryAfter?: number;
  /** The task's present entity tag, when a precondition failed. */
  readonly etag?: string;

  constructor(body: Body, headers: Headers) {
    super(body.detail);
    this.code = body.code;
    this.status = body.status;
    this.errors = body.errors ?? [];
    this.requestId = body.request_id;
    this.retryAfter = Number(headers.get("Retry-After")) || undefined;
    this.etag = headers.get("ETag") ?? undefined;
  }

  /** What is wrong with one member of the body, in words. */
  of(member: string): string | undefined {
    return this.errors.find((error) => error.loc[0] === "body" && error.loc[1] === member)?.msg;
  }
}

/** No answer came, or none of the API's or Better Auth's: the network, a proxy, a server that is away. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

/** Somebody else is signed in now, in another tab perhaps; or this client was closed. Nothing was done for them instead. */
export class AccountChanged extends Error {
  override readonly name = "AccountChanged";
}

/** The problem that an answer holds. An answer without one is not the API's. */
export function problemOf(response: Response, body: unknown): Problem | Unreachable {
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (isProblem && typeof body === "object" && body) return new Problem(body as Body, response.headers);
  return new Unreachable(`The API answered ${response.status} without saying why.`);
}
