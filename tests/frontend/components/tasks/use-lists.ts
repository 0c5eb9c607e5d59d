import { useMutation, useQuery } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";
import type { CountedList } from "@/lib/api";

import { LISTS, TASKS, useTaskLists } from "./task-lists";

/** The user's lists in their order, with the numbers of their tasks; none until they are loaded. */
export function useLists(): CountedList[] {
  const { api } = useSignedIn();
  const { data } = useQuery({ queryKey: LISTS, queryFn: ({ signal }) => api.lists(signal) });
  return data ?? [];
}

export function useAddList() {
  const { api } = useSignedIn();
  // With the id of this device: a repeated call returns the list that the first one created.
  return useListMutation(({ id, name }: { id: string; name: string }) => api.createListWithId(id, { name }));
}

export function useRenameList() {
  const { api } = useSignedIn();
  return useListMutation(({ list, name }: { list: CountedList; name: string }) => api.updateList(list, { name }));
}

export function useDeleteList() {
  const { api } = useSignedIn();
  return useListMutation((list: CountedList) => api.removeList(list));
}

/** Shows the result of a change when it is there, also in the tasks: a deleted list is no longer theirs. */
function useListMutation<Variables, Result>(mutationFn: (variables: Variables) => Promise<Result>) {
  const lists = useTaskLists();
  return useMutation({ mutationFn, onSettled: () => [LISTS, TASKS].forEach((key) => lists.reload(key)) });
}
