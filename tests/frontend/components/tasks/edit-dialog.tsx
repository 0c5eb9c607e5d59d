import { useEffect } from "react";

import { Dialog } from "@/components/ui/dialog";
import type { Task } from "@/lib/api";

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

/** Edits the version of a task that is read when this opens, and asks when others have changed the same of it. */
export function EditDialog({ task, onClose }: Props) {
  const lists = useTaskLists();
  const read = useLatest(task.id);
  const { save, busy, failure, conflict } = useSave(onClose);
  const base = read.data;

  const error = read.error ?? failure;
  const gone = isProblem(error, "task_not_found");
  useEffect(() => {
    if (gone) lists.drop(task.id);
  }, [gone, lists, task.id]);

  return (
    <Dialog heading="Edit task" onClose={onClose} held={busy} wide={Boolean(conflict)}>
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
          key={base ? "read" : "known"}
          task={base ?? task}
          error={error}
          reading={!base}
          busy={busy}
          onSave={(mine) => save(mine, base!)}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}
