import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { useSignedIn } from "@/components/account/session";
import type { Page } from "tasknook-client";
import { matches, queryOf, type TaskFilter } from "@/lib/task-filter";

import { tasksKey } from "./task-lists";

/** The tasks that match a filter, page by page. */
export function useTasks(filter: TaskFilter) {
  const { api } = useSignedIn();
  const query = useInfiniteQuery({
    queryKey: tasksKey(filter),
    queryFn: ({ pageParam, signal }) => api.list(queryOf(filter, pageParam), { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    // While loading, the previously shown tasks that match the filter.
    placeholderData: (before: InfiniteData<Page, string | undefined> | undefined) =>
      before && {
        ...before,
        pages: before.pages.map(({ tasks }): Page => ({ tasks: tasks.filter((task) => matches(task, filter)), changedSince: false })),
      },
  });
  const { data, errorUpdateCount, hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const tasks = useMemo(() => data?.pages.flatMap((page) => page.tasks), [data]);

  // A task that moved from one page to another between the two requests is missing, or there twice.
  const hasChanged = data?.pages.some((page) => page.changedSince) ?? false;
  useEffect(() => {
    if (hasChanged && !isFetching) void refetch();
  }, [hasChanged, isFetching, refetch]);

  // Kept until the next page is loaded, since other requests and changes cancel the request for it.
  const [requested, request] = useState<{ filter: TaskFilter; pages: number; errors: number }>();
  const loaded = data?.pages.length ?? 0;
  const isRequested = requested?.filter === filter && requested.pages > loaded && requested.errors === errorUpdateCount;
  const isLoadingMore = isRequested && hasNextPage;
  useEffect(() => {
    if (isLoadingMore && !isFetching) void fetchNextPage();
  }, [isLoadingMore, isFetching, fetchNextPage]);

  return { ...query, tasks, isLoadingMore, loadMore: () => request({ filter, pages: loaded + 1, errors: errorUpdateCount }) };
}
