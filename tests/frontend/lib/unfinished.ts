// What a user has typed into the input for new tasks: another view, a reload or the end of the session does not delete it.

const keyOf = (userId: string) => `unfinished ${userId}`;

/** The text of the tab. */
export function unfinishedText(userId: string): string {
  try {
    return sessionStorage.getItem(keyOf(userId)) ?? "";
  } catch {
    // The browser does not permit it.
    return "";
  }
}

/** Call this at each change, and at sign-out with an empty text. */
export function keepUnfinished(userId: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(keyOf(userId), text);
    else sessionStorage.removeItem(keyOf(userId));
  } catch {
    // Not permitted, or full.
  }
}
