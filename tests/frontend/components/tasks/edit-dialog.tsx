import { Dialog } from "@/components/ui/dialog";
import type { Task } from "tasknook-client";

import { EditConflict } from "./edit-conflict";
import { EditForm } from "./edit-form";
import { useSave } from "./use-save";

interface Props {
  task: Task;
  onClose: () => void;
}

/** Edits the version of a task that was shown when the dialog opened, and shows conflicting changes. */
export function EditDialog({ task, onClose }: Props) {
  const { save, busy, error, conflict } = useSave(onClose);
  return (
    <Dialog heading="Edit task" onClose={onClose} locked={busy} wide={Boolean(conflict)}>
      {conflict ? (
        <EditConflict
          conflict={conflict}
          error={error}
          busy={busy}
          onKeepMine={() => save(conflict.mine, conflict.theirs)}
          onTakeTheirs={onClose}
        />
      ) : (
        <EditForm task={task} error={error} busy={busy} onSave={(mine) => save(mine, task)} onCancel={onClose} />
      )}
    </Dialog>
  );
}
