import type { Client } from "tasknook-client";

/** Completes all tasks with a tag, and returns their number. */
export async function completeTagged(api: Client, tag: string): Promise<number> {
  let count = 0;
  for await (const task of api.all({ tag, completed: false })) {
    await api.complete(task, true);
    count += 1;
  }
  return count;
}
