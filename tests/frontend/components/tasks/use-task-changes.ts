import { useMutation } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import { type Move, Problem, type ProblemCode, type Task } from "tasknook-client";

import { draftOf, type NewTitle } from "./draft";
import { quoted, type Editable } from "./editable";
import { TASKS, useTaskLists } from "./task-lists";

// Each change is shown before the API responds, and is rolled back if it fails.

export function useAddTask() {
  const { api, user } = useSignedIn();
  const lists = useTaskLists();
  const { warn } = useNotices();
  return useMutation({
    mutationKey: TASKS,
    // One after another, to keep their order.
    scope: { id: "add" },
    // With the id of this device: a repeated call returns the task that the first one created.
    mutationFn: ({ id, title, list_id }: NewTitle) => api.create({ title: title.trim(), list_id }, { id: id }),
    onMutate: (added) => lists.begin({ put: draftOf(added, user.id) }),
    onSuccess: (task) => lists.put(task),
    onError(error, { id, title }) {
      lists.drop(id);
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

/** Moves a task in the manual order; `position` is its place until the API has responded. */
export function useMoveTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const rollBack = useRollback();
  return useMutation({
    mutationKey: TASKS,
    // One after another, since each names a neighbor.
    scope: { id: "move" },
    mutationFn: ({ task, to }: { task: Task; to: Move; position: string }) => api.move(task, to),
    onMutate: ({ task, position }) => lists.begin({ put: { ...task, position } }),
    onSuccess: (task) => lists.finish(task),
    onError: (error, { task }) => rollBack(error, task, "was not moved."),
    onSettled: () => lists.settle(),
  });
}

/** Moves a task to the trash, and offers to restore it. */
export function useDeleteTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const rollBack = useRollback();
  const { inform } = useNotices();
  const { mutateAsync: restore } = useRestoreTask();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task }: { task: Task }) =>
      api.remove(task).catch((error: unknown) => {
        // Already deleted elsewhere.
        if (!isProblem(error, "task_not_found")) throw error;
      }),
    onMutate: ({ task }) => lists.begin({ drop: task.id }),
    onSuccess(_, { task }) {
      const undo = () => restore({ task }).then(() => focusOn(task), () => {}); // The mutation has shown the error.
      inform(`${quoted(task.title)} was deleted.`, () => void undo());
    },
    onError: (error, { task }) => rollBack(error, task, "was not deleted."),
    onSettled: () => lists.settle({ tags: true }),
  });
}

function useRestoreTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const { announce, warn } = useNotices();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task }: { task: Task }) => api.restore(task),
    onMutate: ({ task }) => lists.begin({ put: task }),
    onSuccess(task) {
      lists.finish(task);
      announce("Task restored.");
    },
    onError(error, { task }) {
      lists.drop(task.id);
      warn(`${quoted(task.title)} was not restored. ${error.message}`);
    },
    onSettled: () => lists.settle({ tags: true }),
  });
}

/** Moves the focus to a task, if it was on the button that is gone. */
function focusOn({ id }: Task) {
  if (document.activeElement === document.body) document.getElementById(id)?.focus();
}

/** Does not show errors, which is left to the caller. */
export function useEditTask() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  return useMutation({
    mutationKey: TASKS,
    mutationFn: ({ task, patch }: { task: Task; patch: Partial<Editable> }) => api.update(task, patch),
    onMutate: ({ task, patch }) => lists.begin({ put: { ...task, ...patch } }),
    onSuccess: (task) => lists.finish(task),
    onError: (_, { task }) => lists.finish(task),
    onSettled: (_, __, { patch }) => lists.settle({ tags: "tags" in patch }),
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
