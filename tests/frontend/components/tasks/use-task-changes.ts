import { useMutation } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "@/lib/api";
import { Problem, type ProblemCode } from "@/lib/problem";

import { draftOf } from "./draft";
import { TASKS, useTaskLists } from "./task-lists";
import { quoted, type TaskText } from "./task-text";

// Each change shows before it is answered, and is taken back when it fails.

export function useAddTask() {
  const { api, user } = useSignedIn();
  const lists = useTaskLists();
  const { warn } = useNotices();
  return useMutation({
    mutationKey: TASKS,
    // One after another, so that they are listed as they were written.
    scope: { id: "add" },
    mutationFn: (title: string) => api.create({ title }),
    onMutate: (title) => lists.begin({ put: draftOf(title, user.id) }),
    onSuccess(task, _, { put: draft }) {
      lists.drop(draft.id);
      lists.put(task);
    },
    onError(error, title, shown) {
      if (shown) lists.drop(shown.put.id);
      warn(`${quoted(title)} was not added. ${error.message}`);
    },
    onSettled: () => lists.settle(),
  });
}

export function useCompleteTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const takeBack = useTakeBack();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task, completed }: { task: Task; completed: boolean }) => api.complete(task, completed),
    onMutate: ({ task, completed }) => lists.begin({ put: { ...task, completed } }),
    onSuccess: (task) => lists.conclude(task),
    onError: (error, { task }) => takeBack(error, task, "was not changed."),
    onSettled: () => lists.settle(),
  });
}

export function useDeleteTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const takeBack = useTakeBack();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task }: { task: Task }) =>
      api.remove(task).catch((error: unknown) => {
        // Deleted is deleted, whoever did it.
        if (!isProblem(error, "task_not_found")) throw error;
      }),
    onMutate: ({ task }) => lists.begin({ drop: task.id }),
    onError: (error, { task }) => takeBack(error, task, "was not deleted."),
    onSettled: () => lists.settle(),
  });
}

/** What went wrong is for the caller to say. */
export function useEditTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task, patch }: { task: Task; patch: Partial<TaskText> }) => api.update(task, patch),
    onMutate: ({ task, patch }) => lists.begin({ put: { ...task, ...patch } }),
    onSuccess: (task) => lists.conclude(task),
    onError: (_, { task }) => lists.conclude(task),
    onSettled: () => lists.settle(),
  });
}

/** Shows a task as it is after a change to it failed, and says so. */
function useTakeBack() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const { inform, warn } = useNotices();
  return async (error: unknown, task: Task, undone: string) => {
    if (isProblem(error, "precondition_failed")) {
      try {
        const now = await api.get(task.id);
        lists.put(now);
        return inform(`${quoted(now.title)} was changed elsewhere. This is how it is now.`);
      } catch (another) {
        error = another;
      }
    }
    if (isProblem(error, "task_not_found")) {
      lists.drop(task.id);
      return inform(`${quoted(task.title)} was deleted elsewhere.`);
    }
    lists.conclude(task);
    warn(`${quoted(task.title)} ${undone} ${(error as Error).message}`);
  };
}

export function isProblem(error: unknown, code: ProblemCode): error is Problem {
  return error instanceof Problem && error.code === code;
}
