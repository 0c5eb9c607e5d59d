// Edits of a page that was closed while its editor was open. Such a page cannot wait for its database, so they are written where
// that takes no wait, and the next page saves them.

import type { Task } from "tasknook-client";

import type { Edits } from "./task-edits";

export interface KeptEdits {
  /** The version that the edits were made to. */
  task: Task;
  edits: Edits;
}

const prefixOf = (userId: string) => `edits ${userId} `;

export function keepEdits(userId: string, kept: KeptEdits): void {
  attempt(() => localStorage.setItem(prefixOf(userId) + kept.task.id, JSON.stringify(kept)));
}

export function forgetEdits(userId: string, taskId: string): void {
  attempt(() => localStorage.removeItem(prefixOf(userId) + taskId));
}

/** Returns the edits that are kept, and deletes them. */
export function takeEdits(userId: string): KeptEdits[] {
  const taken: KeptEdits[] = [];
  attempt(() => {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(prefixOf(userId)))) {
      const kept = localStorage.getItem(key)!;
      localStorage.removeItem(key);
      taken.push(JSON.parse(kept));
    }
  });
  return taken;
}

/** The browser may not permit it, or have no room. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    console.warn(error);
  }
}
