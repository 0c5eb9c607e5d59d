import type { Selection } from "@/lib/view";

import styles from "./empty-view.module.css";

/** Shown in place of an empty list. */
export function EmptyView({ selection: { view, search }, hasCompleted }: { selection: Selection; hasCompleted: boolean }) {
  const [first, second] = search ? ["No task matches.", "The search looks at titles and descriptions of this view."] : TEXTS[view.kind];
  return (
    <div className={styles.empty}>
      {!search && (
        <svg viewBox="0 0 96 64" width="96" height="64" aria-hidden="true">
          <rect x="14" y="8" width="68" height="14" rx="7" />
          <rect x="14" y="28" width="68" height="14" rx="7" />
          <rect x="14" y="48" width="44" height="14" rx="7" />
          <path d="m19 15 3 3 5-6M19 35l3 3 5-6" />
        </svg>
      )}
      <p className={styles.first}>{hasCompleted && !search ? "All done." : first}</p>
      <p className="muted">{second}</p>
      {!search && (
        <p className="muted keyboard-hint">
          Press <kbd>n</kbd> to add a task, <kbd>?</kbd> for all shortcuts.
        </p>
      )}
    </div>
  );
}

/** Shown in place of a list that was deleted, for example on another device. */
export function DeletedList() {
  return (
    <div className={styles.empty}>
      <p className={styles.first}>This list was deleted.</p>
      <p className="muted">Its tasks are in the Inbox or in the trash.</p>
    </div>
  );
}

const TEXTS: Record<Selection["view"]["kind"], [string, string]> = {
  all: ["Nothing to do yet.", "Add your first task above, such as “Call grandma on Sunday”."],
  today: ["Nothing is due today.", "Tasks appear here on their due date."],
  upcoming: ["Nothing is due in the next 7 days.", "Add a task with a date, such as “Pay rent on Friday”."],
  inbox: ["The Inbox is empty.", "Tasks that are in no list appear here."],
  list: ["This list is empty.", "Add a task above, or drag tasks here."],
  tag: ["No task has this tag.", "Add #tags to a task as you type it."],
  trash: ["The trash is empty.", ""],
};
