import type { OperationResult, Task } from "../types.ts";
import { type Json, mayBeChosen, Members, placeInput, taskInput, uuidOf } from "./members.ts";
import { ALWAYS, type Condition, type Owner } from "./owner.ts";
import { etagOf, invalid, invalidAt, Rejection } from "./problem.ts";
import { asObject } from "./request.ts";

const OPERATIONS_MAX = 500;
const VERBS = ["create", "update", "complete", "delete", "restore", "move"];

/** What an operation did: to which task, and at which revision that is. */
interface Done {
  id?: string;
  revision?: number;
  result: OperationResult;
}

/** Executes the operations of a bulk request. */
export function runBulk(owner: Owner, body: Json, requestId: string): OperationResult[] {
  const members = new Members(body, "ignored");
  const atomic = members.boolean("atomic") ?? true;
  members.finish();
  const operations = operationsOf(body);
  const done: Done[] = [];
  const undo = owner.snapshot();
  for (const [index, operation] of operations.entries()) {
    const place = ["operations", index];
    try {
      done.push(run(owner, operation, done));
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      if (atomic) undo();
      const id = idOf(operation);
      const task = error.status === 412 || error.code === "already_exists" ? owner.tasks.get(id ?? "") : undefined;
      const problem = error.with({ ...(task && { task }), ...(atomic && { index }) }, place);
      if (atomic) throw error.status === 412 ? asStored(problem, task) : problem;
      done.push({ id, result: { status: error.status, problem: problem.body(requestId) } as unknown as OperationResult });
    }
  }
  return done.map(({ result }) => result);
}

/** What the operations before it did is undone, so a client must not see it. */
function asStored({ code, message, extras }: Rejection, task: Task | undefined): Rejection {
  if (task) return new Rejection(code, message, extras, etagOf(task));
  return new Rejection(code, "An operation before this one would have created the task.", extras);
}

function operationsOf({ operations }: Json): Json[] {
  const loc = ["body", "operations"];
  if (operations === undefined || operations === null) throw invalidAt(loc, "is required", "missing");
  if (!Array.isArray(operations)) throw invalidAt(loc, "must be an array", "list_type");
  if (operations.length > OPERATIONS_MAX) throw invalidAt(loc, `must have at most ${OPERATIONS_MAX} operations`, "too_long");
  const isObject = (operation: unknown) => typeof operation === "object" && operation && !Array.isArray(operation);
  const errors = operations.flatMap((operation: unknown, index) => (isObject(operation) ? [] : [{ loc: [...loc, index], ...NO_OBJECT }]));
  if (errors.length) throw invalid(errors);
  return operations as Json[];
}

const NO_OBJECT = { msg: "must be a JSON object", type: "object_type" };

const idOf = ({ id }: Json) => (typeof id === "string" ? uuidOf(id) : undefined);

function run(owner: Owner, operation: Json, earlier: Done[]): Done {
  const members = new Members(operation, "ignored");
  const op = operation.op ?? undefined;
  if (op === undefined) members.reject("op", "is required", "missing");
  else if (typeof op !== "string" || !VERBS.includes(op)) members.reject("op", `must be one of ${VERBS.join(", ")}`, "enum");
  members.finish();
  const id = readId(members, op === "create");
  const completed = op === "complete" ? (members.completed() ?? true) : undefined;
  const reference = op === "create" ? undefined : referenceOf(members);
  members.finish();
  if (op !== "create" && !id) throw invalidAt(["body", "id"], "is required", "missing");
  const read = () => {
    if (operation.task === undefined || operation.task === null) throw invalidAt(["body", "task"], "is required", "missing");
    return within("task", () => taskInput(asObject(operation.task, ["body"]), "rejected", op === "create"));
  };
  if (op === "create") {
    const input = read();
    const task = within("task", () => create(owner, input, id));
    return { id: task.id, revision: task.revision, result: { status: 201, task } as OperationResult };
  }
  const input = op === "update" ? read() : {};
  const place = op === "move" ? placeInput(operation) : undefined;
  const condition = conditionOf(reference, id!, earlier);
  if (op === "delete") return { id, revision: owner.trashTask(owner.task(id), condition), result: { status: 204 } as OperationResult };
  const task = within(op === "update" ? "task" : undefined, () => {
    if (op === "restore") return owner.restore(id, condition);
    if (place) return owner.moveTask(owner.task(id), place, condition);
    return owner.updateTask(owner.task(id), completed === undefined ? input : { completed }, condition);
  });
  return { id, revision: task.revision, result: { status: 200, task } as OperationResult };
}

function create(owner: Owner, input: Parameters<Owner["createTask"]>[0], id: string | undefined): Task {
  try {
    return owner.createTask(input, id);
  } catch (error) {
    if (!(error instanceof Rejection) || error.status !== 412) throw error;
    throw new Rejection("already_exists", "A task with this id exists.");
  }
}

/** Places the errors of a rejection within a member. */
function within<Result>(name: string | undefined, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw error instanceof Rejection && name ? error.with({}, [name]) : error;
  }
}

function readId(members: Members, isNew: boolean): string | undefined {
  const text = members.text("id");
  if (typeof text !== "string") return undefined;
  const id = uuidOf(text);
  if (!id) return members.reject("id", "must be a UUID", "uuid_parsing");
  return isNew && !mayBeChosen(id) ? members.reject("id", "must be a UUID of version 4 or 7", "uuid_version") : id;
}

type Reference = { revision: number } | { operation: number } | undefined;

/** Reads `if_match`: a revision, or the index of an operation. */
function referenceOf(members: Members): Reference {
  const value = members.json.if_match ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) {
    const { operation } = value as Json;
    const missing = operation === undefined || operation === null;
    const error = missing ? "missing" : integerError(operation, 0, OPERATIONS_MAX - 1);
    if (!error) return { operation: operation as number };
    const msg = missing ? "is required" : `must be an integer from 0 to ${OPERATIONS_MAX - 1}`;
    members.errors.push({ loc: ["body", "if_match", "operation"], msg, type: error });
    return undefined;
  }
  const error = integerError(value, 1, Number.MAX_SAFE_INTEGER);
  if (!error) return { revision: value as number };
  return members.reject("if_match", "must be a revision, or an object with the index of an operation", error);
}

function integerError(value: unknown, min: number, max: number): string | undefined {
  if (!Number.isInteger(value)) return "int_type";
  if ((value as number) < min) return "greater_than_equal";
  return (value as number) > max ? "less_than_equal" : undefined;
}

function conditionOf(reference: Reference, id: string, earlier: Done[]): Condition {
  if (!reference) return ALWAYS;
  if ("revision" in reference) return { allows: (revision) => revision === reference.revision };
  const before = earlier[reference.operation];
  if (!before || (before.id && before.id !== id))
    throw invalidAt(["body", "if_match"], "must be an earlier operation on the same task", "value_error");
  if (before.revision === undefined) throw new Rejection("dependency_failed", "The operation in `if_match` failed.");
  return { allows: (revision) => revision === before.revision };
}
