import { useMutation } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "@/lib/api";
import { Problem, type ProblemCode } from "@/lib/problem";

import { draftOf } from "./draft";
import { TASKS, useTaskLists } from "./task-lists";
import { quoted, type TaskText } from "./task-text";

// Each change is shown before the API responds, and is rolled back if it fails.

export function useAddTask() {
  const { api, user } = useSignedIn();
  const lists = useTaskLists();
  const { warn } = useNotices();
  return useMutation({
    mutationKey: TASKS,
    // One after another, to keep their order.
    scope: { id: "add" },
    mutationFn: (title: string) => api.create({ title }),
    onMutate: (title) => lists.begin({ put: draftOf(title, user.id) }),
    onSuccess(task, _, { put: draft }) {
      lists.drop(draft.id);
      lists.put(task);
    },
    onError(error, title, pending) {
      if (pending) lists.drop(pending.put.id);
      warn(`${quoted(title)} was not added. ${error.message}`);
    },
    onSettled: () => lists.settle(),
  });
}

export function useCompleteTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const rollBack = useRollback();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task, completed }: { task: Task; completed: boolean }) => api.complete(task, completed),
    onMutate: ({ task, completed }) => lists.begin({ put: { ...task, completed } }),
    onSuccess: (task) => lists.finish(task),
    onError: (error, { task }) => rollBack(error, task, "was not changed."),
    onSettled: () => lists.settle(),
  });
}

export function useDeleteTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const rollBack = useRollback();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task }: { task: Task }) =>
      api.remove(task).catch((error: unknown) => {
        // Already deleted elsewhere.
        if (!isProblem(error, "task_not_found")) throw error;
      }),
    onMutate: ({ task }) => lists.begin({ drop: task.id }),
    onError: (error, { task }) => rollBack(error, task, "was not deleted."),
    onSettled: () => lists.settle(),
  });
}

/** Does not show errors, which is left to the caller. */
export function useEditTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task, patch }: { task: Task; patch: Partial<TaskText> }) => api.update(task, patch),
    onMutate: ({ task, patch }) => lists.begin({ put: { ...task, ...patch } }),
    onSuccess: (task) => lists.finish(task),
    onError: (_, { task }) => lists.finish(task),
    onSettled: () => lists.settle(),
  });
}

/** Shows the current version of a task and the error after a change failed. */
function useRollback() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const { inform, warn } = useNotices();
  return async (error: unknown, task: Task, outcome: string) => {
    if (isProblem(error, "precondition_failed")) {
      try {
        const latest = await api.get(task.id);
        lists.put(latest);
        return inform(`${quoted(latest.title)} was changed elsewhere. The current version is shown.`);
      } catch (readError) {
        error = readError;
      }
    }
    if (isProblem(error, "task_not_found")) {
      lists.drop(task.id);
      return inform(`${quoted(task.title)} was deleted elsewhere.`);
    }
    lists.finish(task);
    warn(`${quoted(task.title)} ${outcome} ${(error as Error).message}`);
  };
}

export function isProblem(error: unknown, code: ProblemCode): error is Problem {
  return error instanceof Problem && error.code === code;
}
