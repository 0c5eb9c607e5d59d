import { Icon } from "@/components/ui/icon";
import type { Task } from "tasknook-client";

import { DueChip } from "./due-chip";
import styles from "./row-details.module.css";

/** The number of tags that a row shows; the editor shows all. */
const TAGS = 3;

const PRIORITY = { urgent: "Urgent", high: "High priority", medium: undefined, low: "Low priority" };

interface Props {
  /** For the description of the checkbox. */
  id: string;
  task: Task;
  listName?: string;
  now: number | undefined;
  onTag: (tag: string) => void;
}

/** The note, the tags, the list and the due date of a task. */
export function RowDetails({ id, task, listName, now, onTag }: Props) {
  const priority = PRIORITY[task.priority];
  const others = task.tags.slice(TAGS);
  return (
    <div id={id} className={styles.details}>
      {priority && <span className="visually-hidden">{priority}</span>}
      {task.description && (
        <span className={styles.detail} title="With a description">
          <Icon name="note" />
          <span className="visually-hidden">With a description</span>
        </span>
      )}
      {task.tags.slice(0, TAGS).map((tag) => (
        <button key={tag} className={styles.tag} aria-label={`${tag}: show tasks with this tag`} onClick={() => onTag(tag)} dir="auto">
          {tag}
        </button>
      ))}
      {others.length > 0 && (
        <span className={styles.detail} title={others.join(", ")}>
          +{others.length}
          <span className="visually-hidden"> more tags</span>
        </span>
      )}
      {listName !== undefined && (
        <span className={styles.detail}>
          <Icon name="list" />
          <span className={styles.name} dir="auto">
            {listName}
          </span>
        </span>
      )}
      {task.due_date && <DueChip due={task.due_date} isCompleted={task.completed} now={now} />}
    </div>
  );
}
