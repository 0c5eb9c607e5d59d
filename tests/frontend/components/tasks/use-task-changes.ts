import { Problem, type Move, type ProblemCode, type Task } from "tasknook-client";
import { Conflict, useMutations } from "tasknook-client/react";

import { useNotices } from "@/components/ui/notices";

import { quoted } from "./editable";

/** The changes of a task that report their errors in notices. */
export function useTaskChanges() {
  const { complete, move, remove, restore } = useMutations();
  const { announce, inform, warn } = useNotices();

  function report(error: unknown, task: Task, outcome: string) {
    if (error instanceof Conflict) inform(`${quoted(error.theirs.title)} was changed elsewhere. The current version is shown.`);
    else if (isProblem(error, "task_not_found")) inform(`${quoted(task.title)} was deleted elsewhere.`);
    else warn(`${quoted(task.title)} ${outcome} ${(error as Error).message}`);
  }

  async function undo(task: Task) {
    try {
      await restore(task);
      announce("Task restored.");
      focusOn(task);
    } catch (error) {
      warn(`${quoted(task.title)} was not restored. ${(error as Error).message}`);
    }
  }

  return {
    toggle: (task: Task) => complete(task).catch((error) => report(error, task, "was not changed.")),

    move: (task: Task, to: Move) => move(task, to).catch((error) => report(error, task, "was not moved.")),

    /** Moves a task to the trash, and offers to restore it. */
    async remove(task: Task) {
      try {
        await remove(task);
        inform(`${quoted(task.title)} was deleted.`, () => void undo(task));
      } catch (error) {
        report(error, task, "was not deleted.");
      }
    },
  };
}

/** Moves the focus to a task, if it was on the button that is gone. */
function focusOn({ id }: Task) {
  if (document.activeElement === document.body) document.getElementById(id)?.focus();
}

export function isProblem(error: unknown, code: ProblemCode): error is Problem {
  return error instanceof Problem && error.code === code;
}
