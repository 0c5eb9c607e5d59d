const MARK = "reloaded-for";
let reloading = false;

/** Loads the page anew, for whoever is signed in now; false when that was done for this user already, to no effect. */
export function reloadFor(userId: string): boolean {
  if (reloading) return true;
  if (sessionStorage.getItem(MARK) === userId) return false;
  sessionStorage.setItem(MARK, userId);
  reloading = true;
  location.reload();
  return true;
}

/** The API answered: another change of the account is a new one. */
export function forgetReload(): void {
  sessionStorage.removeItem(MARK);
}
