import { Icon } from "@/components/ui/icon";
import { RelativeTime } from "@/components/ui/relative-time";
import type { Task } from "@/lib/api";

import { isDraft } from "./draft";
import styles from "./task-row.module.css";

interface Props {
  task: Task;
  onToggle: () => void;
  onEdit: () => void;
  onDelete: () => void;
}

/** One task in the list. */
export function TaskRow({ task, onToggle, onEdit, onDelete }: Props) {
  const draft = isDraft(task);
  return (
    <li className={styles.row} data-done={task.completed || undefined} aria-busy={draft || undefined}>
      <input
        id={task.id}
        type="checkbox"
        checked={task.completed}
        disabled={draft}
        onChange={onToggle}
        aria-describedby={task.description ? `${task.id}-description` : undefined}
      />
      <div className={styles.text}>
        <label htmlFor={task.id} className={styles.title} dir="auto">
          {task.title}
        </label>
        {task.description && (
          <p id={`${task.id}-description`} className={styles.description} dir="auto">
            {task.description}
          </p>
        )}
        <small>
          <RelativeTime time={task.created_at} />
        </small>
      </div>
      <div className={styles.actions}>
        <button className="button quiet square" aria-label={`Edit ${task.title}`} disabled={draft} onClick={onEdit}>
          <Icon name="pencil" />
        </button>
        <button className="button quiet square" aria-label={`Delete ${task.title}`} disabled={draft} onClick={onDelete}>
          <Icon name="trash" />
        </button>
      </div>
    </li>
  );
}
