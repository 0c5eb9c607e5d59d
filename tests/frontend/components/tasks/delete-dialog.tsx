import { Dialog } from "@/components/ui/dialog";
import type { Task } from "tasknook-client";

import styles from "./delete-dialog.module.css";
import { useTaskChanges } from "./use-task-changes";

/** Asks for confirmation, then deletes the version of the task that was shown when the dialog opened. */
export function DeleteDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const { remove } = useTaskChanges();

  function confirm() {
    onClose();
    void remove(task);
  }

  return (
    <Dialog heading="Delete task?" onClose={onClose}>
      <p className={styles.title} dir="auto">
        {task.title}
      </p>
      <div className="actions">
        <button className="button" onClick={onClose}>
          Cancel
        </button>
        <button className="button danger" onClick={confirm}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
