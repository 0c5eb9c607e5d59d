import { draftOf } from "../draft.ts";
import type { Task } from "../types.ts";
import type { Pending, Queue, State } from "./state.ts";

const results = new WeakMap<Pending, { task: Task | null; result: Task | null }>();

/** A task after an operation; null for none. The same object for the same task and operation. */
export function applied(task: Task | null, operation: Pending, userId: string): Task | null {
  const known = results.get(operation);
  if (known && known.task === task) return known.result;
  const result = after(task, operation, userId);
  results.set(operation, { task, result });
  return result;
}

function after(task: Task | null, operation: Pending, userId: string): Task | null {
  switch (operation.op) {
    case "create":
      return draftOf(operation.task, operation.id, userId);
    case "update":
      return task && { ...task, ...operation.task };
    case "delete":
      return null;
    case "restore":
      return task ?? operation.task;
    case "move":
      return task;
  }
}

/** The tasks in their manual order, with the pending operations. */
export function tasksOf(tasks: State["tasks"], operations: readonly Pending[], userId: string): Task[] {
  if (!operations.length) return [...tasks.values()];
  const view = new Map<string, Task | null>(tasks);
  let order = [...tasks.keys()];
  for (const operation of operations) {
    const { id } = operation;
    view.set(id, applied(view.get(id) ?? null, operation, userId));
    if (operation.op === "create" && !order.includes(id)) order.unshift(id);
    else if (operation.op === "restore" && !order.includes(id)) order = inserted(order, operation.task, view);
    else if (operation.op === "move" && order.includes(id)) order = moved(order, operation);
  }
  return order.flatMap((id) => view.get(id) ?? []);
}

function inserted(order: string[], task: Task, view: Map<string, Task | null>): string[] {
  const index = order.findIndex((id) => (view.get(id)?.position ?? "") > task.position);
  const at = index < 0 ? order.length : index;
  return [...order.slice(0, at), task.id, ...order.slice(at)];
}

function moved(order: string[], { id, to }: Pending & { op: "move" }): string[] {
  const others = order.filter((other) => other !== id);
  if ("to" in to) return to.to === "first" ? [id, ...others] : [...others, id];
  const at = others.indexOf("before" in to ? to.before : to.after) + ("after" in to ? 1 : 0);
  // The neighbour is not there, or is the task itself.
  if (!others.includes("before" in to ? to.before : to.after)) return order;
  return [...others.slice(0, at), id, ...others.slice(at)];
}

/** A task with the pending operations on it. */
export function versionOf({ queue, tasks }: State, id: string, userId: string): Task | null {
  return afterAll(queue, id, tasks.get(id) ?? null, userId);
}

/** What the pending operations on a task make of the version that they are based on. */
export function pendingVersion(queue: Queue, id: string, userId: string): Task | null {
  return afterAll(queue, id, queue.bases[id] ?? null, userId);
}

function afterAll({ operations }: Queue, id: string, task: Task | null, userId: string): Task | null {
  for (const operation of operations) if (operation.id === id) task = applied(task, operation, userId);
  return task;
}
