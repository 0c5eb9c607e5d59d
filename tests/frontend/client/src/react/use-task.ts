import { useQuery } from "@tanstack/react-query";

import type { Task } from "../types.ts";
import { useSession } from "./provider.tsx";
import { taskKey } from "./task-cache.ts";

/** The state of a task. */
export interface TaskResult {
  task: Task | undefined;
  /** The error of the last request; `task_not_found` if there is no such task. */
  error: Error | null;
  isLoading: boolean;
}

/** A task by its id. One that a list has loaded is shown at once, and read again. */
export function useTask(id: string): TaskResult {
  const { client, queries, cache } = useSession();
  const options = {
    queryKey: taskKey(id),
    queryFn: ({ signal }: { signal: AbortSignal }) => client.get(id, { signal }),
    initialData: () => cache.find(id),
  };
  const query = useQuery(options, queries);
  return { task: query.data, error: query.error, isLoading: query.isPending };
}
