import { hashKey, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { localQuery } from "../query.ts";
import type { Page, Task, TaskQuery } from "../types.ts";
import type { Pages } from "./pages.ts";
import { useSession } from "./provider.tsx";
import { tasksKey } from "./task-cache.ts";

export interface UseTasksOptions {
  /** The first page of the first query, if the server has loaded it. */
  initialPage?: Page;
}

/** The state of a list of tasks. */
export interface TasksResult {
  /** The loaded tasks; undefined until the first page is loaded. */
  tasks: Task[] | undefined;
  /** The error of the last request. Loaded tasks remain. */
  error: Error | null;
  /** Whether nothing is loaded yet. */
  isLoading: boolean;
  /** Whether `tasks` are those of the previous query that match, while this one is loaded for the first time. */
  isPreview: boolean;
  /** Whether there are further pages. */
  hasMore: boolean;
  isLoadingMore: boolean;
  /** Loads the next page. */
  loadMore: () => void;
  /** Loads the pages again, such as after an error. */
  reload: () => Promise<void>;
}

/** The tasks that match a query, page by page. */
export function useTasks(query: TaskQuery = {}, { initialPage }: UseTasksOptions = {}): TasksResult {
  const { client, queries, cache } = useSession();
  const hash = hashKey([query]);
  const [first] = useState({ hash, page: initialPage });
  const initialData: Pages | undefined = first.page && first.hash === hash ? { pages: [first.page], pageParams: [undefined] } : undefined;

  const options = {
    queryKey: tasksKey(query),
    queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
      // A cursor contains the filter and the order.
      client.list(pageParam ? { limit: query.limit, cursor: pageParam } : query, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page) => page.next,
    initialData,
    placeholderData: (before: Pages | undefined) => before && preview(before, query),
  };
  const result = useInfiniteQuery(options, queries);
  const { data, errorUpdateCount, hasNextPage, isFetching, fetchNextPage, refetch } = result;
  const tasks = useMemo(() => data?.pages.flatMap((page) => page.tasks), [data]);

  // A task that moved from one page to another between the two requests is missing, or there twice.
  const hasChanged = data?.pages.some((page) => page.changedSince) ?? false;
  useEffect(() => {
    if (hasChanged && !isFetching) void refetch();
  }, [hasChanged, isFetching, refetch]);

  // Kept until the next page is loaded, since other requests and changes cancel the request for it.
  const [requested, request] = useState<{ hash: string; pages: number; errors: number }>();
  const loaded = data?.pages.length ?? 0;
  const isRequested = requested?.hash === hash && requested.pages > loaded && requested.errors === errorUpdateCount;
  const isLoadingMore = isRequested && hasNextPage;
  useEffect(() => {
    if (isLoadingMore && !isFetching) void fetchNextPage();
  }, [isLoadingMore, isFetching, fetchNextPage]);

  return {
    tasks,
    error: result.error,
    isLoading: result.isPending,
    isPreview: result.isPlaceholderData,
    hasMore: hasNextPage,
    isLoadingMore,
    loadMore: () => request({ hash, pages: loaded + 1, errors: errorUpdateCount }),
    reload: () => cache.reload(tasksKey(query)),
  };
}

/** The tasks of a list that match another query. */
function preview(before: Pages, query: TaskQuery): Pages | undefined {
  const local = localQuery(query);
  if (!local) return undefined;
  const pages = before.pages.map(({ tasks }): Page => ({ tasks: tasks.filter(local.matches), changedSince: false }));
  return { ...before, pages };
}
