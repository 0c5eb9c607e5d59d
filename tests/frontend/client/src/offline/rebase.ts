import { diffTask, threeWayMerge, type TaskMembers } from "../merge.ts";
import { draftOf } from "../draft.ts";
import type { Task } from "../types.ts";
import { uuid } from "../uuid.ts";
import type { OfflineConflict, Pending } from "./state.ts";

/** The operations on one task, and the version of the API that they are based on. */
export interface Chain {
  operations: Pending[];
  base: Task | null;
}

/** What becomes of a chain. */
export interface Rebased extends Chain {
  conflict?: OfflineConflict;
}

/** The sum of the operations of a chain. */
interface Sum {
  /** The version before its changes: for a new task, the task as it was created. */
  origin: Task | null;
  mine: Partial<TaskMembers>;
  isDeleted: boolean;
  create?: Pending & { op: "create" };
  update?: Pending;
  remove?: Pending;
  restore?: Pending & { op: "restore" };
  move?: Pending;
}

function sumOf({ operations, base }: Chain, userId: string): Sum {
  const sum: Sum = { origin: base, mine: {}, isDeleted: false };
  for (const operation of operations) {
    if (operation.op === "create") {
      sum.create = operation;
      sum.origin = draftOf(operation.task, operation.id, userId);
    } else if (operation.op === "update") {
      sum.update ??= operation;
      sum.mine = { ...sum.mine, ...operation.task };
    } else if (operation.op === "delete") {
      sum.remove = operation;
      sum.isDeleted = true;
    } else if (operation.op === "restore") {
      sum.restore = operation;
      sum.isDeleted = false;
      sum.origin ??= operation.task;
    } else {
      sum.move = operation;
    }
  }
  return sum;
}

/**
 * Bases the operations on the version that exists: those that it contains already end, the others are merged with it, or become a
 * conflict with everything that was entered.
 */
export function rebase(chain: Chain, theirs: Task | null, userId: string): Rebased {
  const sum = sumOf(chain, userId);
  const { origin, mine, update, remove, restore, move, create } = sum;
  const end = (operations: (Pending | undefined)[] = [], conflict?: Partial<OfflineConflict>): Rebased => {
    const id = chain.operations[0]!.id;
    return {
      operations: operations.filter((operation) => operation !== undefined),
      base: theirs,
      conflict: conflict && { id: uuid(), taskId: id, base: origin, mine, theirs, conflicting: [], ...conflict },
    };
  };
  const ours = theirs && origin && withOwnValues(origin, theirs, chain.operations, create);
  if (sum.isDeleted) {
    if (!theirs) return end();
    const isChanged = !!ours && Object.keys(diffTask(ours, theirs)).length > 0;
    return isChanged ? end([], { mine: null }) : end([remove]);
  }
  if (!theirs) {
    if (restore) return end([restore, update && { ...update, op: "update", task: mine }, move]);
    // It was created, or is only moved: nothing was entered that is not there.
    return update ? end([], {}) : end();
  }
  const { patch, conflicting } = threeWayMerge(ours ?? theirs, mine, theirs);
  if (conflicting.length) return end([move], { mine: patch, conflicting });
  const left = update && Object.keys(patch).length > 0;
  return end(left ? [{ ...update, op: "update", task: patch }, move] : [move]);
}

/** The origin, with those values of theirs that the operations have written: a request without a response can have been executed. */
function withOwnValues(origin: Task, theirs: Task, operations: Pending[], create: Pending | undefined): Task {
  const own = operations.flatMap((operation) => (operation.op === "update" ? [operation.task] : []));
  const isOwn = (name: string, value: unknown) => own.some((task) => same((task as Record<string, unknown>)[name], value));
  const values = Object.entries(diffTask(origin, theirs)).filter(([name, value]) => isOwn(name, value));
  // What the API has normalized is the same, too.
  const isSameTime = !!theirs.due_date && !!origin.due_date && Date.parse(theirs.due_date) === Date.parse(origin.due_date);
  if (create && isSameTime) values.push(["due_date", theirs.due_date]);
  return { ...origin, ...Object.fromEntries(values) };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The operations after one that the API rejected. Those on a task that was not created join it. */
export function rejected(chain: Chain, theirs: Task | null, problem: NonNullable<OfflineConflict["problem"]>, userId: string): Rebased {
  const [failed, ...rest] = chain.operations;
  const conflict = { id: uuid(), taskId: failed!.id, base: chain.base, theirs, conflicting: [], problem };
  if (failed!.op === "create") {
    const { mine, isDeleted } = sumOf({ operations: rest, base: null }, userId);
    if (isDeleted) return { operations: [], base: null };
    return { operations: [], base: null, conflict: { ...conflict, mine: { ...(failed!.task as Partial<TaskMembers>), ...mine } } };
  }
  const kept = { operations: rest, base: chain.base };
  if (failed!.op === "update") return { ...kept, conflict: { ...conflict, mine: failed!.task } };
  if (failed!.op === "delete") return { ...kept, conflict: { ...conflict, mine: null } };
  if (failed!.op === "restore") {
    const { mine } = sumOf(chain, userId);
    return { operations: [], base: null, conflict: { ...conflict, base: failed!.task, mine } };
  }
  // Nothing was entered: the neighbour of a move is deleted.
  return kept;
}
