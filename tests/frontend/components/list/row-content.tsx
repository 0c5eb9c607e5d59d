import { memo } from "react";

import { Icon } from "@/components/ui/icon";
import type { Task } from "tasknook-client";

import type { RowActions } from "./actions";
import { CompleteBox } from "./complete-box";
import { RowDetails } from "./row-details";
import styles from "./task-row.module.css";

interface Props {
  task: Task;
  listName?: string;
  hasHandle: boolean;
  now: number | undefined;
  actions: RowActions;
}

/** A task in one line; in a narrow list in two. */
export const RowContent = memo(function RowContent({ task, listName, hasHandle, now, actions }: Props) {
  const details = `${task.id}-details`;
  return (
    <>
      {hasHandle && (
        // Without a name: with the keyboard, Alt and the arrow keys move the row, and the editor has buttons.
        <span className={styles.handle} data-handle aria-hidden="true">
          <Icon name="grip" />
        </span>
      )}
      <CompleteBox task={task} describedBy={details} onChange={(completed) => actions.complete(task, completed)} />
      <div className={styles.text}>
        <button className={styles.title} onClick={() => actions.edit(task.id)}>
          <span dir="auto">{task.title}</span>
        </button>
        <div className={styles.actions}>
          {/* The title is the same button for the keyboard. */}
          <button className={styles.action} tabIndex={-1} aria-label={`Edit ${task.title}`} onClick={() => actions.edit(task.id)}>
            <Icon name="pencil" />
          </button>
          <button className={styles.action} aria-label={`Delete ${task.title}`} onClick={() => actions.delete(task)}>
            <Icon name="trash" />
          </button>
        </div>
        <RowDetails id={details} task={task} listName={listName} now={now} onTag={actions.tag} />
      </div>
    </>
  );
});
