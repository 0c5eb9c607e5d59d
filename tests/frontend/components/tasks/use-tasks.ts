import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useMemo } from "react";

import { useSignedIn } from "@/components/account/session";
import type { Page } from "@/lib/api";
import { matches, queryOf, type TaskFilter } from "@/lib/task-filter";

import { tasksKey } from "./task-lists";

/** The tasks under a filter, page by page. */
export function useTasks(filter: TaskFilter) {
  const { api } = useSignedIn();
  const query = useInfiniteQuery({
    queryKey: tasksKey(filter),
    queryFn: ({ pageParam, signal }) => api.list(queryOf(filter, pageParam), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    // Until the answer is here, what matches of the tasks that were shown before.
    placeholderData: (before: InfiniteData<Page, string | undefined> | undefined) =>
      before && {
        ...before,
        pages: before.pages.map(({ tasks }): Page => ({ tasks: tasks.filter((task) => matches(task, filter)) })),
      },
  });
  const tasks = useMemo(() => query.data?.pages.flatMap((page) => page.tasks), [query.data]);
  return { ...query, tasks };
}
