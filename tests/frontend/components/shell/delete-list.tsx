import { useState, type FormEvent } from "react";

import { useCall } from "@/components/ui/use-call";

import type { TasksOfDeleted } from "./list-dialog";
import styles from "./list-dialog.module.css";

interface Props {
  /** The number of tasks in the list. */
  tasks: number;
  onDelete: (tasks: TasksOfDeleted) => Promise<unknown>;
  onCancel: () => void;
}

/** Asks what happens to the tasks of a list that is deleted. */
export function DeleteList({ tasks, onDelete, onCancel }: Props) {
  const { run, busy, error } = useCall();
  const [choice, setChoice] = useState<TasksOfDeleted>("keep");

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(() => onDelete(choice));
  }

  const option = (value: TasksOfDeleted, text: string) => (
    <label className={styles.option}>
      <input type="radio" name="tasks" checked={choice === value} onChange={() => setChoice(value)} autoFocus={choice === value} />
      {text}
    </label>
  );

  return (
    <form className="form" onSubmit={submit}>
      <p>The list is deleted for good.</p>
      {tasks > 0 && (
        <fieldset className={styles.question}>
          <legend>{tasks === 1 ? "Its task" : `Its ${tasks.toLocaleString("en")} tasks`}</legend>
          {option("keep", "Keep in the Inbox")}
          {option("trash", "Move to the trash")}
        </fieldset>
      )}
      {error && (
        <p className="failure" role="alert">
          {error.message}
        </p>
      )}
      <div className="actions">
        <button type="button" className="button" autoFocus={tasks === 0} onClick={onCancel}>
          Cancel
        </button>
        <button className="button danger" aria-disabled={busy}>
          Delete list
        </button>
      </div>
    </form>
  );
}
