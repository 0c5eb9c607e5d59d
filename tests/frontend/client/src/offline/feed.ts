import type { Client } from "../client.ts";
import { Problem } from "../problem.ts";
import type { Change, List, Task } from "../types.ts";
import type { State, StateChange } from "./state.ts";
import type { Store } from "./store.ts";

/** Loads what changed since the stored position, or everything if there is none or it is not usable. */
export async function refresh(client: Client, store: Store, signal: AbortSignal): Promise<void> {
  let { position } = store.state.queue;
  if (position !== undefined) {
    try {
      return await follow(client, store, position, signal);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "resync_required") throw error;
    }
  }
  const [tasks, lists] = [new Map<string, Task>(), new Map<string, List>()];
  for await (const page of client.follow({ signal })) {
    for (const change of page.changes) if (change.kind === "put") put(change, tasks, lists);
    position = page.next;
  }
  // The position of a user of whom nothing is stored is the beginning: after it, deletions of what this queue creates would be missing.
  if (!tasks.size && !lists.size) position = undefined;
  await store.change((state) => ({ queue: { position, isLoaded: true }, tasks: replaced(state.tasks, tasks), lists: replaced(state.lists, lists) }));
  // What changed since the snapshot began.
  if (position !== undefined) await follow(client, store, position, signal);
}

async function follow(client: Client, store: Store, since: string, signal: AbortSignal): Promise<void> {
  for await (const { changes, next } of client.follow({ since, signal })) {
    if (next !== store.state.queue.position || changes.length) await store.change((state) => pageChange(state, changes, next));
  }
}

function pageChange(state: State, changes: Change[], position: string): StateChange {
  const [tasks, lists] = [new Map<string, Task | null>(), new Map<string, List | null>()];
  for (const change of changes) {
    // The own writes are there already.
    if (change.type === "task" && change.kind === "put" && state.tasks.get(change.id)?.revision === change.revision) continue;
    if (change.kind === "put") put(change, tasks, lists);
    else (change.type === "task" ? tasks : lists).set(change.id, null);
  }
  return { queue: { position }, tasks, lists };
}

function put(change: Change & { kind: "put" }, tasks: Map<string, Task | null>, lists: Map<string, List | null>): void {
  if (change.type === "task") tasks.set(change.id, change.task);
  else lists.set(change.id, change.list);
}

/** The change from all old values to all new ones. */
function replaced<Value>(old: State["tasks"] | State["lists"], values: Map<string, Value>): Map<string, Value | null> {
  return new Map<string, Value | null>([...[...old.keys()].map((id) => [id, null] as const), ...values]);
}
