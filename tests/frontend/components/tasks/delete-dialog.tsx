import { useEffect, useEffectEvent } from "react";

import { Dialog } from "@/components/ui/dialog";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "tasknook-client";

import { useUnavailable } from "./connection-banner";
import styles from "./delete-dialog.module.css";
import { EditFailure } from "./edit-failure";
import { changesOf, quoted } from "./editable";
import { useTaskLists } from "./task-lists";
import { useLatest } from "./use-latest";
import { isProblem, useDeleteTask } from "./use-task-changes";

/** Asks for confirmation, then deletes the version of the task that was loaded when the dialog opened. */
export function DeleteDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const lists = useTaskLists();
  const { mutate: remove } = useDeleteTask();
  const { inform } = useNotices();
  const { data: latest, error } = useLatest(task.id);

  const onLoaded = useEffectEvent(() => {
    if (latest) lists.put(latest);
    if (!isProblem(error, "task_not_found")) return;
    lists.drop(task.id);
    inform(`${quoted(task.title)} was deleted elsewhere.`);
    onClose();
  });
  useEffect(() => onLoaded(), [latest, error]);

  function confirm(version: Task) {
    onClose();
    remove({ task: version });
  }

  return (
    <Dialog heading="Delete task?" onClose={onClose}>
      <p className={styles.title} dir="auto">
        {(latest ?? task).title}
      </p>
      {latest ? <Changed from={task} to={latest} /> : !error && <Loading />}
      <EditFailure error={error ?? undefined} />
      <div className="actions">
        <button className="button" onClick={onClose}>
          Cancel
        </button>
        <button className="button danger" disabled={!latest} onClick={() => latest && confirm(latest)}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}

/** Shows how the latest version differs from the one in the list. */
function Changed({ from, to }: { from: Task; to: Task }) {
  const changes = changesOf(to, from);
  if (!Object.keys(changes).length && from.completed === to.completed) return null;
  return (
    <>
      {changes.description && (
        <p className={styles.description} dir="auto">
          {changes.description}
        </p>
      )}
      <p role="status">
        It was changed elsewhere.
        {from.completed !== to.completed && ` It is marked as ${to.completed ? "done" : "to do"} now.`}
      </p>
    </>
  );
}

function Loading() {
  const unavailable = useUnavailable();
  return <p className="muted">{unavailable ? "Tasknook cannot be reached. Trying again …" : "Loading the latest version …"}</p>;
}
