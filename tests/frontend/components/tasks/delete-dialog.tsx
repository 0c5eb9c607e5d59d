import { useEffect, useEffectEvent } from "react";

import { Dialog } from "@/components/ui/dialog";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "@/lib/api";

import { useAway } from "./connection-banner";
import styles from "./delete-dialog.module.css";
import { EditFailure } from "./edit-failure";
import { useTaskLists } from "./task-lists";
import { changesOf, quoted } from "./task-text";
import { useLatest } from "./use-latest";
import { isProblem, useDeleteTask } from "./use-task-changes";

/** Asks before a task is deleted: the version that is read when this opens, and no other. */
export function DeleteDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const lists = useTaskLists();
  const { mutateAsync: remove } = useDeleteTask();
  const { say, inform } = useNotices();
  const { data: now, error } = useLatest(task.id);

  const onRead = useEffectEvent(() => {
    if (now) lists.put(now);
    if (!isProblem(error, "task_not_found")) return;
    lists.drop(task.id);
    inform(`${quoted(task.title)} was deleted elsewhere.`);
    onClose();
  });
  useEffect(() => onRead(), [now, error]);

  function confirm(version: Task) {
    onClose();
    remove({ task: version }).then(
      () => say("Task deleted."),
      () => {}, // Said already.
    );
  }

  return (
    <Dialog heading="Delete task?" onClose={onClose}>
      <p className={styles.title} dir="auto">
        {(now ?? task).title}
      </p>
      {now ? <Changed from={task} to={now} /> : !error && <Reading />}
      <EditFailure error={error ?? undefined} />
      <div className="actions">
        <button className="button" onClick={onClose}>
          Cancel
        </button>
        <button className="button danger" disabled={!now} onClick={() => now && confirm(now)}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}

/** Says that the list showed something else, and what it did not show. */
function Changed({ from, to }: { from: Task; to: Task }) {
  const text = changesOf(to, from);
  if (!Object.keys(text).length && from.completed === to.completed) return null;
  return (
    <>
      {text.description && (
        <p className={styles.description} dir="auto">
          {text.description}
        </p>
      )}
      <p role="status">
        It was changed elsewhere.
        {from.completed !== to.completed && ` It is marked as ${to.completed ? "done" : "to do"} now.`}
      </p>
    </>
  );
}

function Reading() {
  const away = useAway();
  return <p className="muted">{away ? "Tasknook cannot be reached. Trying again …" : "Reading the latest version …"}</p>;
}
