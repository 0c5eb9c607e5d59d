import { useRef, useState, type FormEvent, type RefObject } from "react";

import { Icon } from "@/components/ui/icon";
import { useNotices } from "@/components/ui/notices";
import { useHydrated } from "@/components/ui/use-hydrated";
import { matches, useMutations } from "tasknook-client/react";
import { queryOf, type TaskFilter } from "@/lib/task-filter";

import { quoted } from "./editable";
import styles from "./new-task.module.css";
import { NotAdded } from "./not-added";

/** What the user has typed, with the id that the task will have: however often it is sent, it is created once. */
interface NewTitle {
  id: string;
  title: string;
  /** The list that is shown. */
  list_id: string | null;
}

interface Props {
  filter: TaskFilter;
  ref: RefObject<HTMLInputElement | null>;
}

/** The form to add a task. */
export function NewTask({ filter, ref }: Props) {
  const { create } = useMutations();
  const hydrated = useHydrated();
  const { announce, inform, warn } = useNotices();
  const [failed, setFailed] = useState<NewTitle[]>([]);
  /** The one that failed and is in the input again. */
  const restored = useRef<NewTitle>(undefined);

  async function add(added: NewTitle) {
    try {
      const { id, title, list_id } = added;
      const task = await create({ title: title.trim(), list_id }, { id });
      if (matches(task, queryOf(filter))) announce("Task added.");
      else inform(`${quoted(task.title)} was added. It does not match the current filter.`);
    } catch (error) {
      warn(`${quoted(added.title)} was not added. ${(error as Error).message}`);
      // Restored in the input, unless it already contains the next one.
      if (ref.current && !ref.current.value) {
        ref.current.value = added.title;
        restored.current = added;
      } else setFailed((all) => [...all, added]);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const input = ref.current!;
    const title = input.value;
    if (!title.trim()) return input.focus();
    input.value = "";
    const again = restored.current?.title === title ? restored.current : undefined;
    restored.current = undefined;
    const list_id = filter.list && filter.list !== "none" ? filter.list : null;
    void add(again ?? { id: crypto.randomUUID(), title, list_id });
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
        titles={failed.map(({ title }) => title)}
        onRetry={(index) => {
          removeFailed(index);
          void add(failed[index]!);
        }}
        onDiscard={removeFailed}
      />
    </>
  );
}
