import type { components, operations } from "./schema.ts";

type Schemas = components["schemas"];

export type Task = Schemas["Task"];
export type NewTask = Schemas["NewTask"];
export type TaskPatch = Schemas["TaskPatch"];
export type TrashedTask = Schemas["TrashedTask"];
export type List = Schemas["List"];
export type CountedList = Schemas["CountedList"];
export type NewList = Schemas["NewList"];
export type ListPatch = Schemas["ListPatch"];
export type TagCount = Schemas["TagCount"];
export type OperationResult = Schemas["OperationResult"];
export type Change = Schemas["Change"];
export type Changes = Schemas["Changes"];
export type Move = Sent<Schemas["Move"]>;
export type Operation = Sent<Schemas["Operation"]>;
export type TaskQuery = NonNullable<operations["list_tasks"]["parameters"]["query"]>;
export type TrashQuery = NonNullable<operations["list_trash"]["parameters"]["query"]>;
export type ChangesQuery = NonNullable<operations["list_changes"]["parameters"]["query"]>;

/** A schema without the members that are always null: they would be optional members of a request. */
type Sent<Schema> = Schema extends unknown
  ? { [Name in keyof Schema as [NonNullable<Schema[Name]>] extends [never] ? never : Name]: Schema[Name] }
  : never;

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

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call, which then throws the reason of the signal. */
  signal?: AbortSignal;
}

/** Options of a call that the API executes at most once. */
export interface OnceOptions extends CallOptions {
  /**
   * The same call with the same key has the same result again, for a day. By default, each call has a new one, which covers
   * its own retries; choose one yourself to repeat a call of which you have no result.
   */
  idempotencyKey?: string;
}

/** Options of a call that creates a task or a list. */
export interface CreateOptions extends OnceOptions {
  /**
   * The id of the new task: a UUID of version 4 or 7, such as `crypto.randomUUID()`. A call with an id that exists returns
   * what has it, so you can repeat it at any time.
   */
  id?: string;
}

/** Options of a call with several operations. */
export interface BulkOptions extends OnceOptions {
  /** Whether all operations are executed or, if one fails, none; true by default. */
  atomic?: boolean;
}
