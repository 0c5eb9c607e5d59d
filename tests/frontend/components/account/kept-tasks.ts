// Tasks of a user who has signed out that could not be deleted from this device.

import { readTab, writeTab } from "@/lib/tab-storage";

const KEY = "tasks-not-deleted";

/** The sign-in page has a message about it. */
export const noteKeptTasks = (): void => writeTab(KEY, "true");

/** Whether there are such tasks; once. */
export function takeKeptTasks(): boolean {
  const isNoted = readTab(KEY) !== null;
  writeTab(KEY, null);
  return isNoted;
}
