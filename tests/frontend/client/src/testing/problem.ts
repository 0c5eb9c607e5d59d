import type { FieldError, ProblemCode } from "../problem.ts";
import type { Task } from "../types.ts";

/** The status and the title of each problem. */
const KINDS: Record<ProblemCode, [status: number, title: string]> = {
  malformed_request: [400, "Malformed request"],
  invalid_json: [400, "Body is not valid JSON"],
  malformed_credentials: [400, "Malformed Authorization header"],
  missing_token: [401, "Authentication required"],
  invalid_token: [401, "Invalid token"],
  other_user: [403, "Path of another user"],
  task_not_found: [404, "Task not found"],
  list_not_found: [404, "List not found"],
  route_not_found: [404, "Route not found"],
  method_not_allowed: [405, "Method not allowed"],
  not_acceptable: [406, "No acceptable representation"],
  request_timeout: [408, "Request timeout"],
  already_exists: [409, "Already exists"],
  quota_exceeded: [409, "Too many tasks or lists"],
  resync_required: [410, "Begin with a snapshot"],
  precondition_failed: [412, "Precondition failed"],
  body_too_large: [413, "Body too large"],
  unsupported_media_type: [415, "Unsupported media type"],
  validation: [422, "Invalid request"],
  idempotency_key_reused: [422, "Idempotency key reused"],
  dependency_failed: [424, "Dependency failed"],
  confirmation_required: [428, "Confirmation required"],
  too_many_scans: [429, "Too many expensive queries"],
  too_many_requests: [429, "Too many requests"],
  too_many_concurrent_requests: [429, "Too many concurrent requests"],
  too_many_streams: [429, "Too many event streams"],
  too_many_requests_from_address: [429, "Too many requests from one address"],
  too_many_failed_authentications: [429, "Too many failed authentications"],
  internal: [500, "Internal error"],
  overloaded: [503, "Service overloaded"],
  unavailable: [503, "Database unavailable"],
  read_only: [503, "Service is read-only"],
  outcome_unknown: [503, "Outcome of the write unknown"],
  keys_unavailable: [503, "Signing keys unavailable"],
};

/** Members that some problems have. */
interface Extras {
  errors?: FieldError[];
  task?: Task;
  index?: number;
  limit?: number;
  trashed?: true;
}

/** A request, or an operation, that is rejected. */
export class Rejection extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly extras: Extras;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, detail: string, extras: Extras = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.code = code;
    this.status = KINDS[code][0];
    this.extras = extras;
    this.headers = headers;
  }

  /** The problem document. */
  body(request_id: string) {
    const { code, status, message: detail, extras } = this;
    return { type: `https://tasknook.dev/problems/${code}`, title: KINDS[code][1], status, detail, code, request_id, ...extras };
  }

  /** The same rejection with other members; its errors are within this part of the body. */
  with(extras: Extras, place: (string | number)[] = []): Rejection {
    const errors = this.extras.errors?.map((error) => ({ ...error, loc: [error.loc[0]!, ...place, ...error.loc.slice(1)] }));
    const detail = errors ? detailOf(errors) : this.message;
    return new Rejection(this.code, detail, { ...this.extras, ...(errors && { errors }), ...extras }, this.headers);
  }
}

const detailOf = (errors: FieldError[]) => errors.map(({ loc, msg }) => `${nameOf(loc)}: ${msg}`).join("; ");

/** A location as a path, such as `operations[0].task.title`; without members, what it is in. */
function nameOf(loc: FieldError["loc"]): string {
  const members = loc.length > 1 ? loc.slice(1) : loc;
  return members.map((place, depth) => (typeof place === "number" ? `[${place}]` : depth ? `.${place}` : place)).join("");
}

/** Input with errors. */
export const invalid = (errors: FieldError[]) => new Rejection("validation", detailOf(errors), { errors });

/** Input with one error. */
export const invalidAt = (loc: (string | number)[], msg: string, type: string) => invalid([{ loc, msg, type }]);

export const taskNotFound = () => new Rejection("task_not_found", "Task not found.");

export const listNotFound = () => new Rejection("list_not_found", "List not found.");

export const quotaExceeded = (limit: number, what: string) =>
  new Rejection("quota_exceeded", `You can have at most ${limit} ${what}; delete some before you add others.`, { limit });

export const resyncRequired = () =>
  new Rejection("resync_required", "What follows this position is not known; read all tasks and lists again, without it.");

/** The entity tag of a task or list. */
export const etagOf = ({ revision }: { revision: number }) => ({ ETag: `"${revision}"` });
