import { showsAll, type TaskFilter } from "@/lib/task-filter";

import styles from "./no-tasks.module.css";

/** Shown in place of an empty list. */
export function NoTasks({ filter, onShowAll }: { filter: TaskFilter; onShowAll: () => void }) {
  if (showsAll(filter)) {
    return (
      <div className={styles.empty}>
        <p className={styles.first}>Nothing to do yet.</p>
        <p>Add your first task above.</p>
        <p className="keyboard-hint">
          Press <kbd>n</kbd> to start.
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
