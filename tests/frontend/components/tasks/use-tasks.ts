import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

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
  const { data, errorUpdateCount, hasNextPage, isFetching, fetchNextPage } = query;
  const tasks = useMemo(() => data?.pages.flatMap((page) => page.tasks), [data]);

  // Kept until it is here: what else is read or changed ends a reading of the next page.
  const [wanted, want] = useState<{ filter: TaskFilter; pages: number; errors: number }>();
  const loaded = data?.pages.length ?? 0;
  const isWanted = wanted?.filter === filter && wanted.pages > loaded && wanted.errors === errorUpdateCount;
  const isLoadingMore = isWanted && hasNextPage;
  useEffect(() => {
    if (isLoadingMore && !isFetching) void fetchNextPage();
  }, [isLoadingMore, isFetching, fetchNextPage]);

  return { ...query, tasks, isLoadingMore, loadMore: () => want({ filter, pages: loaded + 1, errors: errorUpdateCount }) };
}
