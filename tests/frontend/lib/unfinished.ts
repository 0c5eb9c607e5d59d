// What a user has typed into the input for new tasks: another view, a reload or the end of the session does not delete it.

import { readTab, writeTab } from "./tab-storage";

const keyOf = (userId: string) => `unfinished ${userId}`;

/** The text of the tab. */
export const unfinishedText = (userId: string): string => readTab(keyOf(userId)) ?? "";

/** Call this at each change; with an empty text at sign-out, and when the text is stored as a task. */
export const keepUnfinished = (userId: string, text: string): void => writeTab(keyOf(userId), text || null);
