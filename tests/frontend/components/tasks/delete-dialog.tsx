import { Dialog } from "@/components/ui/dialog";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "@/lib/api";

import styles from "./delete-dialog.module.css";
import { useDeleteTask } from "./use-task-changes";

/** Asks before a task is deleted. */
export function DeleteDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const { mutateAsync: remove } = useDeleteTask();
  const { say } = useNotices();

  function confirm() {
    onClose();
    remove({ task }).then(
      () => say("Task deleted."),
      () => {}, // Said already.
    );
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
