import type { TaskFilter } from "@/lib/task-filter";

import styles from "./no-tasks.module.css";

/** What shows instead of a list that is empty. */
export function NoTasks({ filter, onShowAll }: { filter: TaskFilter; onShowAll: () => void }) {
  if (filter.status === "all" && !filter.search) {
    return (
      <div className={styles.empty}>
        <p className={styles.first}>Nothing to do yet.</p>
        <p>Write down the first task above.</p>
        <p className="for-keyboards">
          <kbd>n</kbd> takes you there.
        </p>
      </div>
    );
  }
  return (
    <div className={styles.empty}>
      <p className={styles.first}>No task matches.</p>
      <button className="button" onClick={onShowAll}>
        Show all
      </button>
    </div>
  );
}
