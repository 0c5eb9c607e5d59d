import { type FormEvent, type RefObject } from "react";

import { Icon } from "@/components/ui/icon";
import { useNotices } from "@/components/ui/notices";
import { useHydrated } from "@/components/ui/use-hydrated";
import { matches, type TaskFilter } from "@/lib/task-filter";

import styles from "./new-task.module.css";
import { useAddTask } from "./use-task-changes";

interface Props {
  filter: TaskFilter;
  ref: RefObject<HTMLInputElement | null>;
}

/** The form to add a task. */
export function NewTask({ filter, ref }: Props) {
  const add = useAddTask();
  const hydrated = useHydrated();
  const { say, inform } = useNotices();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = ref.current!;
    const title = input.value;
    if (!title.trim()) return input.focus();
    input.value = "";
    try {
      const task = await add.mutateAsync(title.trim());
      if (matches(task, filter)) say("Task added.");
      else inform(`“${task.title}” was added. It does not show here, because of what you look for.`);
    } catch {
      // Back to where it was typed, unless the next one is being typed there.
      input.value ||= title;
    }
  }

  return (
    <form className={styles.form} method="post" onSubmit={submit}>
      <label className="unseen" htmlFor="new-task">
        New task
      </label>
      <input ref={ref} id="new-task" name="title" placeholder="What needs doing?" autoComplete="off" dir="auto" />
      <button className="button primary" disabled={!hydrated}>
        <Icon name="plus" /> Add
      </button>
    </form>
  );
}
