import { useSnapshot } from "@/components/store/store";

import { useTaskActions } from "./use-task-actions";

/** Moves a task that was dropped on a list of the sidebar; null is the Inbox. */
export function useDropTask() {
  const tasks = useSnapshot("tasks");
  const { change } = useTaskActions();
  return (id: string, list_id: string | null) => {
    const task = tasks.find((one) => one.id === id);
    if (task && task.list_id !== list_id) void change(task, { list_id });
  };
}
