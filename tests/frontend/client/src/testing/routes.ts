import type { List, Task, TrashedTask } from "../types.ts";
import { runBulk } from "./bulk.ts";
import { changesPage } from "./feed.ts";
import { countTags, listPage, type ListPage, type Scope } from "./list.ts";
import { type Json, listInput, mayBeChosen, Members, placeInput, taskInput, uuidOf } from "./members.ts";
import { check, type Owner } from "./owner.ts";
import { etagOf, invalid, invalidAt, Rejection } from "./problem.ts";
import { boolean, decoded, Query } from "./query.ts";
import { checkAccept, conditionOf, type Incoming, isUnchanged, MERGE_PATCH_TYPES, objectOf } from "./request.ts";
import { digest } from "./text.ts";

/** A response, before it is written. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  stream?: ReadableStream<Uint8Array>;
}

/** A request of a user. */
export interface Call {
  request: Incoming;
  userId: string;
  /** `/api/{user_id}` or `/api`, as in the path. */
  prefix: string;
  id?: string;
  requestId: string;
  now: number;
  /** What is stored of the user, which a write creates. */
  owner: Owner;
  /** Whether something is stored of the user. */
  isKnown: boolean;
  erase: () => void;
  transfer: (token: string) => void;
  events: (since: string | undefined) => ReadableStream<Uint8Array>;
}

type Handler = (call: Call) => Reply;

const NO_CONTENT: Reply = { status: 204 };

const one = (object: Task | TrashedTask | List, status = 200): Reply => ({ status, headers: etagOf(object), json: object });

function created(call: Call, kind: "tasks" | "lists", object: Task | List): Reply {
  const reply = one(object, 201);
  return { ...reply, headers: { ...reply.headers, Location: `${call.prefix}/${kind}/${object.id}` } };
}

/** A GET of one object. */
function read({ request }: Call, object: Task | TrashedTask | List, what: "task" | "list"): Reply {
  if (!isUnchanged(request.headers, object, (condition) => check(object, condition, what))) return one(object);
  return { status: 304, headers: etagOf(object) };
}

/** A GET of a collection. */
function collection({ owner, isKnown, request }: Call, json: unknown[], headers: Record<string, string> = {}, hasTag = true): Reply {
  if (!hasTag) return { status: 200, headers, json };
  const state = [isKnown && owner.epoch, owner.revision, request.path, request.query, JSON.stringify(json), JSON.stringify(headers)];
  const ETag = `W/"${digest(state.join("\n"))}"`;
  const match = request.headers.get("If-Match")?.trim();
  if (match !== undefined && match !== "*")
    throw new Rejection("precondition_failed", "Lists have weak entity tags, which never match.", {}, { ETag });
  const tags =
    request.headers
      .get("If-None-Match")
      ?.split(",")
      .map((tag) => tag.trim()) ?? [];
  const isSame = tags.some((tag) => tag === "*" || tag.replace(/^W\//, "") === ETag.slice(2));
  return { status: isSame ? 304 : 200, headers: { ...headers, ETag }, json };
}

function list(call: Call, scope: Scope): Reply {
  const { owner, request, now, prefix } = call;
  const page: ListPage = listPage(owner, scope, request.query, now);
  const headers: Record<string, string> = {};
  const path = `${prefix}/tasks${scope === "trash" ? "/trash" : ""}`;
  if (page.next) Object.assign(headers, { "X-Next-Cursor": page.next, Link: `<${path}?${page.link}>; rel="next"` });
  if (page.total !== undefined) headers["X-Total-Count"] = String(page.total);
  if (page.changedSince) headers["X-Changed-Since"] = "true";
  return collection(call, page.tasks, headers, !page.isSearch);
}

/** The id of something new. */
function newId(id: string | undefined, notFound: (id: string | undefined) => unknown): string {
  if (!id) notFound(id);
  if (!mayBeChosen(id!)) throw invalidAt(["path", "id"], "must be a UUID of version 4 or 7", "uuid_version");
  return id!;
}

function put(call: Call): Reply {
  const { owner, request, id } = call;
  if (isCreate(request)) {
    const input = taskInput(objectOf(request), "rejected", true);
    return created(
      call,
      "tasks",
      owner.createTask(
        input,
        newId(id, () => owner.task(id)),
      ),
    );
  }
  const input = taskInput(objectOf(request), "ignored");
  const condition = conditionOf(request.headers);
  return one(owner.updateTask(owner.task(id), input, condition));
}

const isCreate = ({ headers }: Incoming) => !headers.has("If-Match") && headers.get("If-None-Match")?.trim() === "*";

function patch({ owner, request, id }: Call): Reply {
  const input = taskInput(objectOf(request, MERGE_PATCH_TYPES), "rejected");
  const condition = conditionOf(request.headers);
  return one(owner.updateTask(owner.task(id), input, condition));
}

function complete({ owner, request, id }: Call): Reply {
  const members = new Members(request.body.length ? objectOf(request, MERGE_PATCH_TYPES) : {});
  const inBody = members.completed();
  // A null is judged after what cannot be read.
  const unreadable = members.errors.filter(({ type }) => type !== "null_not_allowed");
  if (unreadable.length) throw invalid(unreadable);
  members.finish();
  const query = new Query(request.query);
  const inQuery = query.take("completed", "must be true or false", boolean);
  query.finish();
  if (inQuery === !inBody && inBody !== undefined) throw invalidAt(["body", "completed"], "contradicts the query", "contradiction");
  const condition = conditionOf(request.headers);
  const task = owner.task(id);
  return one(owner.updateTask(task, { completed: inBody ?? inQuery ?? !task.completed }, condition));
}

function remove({ owner, request, id }: Call): Reply {
  const condition = conditionOf(request.headers);
  owner.trashTask(owner.task(id), condition);
  if (!/^return=representation$/i.test(request.headers.get("Prefer")?.trim() ?? "")) return NO_CONTENT;
  const json = { message: "Task deleted", id, task_id: id, deleted: true };
  return { status: 200, headers: { "Preference-Applied": "return=representation" }, json };
}

function putList(call: Call): Reply {
  const { owner, request, id } = call;
  if (isCreate(request)) {
    const input = listInput(objectOf(request), "rejected", true);
    return created(
      call,
      "lists",
      owner.createList(
        input,
        newId(id, () => owner.list(id)),
      ),
    );
  }
  const input = listInput(objectOf(request), "ignored");
  const condition = conditionOf(request.headers);
  return one(owner.updateList(owner.list(id), input, condition));
}

function patchList({ owner, request, id }: Call): Reply {
  const input = listInput(objectOf(request, MERGE_PATCH_TYPES), "rejected");
  const condition = conditionOf(request.headers);
  return one(owner.updateList(owner.list(id), input, condition));
}

function removeList({ owner, request, id }: Call): Reply {
  const query = new Query(request.query);
  const tasks = query.take("tasks", "must be keep or trash", (text) => (text === "keep" || text === "trash" ? text : undefined));
  query.finish();
  const condition = conditionOf(request.headers);
  owner.removeList(owner.list(id), tasks ?? "keep", condition);
  return NO_CONTENT;
}

function countedLists(call: Call): Reply {
  const { live, sortedLists } = call.owner;
  const count = (id: string, isCompleted: boolean) =>
    live.filter(({ list_id, completed }) => list_id === id && completed === isCompleted).length;
  return collection(
    call,
    sortedLists.map((list) => ({ ...list, open: count(list.id, false), completed: count(list.id, true) })),
  );
}

function emptyTrash({ owner, request }: Call): Reply {
  if (request.query)
    throw invalid([{ loc: ["query"], msg: "must be absent, since all tasks in the trash are deleted", type: "value_error" }]);
  for (const task of owner.trash) owner.purge(task);
  return NO_CONTENT;
}

function transfer({ request, transfer }: Call): Reply {
  const members = new Members(objectOf(request), "ignored");
  const token = members.text("from_token") ?? undefined;
  if (token === undefined) members.reject("from_token", "is required", "missing");
  members.finish();
  transfer(token!);
  return NO_CONTENT;
}

function deleteUser({ request, userId, erase }: Call): Reply {
  if (decoded(request.headers.get("X-Confirm-Delete") ?? "") !== userId) {
    const detail = "To delete everything of the user, send the user's id in X-Confirm-Delete, percent-encoded.";
    throw new Rejection("confirmation_required", detail);
  }
  erase();
  return NO_CONTENT;
}

function events({ request, events }: Call): Reply {
  const query = new Query(request.query);
  const since = query.take("since", "", (text) => text);
  query.finish();
  const stream = events(request.headers.get("Last-Event-ID") || since || undefined);
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" };
  return { status: 200, headers, stream };
}

/** The routes below `/api/{user_id}`, by the pattern of their path. `{id}` is an id. */
export const ROUTES: Record<string, Record<string, Handler>> = {
  "": { DELETE: deleteUser },
  "/tasks": {
    GET: (call) => list(call, "tasks"),
    POST: (call) => created(call, "tasks", call.owner.createTask(taskInput(objectOf(call.request), "rejected", true))),
  },
  "/tasks/tags": { GET: (call) => collection(call, countTags(call.owner.live)) },
  "/tasks/bulk": {
    POST: ({ owner, request, requestId }) => ({ status: 200, json: { results: runBulk(owner, objectOf(request), requestId) } }),
  },
  "/tasks/changes": {
    GET: ({ owner, isKnown, userId, request }) => ({ status: 200, json: changesPage(isKnown ? owner : undefined, userId, request.query) }),
  },
  "/tasks/events": { GET: events },
  "/tasks/transfer": { POST: transfer },
  "/tasks/trash": { GET: (call) => list(call, "trash"), DELETE: emptyTrash },
  "/tasks/trash/{id}": {
    GET: (call) => read(call, call.owner.trashed(call.id), "task"),
    DELETE: ({ owner, request, id }) => {
      const condition = conditionOf(request.headers);
      owner.purge(owner.trashed(id), condition);
      return NO_CONTENT;
    },
  },
  "/tasks/{id}": { GET: (call) => read(call, call.owner.task(call.id), "task"), PUT: put, PATCH: patch, DELETE: remove },
  "/tasks/{id}/complete": { PATCH: complete },
  "/tasks/{id}/restore": { POST: ({ owner, request, id }) => one(owner.restore(id, conditionOf(request.headers))) },
  "/tasks/{id}/move": {
    POST: ({ owner, request, id }) => {
      const place = placeInput(objectOf(request));
      const condition = conditionOf(request.headers);
      return one(owner.moveTask(owner.task(id), place, condition));
    },
  },
  "/lists": {
    GET: countedLists,
    POST: (call) => created(call, "lists", call.owner.createList(listInput(objectOf(call.request), "rejected", true))),
  },
  "/lists/{id}": { GET: (call) => read(call, call.owner.list(call.id), "list"), PUT: putList, PATCH: patchList, DELETE: removeList },
  "/lists/{id}/move": {
    POST: ({ owner, request, id }) => {
      const place = placeInput(objectOf(request));
      const condition = conditionOf(request.headers);
      return one(owner.moveList(owner.list(id), place, condition));
    },
  },
};

/** A route, and what its path names. */
export interface Match {
  pattern: string;
  /** The user in the path; absent if it is the token's. */
  userId?: string;
  /** The id in the path, unless it is no UUID. */
  id?: string;
  prefix: string;
}

/** Finds the route of a path. */
export function match(path: string): Match | undefined {
  const [root, ...segments] = path
    .replace(/(.)\/$/, "$1")
    .split("/")
    .slice(1);
  if (root !== "api" || !segments[0]) return undefined;
  const isShort = segments[0] === "tasks" || segments[0] === "lists";
  // Of the paths that fit both forms, such as `/api/tasks/lists`, the short one is meant.
  for (const rest of isShort ? [segments, segments.slice(1)] : [segments.slice(1)]) {
    const raw = rest === segments ? undefined : segments[0];
    const userId = raw && decoded(raw.replaceAll("+", "%2B"));
    const pattern = Object.keys(ROUTES).find((known) => fits(known.split("/").slice(1), rest));
    if (pattern === undefined || (raw !== undefined && !raw)) continue;
    const segment = rest[pattern.split("/").indexOf("{id}") - 1];
    const id = segment === undefined ? undefined : uuidOf(decoded(segment) ?? "");
    return { pattern, ...(raw && { userId: userId ?? "" }), id, prefix: raw ? `/api/${raw}` : "/api" };
  }
  return undefined;
}

function fits(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length && pattern.every((part, index) => (part === "{id}" ? segments[index] : part === segments[index]))
  );
}

/** The media type of the responses of a route. */
export function checkType(pattern: string, headers: Headers): void {
  const isStream = pattern === "/tasks/events";
  checkAccept(headers, isStream ? "text/event-stream" : "application/json");
}
