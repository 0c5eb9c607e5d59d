import { useQuery } from "@tanstack/react-query";

import type { CountedList, TagCount } from "../types.ts";
import { useSession } from "./provider.tsx";
import { LISTS, TAGS } from "./task-cache.ts";

/** The state of the user's lists. */
export interface ListsResult {
  /** In their order, with the numbers of their tasks; none until they are loaded. */
  lists: CountedList[];
  error: Error | null;
  isLoading: boolean;
}

/** The user's lists. */
export function useLists(): ListsResult {
  const { client, queries } = useSession();
  const { data, error, isPending } = useQuery({ queryKey: LISTS, queryFn: ({ signal }) => client.lists({ signal }) }, queries);
  return { lists: data ?? NO_LISTS, error, isLoading: isPending };
}

/** The state of the tags in use. */
export interface TagsResult {
  /** Sorted by name, with the numbers of their tasks; none until they are loaded. */
  tags: TagCount[];
  error: Error | null;
  isLoading: boolean;
}

/** The tags in use. */
export function useTags(): TagsResult {
  const { client, queries } = useSession();
  const { data, error, isPending } = useQuery({ queryKey: TAGS, queryFn: ({ signal }) => client.tags({ signal }) }, queries);
  return { tags: data ?? NO_TAGS, error, isLoading: isPending };
}

// The same objects at each rendering.
const NO_LISTS: CountedList[] = [];
const NO_TAGS: TagCount[] = [];
