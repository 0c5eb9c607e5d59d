import { useMemo } from "react";

import { useStore } from "@/components/store/store";
import { useNotices } from "@/components/ui/notices";
import type { Move, NewTask, Task, TaskPatch } from "tasknook-client";

import { quoted } from "./quoted";

/** The changes of tasks. Each shows at once; a notice offers to undo it, or reports its error. */
export function useTaskActions() {
  const store = useStore();
  const { announce, inform, warn } = useNotices();

  return useMemo(() => {
    const current = (id: string) => store.snapshot().tasks.find((task) => task.id === id);

    async function attempt(what: string, run: () => Promise<unknown>) {
      try {
        await run();
        return true;
      } catch (error) {
        warn(`${what} was not saved. ${(error as Error).message}`);
        return false;
      }
    }

    const update = (task: Task, patch: TaskPatch) =>
      attempt(quoted(task.title), () => store.write((offline) => offline.update(task, patch)));

    const remove = (task: Task) => attempt(quoted(task.title), () => store.write((offline) => offline.remove(task)));

    /** Writes the members as they were before to the task as it is now. */
    function reverted(task: Task, patch: TaskPatch) {
      const before = Object.fromEntries(Object.keys(patch).map((name) => [name, task[name as keyof Task]])) as TaskPatch;
      const now = current(task.id);
      if (now) void update(now, before);
      else warn(`${quoted(task.title)} was deleted meanwhile.`);
    }

    return {
      /** Adds tasks, the first one at the top. Returns them. */
      async add(added: NewTask[]): Promise<Task[]> {
        const tasks: Task[] = [];
        for (const task of added.toReversed()) {
          await attempt(quoted(task.title), async () => tasks.unshift(await store.write((offline) => offline.create(task))));
        }
        if (tasks.length === 1) announce("Task added.");
        else if (tasks.length) inform(`${tasks.length} tasks were added.`, () => tasks.forEach((task) => void remove(current(task.id) ?? task)));
        return tasks;
      },

      async change(task: Task, patch: TaskPatch) {
        if (await update(task, patch)) inform(`${quoted(patch.title ?? task.title)} was changed.`, () => reverted(task, patch));
      },

      async complete(task: Task, completed: boolean) {
        if (!(await update(task, { completed }))) return;
        const text = `${quoted(task.title)} is ${completed ? "completed" : "to do again"}.`;
        inform(text, () => reverted(task, { completed }));
      },

      async move(task: Task, to: Move) {
        await attempt(quoted(task.title), () => store.write((offline) => offline.move(task, to)));
      },

      async remove(task: Task) {
        if (!(await remove(task))) return;
        inform(`${quoted(task.title)} is in the trash.`, () =>
          attempt(quoted(task.title), () => store.write((offline) => offline.restore(task))).then(() => focusOn(task)),
        );
      },
    };
  }, [store, announce, inform, warn]);
}

/** Moves the focus to the row of a task, if it was on the button that is gone and the row is near the visible part of the page. */
function focusOn({ id }: Task) {
  if (document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>(`li[data-id="${CSS.escape(id)}"] input[type=checkbox]`)?.focus();
}
