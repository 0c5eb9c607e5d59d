import { readTab, writeTab } from "@/lib/tab-storage";

const STORAGE_KEY = "reloaded-for";
let reloading = false;

/** Reloads the page for the account that is signed in now. Returns false if a reload for this user did not help. */
export function reloadFor(userId: string): boolean {
  if (reloading) return true;
  if (readTab(STORAGE_KEY) === userId) return false;
  writeTab(STORAGE_KEY, userId);
  // Without the note, the page could be reloaded for ever.
  if (readTab(STORAGE_KEY) !== userId) return false;
  reloading = true;
  location.reload();
  return true;
}

/** Call this after a successful request: the next change of the account may reload again. */
export function forgetReload(): void {
  writeTab(STORAGE_KEY, null);
}
