import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useSignedIn } from "@/components/account/session";
import { Dialog } from "@/components/ui/dialog";
import type { Task } from "@/lib/api";

import { EditConflict } from "./edit-conflict";
import { EditForm } from "./edit-form";
import { useTaskLists } from "./task-lists";
import { changesOf, type TaskText } from "./task-text";
import { isProblem, useEditTask } from "./use-task-changes";

interface Props {
  task: Task;
  onClose: () => void;
}

/** Edits the version of a task that is read when this opens, and says so when it is not the latest any more. */
export function EditDialog({ task, onClose }: Props) {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const edit = useEditTask();
  const [conflict, setConflict] = useState<{ mine: TaskText; theirs: Task }>();
  const [failure, setFailure] = useState<Error>();
  const read = useQuery({
    queryKey: ["task", task.id],
    queryFn: ({ signal }) => api.get(task.id, signal),
    // Read once: what is saved is to name the version that was seen here.
    staleTime: Infinity,
    gcTime: 0,
  });
  const base = read.data;

  async function save(mine: TaskText, onto: Task) {
    setFailure(undefined);
    try {
      await edit.mutateAsync({ task: onto, patch: changesOf(mine, onto) });
      onClose();
    } catch (error) {
      if (!isProblem(error, "precondition_failed")) return setFailure(error as Error);
      await readAgain().then((theirs) => setConflict({ mine, theirs }), setFailure);
    }
  }

  async function readAgain(): Promise<Task> {
    const theirs = await api.get(task.id);
    lists.put(theirs);
    return theirs;
  }

  const error = read.error ?? failure;
  const gone = isProblem(error, "task_not_found");
  useEffect(() => {
    if (gone) lists.drop(task.id);
  }, [gone, lists, task.id]);

  return (
    <Dialog heading="Edit task" onClose={onClose} wide={Boolean(conflict)}>
      {conflict ? (
        <EditConflict
          {...conflict}
          base={base!}
          error={error}
          busy={edit.isPending}
          onKeepMine={() => save(conflict.mine, conflict.theirs)}
          onTakeTheirs={onClose}
        />
      ) : (
        <EditForm
          key={base ? "read" : "known"}
          task={base ?? task}
          error={error}
          reading={!base}
          busy={edit.isPending}
          onSave={(mine) => save(mine, base!)}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}
