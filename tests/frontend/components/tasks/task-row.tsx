import { Icon } from "@/components/ui/icon";
import { RelativeTime } from "@/components/ui/relative-time";
import type { Task } from "tasknook-client";
import { isDraft } from "tasknook-client/react";

import { MoveButton } from "./move-button";
import { TaskDetails } from "./task-details";
import styles from "./task-row.module.css";

interface Props {
  task: Task;
  onToggle: () => void;
  onEdit: () => void;
  onDelete: () => void;
  onTag: (tag: string) => void;
  /** Undefined at the end of the list. */
  onUp?: () => void;
  onDown?: () => void;
}

/** One task in the list. */
export function TaskRow({ task, onToggle, onEdit, onDelete, onTag, onUp, onDown }: Props) {
  const draft = isDraft(task);
  return (
    <li className={styles.row} data-done={task.completed || undefined} aria-busy={draft || undefined}>
      <input
        id={task.id}
        type="checkbox"
        checked={task.completed}
        disabled={draft}
        onChange={onToggle}
        aria-describedby={`${task.id}-description ${task.id}-details`}
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
        <small id={`${task.id}-details`} className={styles.details}>
          <TaskDetails task={task} onTag={onTag} />
          <RelativeTime time={task.created_at} />
        </small>
      </div>
      <div className={styles.actions}>
        <MoveButton label={`Move ${task.title} up`} icon="up" onClick={draft ? undefined : onUp} />
        <MoveButton label={`Move ${task.title} down`} icon="down" onClick={draft ? undefined : onDown} />
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
