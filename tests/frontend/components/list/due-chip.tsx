import { Icon } from "@/components/ui/icon";
import { dayAfter, dueDay, dueText, isPast } from "@/lib/due-date";

import styles from "./row-details.module.css";

interface Props {
  due: string;
  isCompleted: boolean;
  /** In milliseconds; undefined on the server. */
  now: number | undefined;
}

/** When a task is due, such as “Tomorrow” or “Overdue: Nov 26”. */
export function DueChip({ due, isCompleted, now }: Props) {
  const isOverdue = now !== undefined && !isCompleted && isPast(now)(due);
  const isToday = now !== undefined && !isCompleted && dueDay(due) === dayAfter(0);
  const text = now === undefined ? due.slice(0, 10) : dueText(due, now);
  return (
    <span className={styles.detail} data-due={isOverdue ? "overdue" : isToday ? "today" : "later"}>
      <Icon name="calendar" />
      <time dateTime={due}>{isOverdue ? `Overdue: ${text}` : text.charAt(0).toUpperCase() + text.slice(1)}</time>
    </span>
  );
}
