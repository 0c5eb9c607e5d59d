import { useEffect } from "react";

import { Dialog } from "@/components/ui/dialog";
import type { Task } from "tasknook-client";

import { EditConflict } from "./edit-conflict";
import { EditForm } from "./edit-form";
import { useTaskLists } from "./task-lists";
import { useLatest } from "./use-latest";
import { useSave } from "./use-save";
import { isProblem } from "./use-task-changes";

interface Props {
  task: Task;
  onClose: () => void;
}

/** Edits the version of a task that was loaded when the dialog opened, and shows conflicting changes. */
export function EditDialog({ task, onClose }: Props) {
  const lists = useTaskLists();
  const latest = useLatest(task.id);
  const { save, busy, failure, conflict } = useSave(onClose);
  const base = latest.data;

  const error = latest.error ?? failure;
  const isDeleted = isProblem(error, "task_not_found");
  useEffect(() => {
    if (isDeleted) lists.drop(task.id);
  }, [isDeleted, lists, task.id]);

  return (
    <Dialog heading="Edit task" onClose={onClose} locked={busy} wide={Boolean(conflict)}>
      {conflict ? (
        <EditConflict
          {...conflict}
          error={error}
          busy={busy}
          onKeepMine={() => save(conflict.mine, conflict.theirs)}
          onTakeTheirs={onClose}
        />
      ) : (
        <EditForm
          key={base ? "latest" : "listed"}
          task={base ?? task}
          error={error}
          loading={!base}
          busy={busy}
          onSave={(mine) => save(mine, base!)}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}
