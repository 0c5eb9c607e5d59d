import type { OperationResult, Task } from "../types.ts";
import { rebase, rejected, type Chain, type Rebased } from "./rebase.ts";
import type { Batch, OfflineConflict, Pending, State, StateChange } from "./state.ts";

type Failure = NonNullable<OperationResult["problem"]>;

/** What the results of a batch change. Each task is settled on its own, so a conflict delays no other task. */
export function settled(state: State, batch: Batch, results: OperationResult[], userId: string): StateChange {
  const { queue } = state;
  const resultOf = new Map(batch.seqs.map((seq, index) => [seq, results[index]!]));
  const tasks = new Map<string, Task | null>();
  const bases: Record<string, Task | null> = {};
  const conflicts: OfflineConflict[] = [];
  const left = new Map<number, Pending>();
  for (const [id, operations] of byTask(queue.operations)) {
    const settledTask = settleTask(state, { operations, base: queue.bases[id] ?? null }, resultOf, tasks, userId);
    for (const operation of settledTask.operations) left.set(operation.seq, operation);
    if (settledTask.operations.length) bases[id] = settledTask.base;
    if (settledTask.conflict) conflicts.push(settledTask.conflict);
  }
  const operations = queue.operations.flatMap(({ seq }) => left.get(seq) ?? []);
  for (const [id, task] of tasks) {
    const known = state.tasks.get(id);
    if (task && known && known.revision > task.revision) tasks.delete(id);
  }
  // The response can be that of an earlier attempt: what changed since is loaded again.
  const { position } = batch;
  const allConflicts = conflicts.length ? [...queue.conflicts, ...conflicts] : queue.conflicts;
  return { queue: { operations, bases, batch: undefined, position, conflicts: allConflicts }, tasks };
}

/** The operations of each task, in their order. */
function byTask(operations: Pending[]): Map<string, Pending[]> {
  const tasks = new Map<string, Pending[]>();
  for (const operation of operations) tasks.set(operation.id, [...(tasks.get(operation.id) ?? []), operation]);
  return tasks;
}

function settleTask(
  state: State,
  { operations, base }: Chain,
  resultOf: Map<number, OperationResult>,
  tasks: Map<string, Task | null>,
  userId: string,
): Rebased {
  for (let index = 0; index < operations.length; index += 1) {
    const operation = operations[index]!;
    const result = resultOf.get(operation.seq);
    const chain = { operations: operations.slice(index), base };
    if (!result) return chain;
    if (!result.problem) {
      base = result.task ?? null;
      tasks.set(operation.id, base);
      continue;
    }
    const known = tasks.get(operation.id) ?? state.tasks.get(operation.id) ?? null;
    return failed(chain, result.problem, known, tasks, userId);
  }
  return { operations: [], base };
}

/** What becomes of the operations on a task from one that failed on. */
function failed(chain: Chain, problem: Failure, known: Task | null, tasks: Map<string, Task | null>, userId: string): Rebased {
  const operation = chain.operations[0]!;
  if (problem.status >= 500 || problem.code === "dependency_failed") return chain;
  if (problem.code === "task_not_found" && operation.op === "restore") {
    // Deleted for good: its id is free again.
    const { title, description, completed, priority, tags, due_date, list_id } = operation.task;
    const task = { title, description, completed, priority, tags, due_date, list_id };
    return { operations: [{ seq: operation.seq, id: operation.id, op: "create", task }, ...chain.operations.slice(1)], base: null };
  }
  if (["precondition_failed", "already_exists", "task_not_found"].includes(problem.code)) {
    const task = (problem.task as (Task & { deleted_at?: string | null }) | undefined) ?? null;
    const theirs = task?.deleted_at ? null : (task ?? (problem.code === "precondition_failed" ? known : null));
    tasks.set(operation.id, theirs);
    return rebase(chain, theirs, userId);
  }
  const { code, detail: message, errors = [] } = problem;
  return rejected(chain, known, { code, message, errors }, userId);
}
