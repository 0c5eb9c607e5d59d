import type { TaskMembers } from "../merge.ts";
import { Problem, type ProblemCode } from "../problem.ts";
import type { Task } from "../types.ts";

/** The task was changed elsewhere, and the changes do not merge. Nothing was written. To write anyway, base it on `theirs`. */
export class Conflict extends Error {
  override readonly name = "Conflict";
  /** The version that the write was based on. */
  readonly base: Task;
  /** The changes that are not in `theirs`. */
  readonly mine: Partial<TaskMembers>;
  /** The current version. */
  readonly theirs: Task;
  /** The members that both sides changed, each differently; empty for a move and a deletion. */
  readonly conflicting: (keyof TaskMembers)[];

  constructor({ base, mine, theirs, conflicting }: Pick<Conflict, "base" | "mine" | "theirs" | "conflicting">) {
    super("The task was changed elsewhere.");
    this.base = base;
    this.mine = mine;
    this.theirs = theirs;
    this.conflicting = conflicting;
  }
}

/** Whether the API returned an error with this code. */
export function isProblem(error: unknown, code: ProblemCode): error is Problem {
  return error instanceof Problem && error.code === code;
}
