import type { components } from "./schema.ts";

type Body = components["schemas"]["Problem"];

/** The error codes of the API. */
export type ProblemCode = Body["code"];

/** One validation error. */
export type FieldError = components["schemas"]["FieldError"];

/** An error that the API returned (RFC 9457). `message` is its `detail`, which can be shown to users. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  /** The validation errors; empty for codes other than `validation`. */
  readonly errors: readonly FieldError[];
  /** The id of the request in the log of the API. */
  readonly requestId: string;
  /** Seconds to wait before a retry, if the API sent `Retry-After`. */
  readonly retryAfter?: number;
  /** The maximum number of tasks, with `quota_exceeded`. */
  readonly limit?: number;
  /** Of a create whose id is in the trash: true. */
  readonly trashed?: boolean;

  /** The index of the operation that failed, if several were sent. */
  readonly index?: number;
  /** The task as it is, of an operation that failed with `precondition_failed` or `already_exists`. */
  readonly task?: components["schemas"]["Task"];

  constructor(body: Body, headers: Headers) {
    super(body.detail);
    this.code = body.code;
    this.status = body.status;
    this.errors = body.errors ?? [];
    this.requestId = body.request_id;
    this.retryAfter = Number(headers.get("Retry-After")) || undefined;
    this.limit = body.limit;
    this.trashed = body.trashed;
    this.index = body.index;
    this.task = body.task;
  }

  /** The error message for a member of the body. */
  of(member: string): string | undefined {
    return this.errors.find((error) => error.loc[0] === "body" && error.loc[1] === member)?.msg;
  }
}

/** No response, or not from the API or Better Auth: a network error, a proxy, an unavailable server. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The session has ended. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

/** Another account has signed in, perhaps in another tab, or the client was closed. Nothing is written for that account. */
export class AccountChanged extends Error {
  override readonly name = "AccountChanged";
}

/** The error of a response. A response without a problem document is not from the API. */
export function problemOf(response: Response, body: unknown): Problem | Unreachable {
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (isProblem && typeof body === "object" && body) return new Problem(body as Body, response.headers);
  return new Unreachable(`The API returned an unexpected response (status ${response.status}).`);
}
