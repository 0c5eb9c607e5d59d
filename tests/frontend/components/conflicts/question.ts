// What the user is asked about a conflict, and what can be answered.

import { diffTask, type TaskMembers } from "tasknook-client";
import type { OfflineConflict } from "tasknook-client/offline";

import { rejectionText } from "./rejection";

/** An answer that needs no form. */
export interface Answer {
  text: string;
  choice: "mine" | "theirs";
  look?: "primary" | "danger";
}

/** A version of the task, with the members that are highlighted. */
export interface Version {
  name: string;
  values: Partial<TaskMembers>;
  marked: readonly (keyof TaskMembers)[];
}

export interface Question {
  heading: string;
  text: string;
  versions: Version[];
  /** What a highlighted member is. */
  mark: string;
  answers: Answer[];
  /** Whether the user can write other values, and whether that is the first choice. */
  edit: "first" | "possible" | "none";
}

const namesOf = (values: Partial<TaskMembers>) => Object.keys(values) as (keyof TaskMembers)[];

/** What to ask about a conflict. */
export function questionOf(conflict: OfflineConflict): Question {
  if (conflict.problem) return rejected(conflict);
  if (!conflict.mine) return deletedHere(conflict);
  return conflict.theirs ? changedTwice(conflict) : deletedElsewhere(conflict);
}

function changedTwice({ base, mine, theirs }: OfflineConflict): Question {
  // Not only what both sides changed: with "theirs", all of these are dropped.
  const marked = namesOf(mine!);
  const isCompletedKept = base && theirs!.completed !== base.completed && !marked.includes("completed");
  const kept = isCompletedKept ? ` It was also marked as ${theirs!.completed ? "done" : "to do"}; this is kept.` : "";
  return {
    heading: "This task was changed elsewhere",
    text: `You changed it, too. Which version should it have?${kept}`,
    versions: [
      { name: "Mine", values: { ...theirs, ...mine }, marked },
      { name: "Theirs", values: theirs!, marked },
    ],
    mark: "differs",
    answers: [
      { text: "Take theirs", choice: "theirs" },
      { text: "Keep mine", choice: "mine", look: "primary" },
    ],
    edit: "possible",
  };
}

function deletedElsewhere({ base, mine }: OfflineConflict): Question {
  return {
    heading: "This task was deleted elsewhere",
    text: "You changed it here. If you keep it, it has your changes.",
    versions: [{ name: "Mine", values: { ...base, ...mine }, marked: namesOf(mine!) }],
    mark: "changed",
    answers: [
      { text: "Delete anyway", choice: "theirs" },
      { text: "Keep the task", choice: "mine", look: "primary" },
    ],
    edit: "possible",
  };
}

function deletedHere({ base, theirs }: OfflineConflict): Question {
  const marked = base && theirs ? namesOf(diffTask(base, theirs)) : [];
  const now = theirs ? [{ name: "Now", values: theirs, marked }] : [];
  return {
    heading: "You deleted a task that was changed elsewhere",
    text: "Should it still be deleted?",
    versions: base ? [{ name: "When you deleted it", values: base, marked }, ...now] : now,
    mark: "changed",
    answers: [
      { text: "Keep the task", choice: "theirs" },
      { text: "Delete anyway", choice: "mine", look: "danger" },
    ],
    edit: "none",
  };
}

function rejected({ base, mine, theirs, problem }: OfflineConflict): Question {
  const text = rejectionText(problem!);
  // The same values would be rejected again.
  const isInvalid = problem!.code === "validation";
  const again: Answer[] = isInvalid ? [] : [{ text: "Try again", choice: "mine", look: "primary" }];
  if (!mine) {
    return {
      heading: "This task could not be deleted",
      text,
      versions: theirs ? [{ name: "The task", values: theirs, marked: [] }] : [],
      mark: "",
      answers: [{ text: "Keep the task", choice: "theirs" }, ...again],
      edit: "none",
    };
  }
  // A change needs no room; `theirs` can be older than the deletion.
  const isRestored = !theirs || problem!.code === "quota_exceeded";
  const existing = isRestored ? "This task could not be restored" : "Your change could not be saved";
  const marked = problem!.errors.map(({ loc }) => loc.at(-1) as keyof TaskMembers);
  return {
    heading: base ? existing : "This task could not be added",
    text,
    versions: [{ name: "What you entered", values: theirs ? { title: theirs.title, ...mine } : { ...base, ...mine }, marked }],
    mark: "rejected",
    answers: [{ text: "Discard", choice: "theirs" }, ...again],
    edit: isInvalid ? "first" : "possible",
  };
}
