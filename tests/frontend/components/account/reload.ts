const STORAGE_KEY = "reloaded-for";
let reloading = false;

/** Reloads the page for the account that is signed in now. Returns false if a reload for this user did not help. */
export function reloadFor(userId: string): boolean {
  if (reloading) return true;
  if (sessionStorage.getItem(STORAGE_KEY) === userId) return false;
  sessionStorage.setItem(STORAGE_KEY, userId);
  reloading = true;
  location.reload();
  return true;
}

/** Call this after a successful request: the next change of the account may reload again. */
export function forgetReload(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}
