import { useRef, type KeyboardEvent } from "react";

import { useNotices } from "@/components/ui/notices";
import { hasModifier, suppressRepeats, useShortcuts } from "@/components/ui/use-shortcuts";
import type { Page, Task } from "tasknook-client";
import { isDraft, useTasks } from "tasknook-client/react";
import { queryOf, type TaskFilter } from "@/lib/task-filter";

import { quoted } from "./editable";
import { NoTasks } from "./no-tasks";
import { Skeleton } from "./skeleton";
import styles from "./task-list.module.css";
import { TaskRow } from "./task-row";
import { useRowFocus } from "./use-row-focus";
import { useTaskChanges } from "./use-task-changes";

interface Props {
  filter: TaskFilter;
  /** The first page of the first filter, if the server has loaded it. */
  initialPage?: Page;
  onEdit: (task: Task) => void;
  onDelete: (task: Task) => void;
  onTag: (tag: string) => void;
  onShowAll: () => void;
  /** Called when the focused row was removed and there is no other. */
  onLastRemoved: () => void;
}

/** The list of the tasks that match a filter. */
export function TaskList({ filter, initialPage, onEdit, onDelete, onTag, onShowAll, onLastRemoved }: Props) {
  const { tasks, isPreview, error, reload, hasMore, isLoadingMore, loadMore } = useTasks(queryOf(filter), { initialPage });
  const { toggle, move } = useTaskChanges();
  const { announce } = useNotices();
  const list = useRef<HTMLUListElement>(null);
  const focus = useRowFocus(list, tasks, onLastRemoved);
  const next = () => focus.move(1);
  const previous = () => focus.move(-1);

  useShortcuts({ ArrowDown: next, j: next, ArrowUp: previous, k: previous }, { repeats: true });

  /** Moves the task at this place of the list past its neighbor; undefined at the end of the list. */
  function mover(index: number, by: 1 | -1) {
    const [task, neighbor] = [tasks![index]!, tasks![index + by]];
    if (!neighbor || isDraft(neighbor)) return undefined;
    const to = by < 0 ? { before: neighbor.id } : { after: neighbor.id };
    return () => {
      void move(task, to);
      announce(`${quoted(task.title)} is number ${index + by + 1} of the list.`);
    };
  }

  function onKeyDown(event: KeyboardEvent) {
    const task = tasks?.[focus.index()];
    if (!task || isDraft(task) || hasModifier(event)) return;
    const { key, target } = event;
    // On a button, Enter activates the button.
    const isEdit = key === "e" || (key === "Enter" && target instanceof HTMLInputElement);
    if (!isEdit && key !== "Delete") return;
    event.preventDefault();
    if (event.repeat) return;
    suppressRepeats(key);
    (isEdit ? onEdit : onDelete)(task);
  }

  const failure = error && <Failure error={error} onRetry={() => void reload()} />;
  if (!tasks && failure) return failure;
  if (!tasks || (isPreview && !tasks.length)) return <Skeleton />;
  return (
    <>
      {failure}
      {tasks.length ? (
        <ul
          ref={list}
          role="list"
          aria-label="Tasks"
          className={styles.list}
          onKeyDown={onKeyDown}
          onFocus={focus.onFocus}
          onBlur={focus.onBlur}
        >
          {tasks.map((task, index) => (
            <TaskRow
              key={task.id}
              task={task}
              onToggle={() => void toggle(task)}
              onEdit={() => onEdit(task)}
              onDelete={() => onDelete(task)}
              onTag={onTag}
              onUp={mover(index, -1)}
              onDown={mover(index, 1)}
            />
          ))}
        </ul>
      ) : (
        <NoTasks filter={filter} onShowAll={onShowAll} />
      )}
      {hasMore && (
        <button className={`button ${styles.more}`} aria-disabled={isLoadingMore} onClick={loadMore}>
          {isLoadingMore ? "Loading …" : "Load more"}
        </button>
      )}
    </>
  );
}

function Failure({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <div className={styles.failure} role="alert">
      <p>{error.message}</p>
      <button className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
