import { useState, type FormEvent, type RefObject } from "react";

import { Icon } from "@/components/ui/icon";
import { useNotices } from "@/components/ui/notices";
import { useHydrated } from "@/components/ui/use-hydrated";
import { matches, type TaskFilter } from "@/lib/task-filter";

import styles from "./new-task.module.css";
import { NotAdded } from "./not-added";
import { quoted } from "./task-text";
import { useAddTask } from "./use-task-changes";

interface Props {
  filter: TaskFilter;
  ref: RefObject<HTMLInputElement | null>;
}

/** The form to add a task. */
export function NewTask({ filter, ref }: Props) {
  const { mutateAsync: create } = useAddTask();
  const hydrated = useHydrated();
  const { announce, inform } = useNotices();
  const [failed, setFailed] = useState<string[]>([]);

  async function add(title: string) {
    try {
      const task = await create(title.trim());
      if (matches(task, filter)) announce("Task added.");
      else inform(`${quoted(task.title)} was added. It does not match the current filter.`);
    } catch {
      // Restored in the input, unless it already contains the next one.
      if (ref.current && !ref.current.value) ref.current.value = title;
      else setFailed((titles) => [...titles, title]);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const input = ref.current!;
    const title = input.value;
    if (!title.trim()) return input.focus();
    input.value = "";
    void add(title);
  }

  function removeFailed(index: number) {
    setFailed(failed.toSpliced(index, 1));
    ref.current?.focus();
  }

  return (
    <>
      <form className={styles.form} method="post" onSubmit={submit}>
        <label className="visually-hidden" htmlFor="new-task">
          New task
        </label>
        <input ref={ref} id="new-task" name="title" placeholder="What needs doing?" autoComplete="off" dir="auto" />
        <button className="button primary" disabled={!hydrated}>
          <Icon name="plus" /> Add
        </button>
      </form>
      <NotAdded
        titles={failed}
        onRetry={(index) => {
          removeFailed(index);
          void add(failed[index]!);
        }}
        onDiscard={removeFailed}
      />
    </>
  );
}
