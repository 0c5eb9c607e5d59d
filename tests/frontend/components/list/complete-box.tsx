import type { Task } from "tasknook-client";

import styles from "./complete-box.module.css";

interface Props {
  task: Task;
  /** The id of what describes it, if there is something. */
  describedBy?: string;
  onChange: (completed: boolean) => void;
}

/** The checkbox of a task. Its ring shows the priority. */
export function CompleteBox({ task, describedBy, onChange }: Props) {
  return (
    <span className={styles.box} data-priority={task.completed ? undefined : task.priority}>
      <input
        type="checkbox"
        aria-label={task.title}
        aria-describedby={describedBy}
        checked={task.completed}
        onChange={(event) => onChange(event.target.checked)}
      />
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="m6 10.25 2.75 2.75 5.25-6" pathLength={1} />
      </svg>
    </span>
  );
}
