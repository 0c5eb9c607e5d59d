import { useQuery } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";

import { TAGS } from "./task-lists";

/** The names of the tags in use; none until they are loaded. */
export function useTags(): string[] {
  const { api } = useSignedIn();
  const { data } = useQuery({ queryKey: TAGS, queryFn: ({ signal }) => api.tags({ signal }) });
  return data?.map(({ name }) => name) ?? [];
}
