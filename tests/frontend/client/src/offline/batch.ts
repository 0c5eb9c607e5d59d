import type { Operation } from "../types.ts";
import { uuid } from "../uuid.ts";
import type { Batch, Pending, Queue } from "./state.ts";

/** Limits of a bulk request, with room for what surrounds the operations. */
const MAX_OPERATIONS = 500;
const MAX_BYTES = 1024 * 1024 - 1024;

/** The API has the responses of a day. */
const KEY_LIFETIME_MS = 23 * 3_600_000;

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

/** Whether the operation fits into a request. */
export function fits(operation: object): boolean {
  return bytesOf(operation) < MAX_BYTES - 1024;
}

/**
 * The batch to send: that of the last attempt, or one of the oldest operations. After a day its key no longer prevents a second
 * execution; then the ids and conditions of a new batch do.
 */
export function nextBatch(queue: Queue, now: number): Batch | undefined {
  if (queue.batch && now - queue.batch.attempted < KEY_LIFETIME_MS) return queue.batch;
  const body: Operation[] = [];
  const last = new Map<string, number>();
  let size = 0;
  for (const operation of queue.operations.slice(0, MAX_OPERATIONS)) {
    const index = last.get(operation.id);
    const sent = operationOf(operation, index === undefined ? queue.bases[operation.id]?.revision : { operation: index });
    size += bytesOf(sent) + 1;
    if (size > MAX_BYTES) break;
    last.set(operation.id, body.length);
    body.push(sent);
  }
  if (!body.length) return undefined;
  const seqs = queue.operations.slice(0, body.length).map(({ seq }) => seq);
  return { key: uuid(), attempted: now, position: queue.position, seqs, body };
}

function operationOf(operation: Pending, condition: number | { operation: number } | undefined): Operation {
  const { id } = operation;
  const ifMatch = condition === undefined ? {} : { if_match: condition };
  switch (operation.op) {
    case "create":
      return { op: "create", id, task: operation.task };
    case "update":
      return { op: "update", id, task: operation.task, ...ifMatch };
    case "delete":
      return { op: "delete", id, ...ifMatch };
    case "restore":
      return { op: "restore", id };
    case "move":
      return { op: "move", id, ...operation.to, ...ifMatch };
  }
}
