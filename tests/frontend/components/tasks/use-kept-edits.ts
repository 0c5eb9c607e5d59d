import { useEffect, useEffectEvent } from "react";

import { takeEdits } from "@/lib/kept-edits";
import { hasOtherValues, patchOf } from "@/lib/task-edits";
import type { Task, TaskPatch } from "tasknook-client";

/** Saves the edits of pages that were closed with an open editor, when all tasks are there. */
export function useKeptEdits(userId: string, tasks: readonly Task[] | undefined, change: (task: Task, patch: TaskPatch) => unknown) {
  const isLoaded = tasks !== undefined;
  const save = useEffectEvent(() => {
    for (const { task, edits } of takeEdits(userId)) {
      const patch = patchOf(task, edits);
      const current = tasks?.find(({ id }) => id === task.id);
      // The page may have saved them itself.
      if (current && hasOtherValues(current, { ...task, ...patch } as Task, edits)) change(task, patch);
    }
  });
  useEffect(() => {
    if (isLoaded) save();
  }, [isLoaded]);
}
