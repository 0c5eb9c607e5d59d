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
  const { say, inform } = useNotices();
  const [failed, setFailed] = useState<string[]>([]);

  async function add(title: string) {
    try {
      const task = await create(title.trim());
      if (matches(task, filter)) say("Task added.");
      else inform(`${quoted(task.title)} was added. It does not show here, because of what you look for.`);
    } catch {
      // Back to where it was typed, unless the next one is being typed there.
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

  function takeOut(at: number) {
    setFailed(failed.toSpliced(at, 1));
    ref.current?.focus();
  }

  return (
    <>
      <form className={styles.form} method="post" onSubmit={submit}>
        <label className="unseen" htmlFor="new-task">
          New task
        </label>
        <input ref={ref} id="new-task" name="title" placeholder="What needs doing?" autoComplete="off" dir="auto" />
        <button className="button primary" disabled={!hydrated}>
          <Icon name="plus" /> Add
        </button>
      </form>
      <NotAdded
        titles={failed}
        onRetry={(at) => {
          takeOut(at);
          void add(failed[at]!);
        }}
        onDiscard={takeOut}
      />
    </>
  );
}
