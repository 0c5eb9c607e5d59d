import { Icon } from "@/components/ui/icon";
import { useNow } from "@/components/ui/use-now";
import type { Task } from "tasknook-client";
import { useLists } from "tasknook-client/react";
import { dueText, isPast } from "@/lib/due-date";

import styles from "./task-details.module.css";

/** The names of the priorities that are worth a word. */
const NAMES = { low: "Low priority", medium: undefined, high: "High priority", urgent: "Urgent" };

/** The list, the due date, the priority and the tags of a task. */
export function TaskDetails({ task, onTag }: { task: Task; onTag: (tag: string) => void }) {
  const priority = NAMES[task.priority];
  const list = useLists().lists.find(({ id }) => id === task.list_id);
  return (
    <>
      {list && (
        <span className={styles.detail} dir="auto">
          <Icon name="list" /> {list.name}
        </span>
      )}
      {task.due_date && <Due due={task.due_date} completed={task.completed} />}
      {priority && (
        <span className={styles.detail} data-priority={task.priority}>
          <Icon name="flag" /> {priority}
        </span>
      )}
      {task.tags.map((tag) => (
        <button key={tag} className={styles.tag} aria-label={`${tag}: show tasks with this tag`} onClick={() => onTag(tag)} dir="auto">
          {tag}
        </button>
      ))}
    </>
  );
}

function Due({ due, completed }: { due: string; completed: boolean }) {
  const now = useNow();
  const overdue = now !== undefined && !completed && isPast(due, now);
  return (
    <span className={styles.detail} data-overdue={overdue || undefined}>
      <Icon name="calendar" /> {overdue ? "Overdue: " : "Due "}
      <time dateTime={due}>{now === undefined ? due.slice(0, 10) : dueText(due, now)}</time>
    </span>
  );
}
