import { useMutation, useQuery } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";
import type { CountedList, Move } from "tasknook-client";

import { LISTS, TASKS, useTaskLists } from "./task-lists";

/** The user's lists in their order, with the numbers of their tasks; none until they are loaded. */
export function useLists(): CountedList[] {
  const { api } = useSignedIn();
  const { data } = useQuery({ queryKey: LISTS, queryFn: ({ signal }) => api.lists({ signal }) });
  return data ?? [];
}

export function useAddList() {
  const { api } = useSignedIn();
  // With the id of this device: a repeated call returns the list that the first one created.
  return useListMutation(({ id, name }: { id: string; name: string }) => api.createList({ name }, { id: id }));
}

export function useRenameList() {
  const { api } = useSignedIn();
  return useListMutation(({ list, name }: { list: CountedList; name: string }) => api.updateList(list, { name }));
}

export function useDeleteList() {
  const { api } = useSignedIn();
  return useListMutation((list: CountedList) => api.removeList(list));
}

/** Moves a list before or after another one. Lasts until its place is shown: the next move requires the new revision. */
export function useMoveList() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  return useMutation({
    mutationFn: ({ list, to }: { list: CountedList; to: Move }) => api.moveList(list, to),
    onSettled: () => lists.reload(LISTS),
  });
}

/** Shows the result of a change when it is there, also in the tasks: a deleted list is no longer theirs. */
function useListMutation<Variables, Result>(mutationFn: (variables: Variables) => Promise<Result>) {
  const lists = useTaskLists();
  return useMutation({ mutationFn, onSettled: () => [LISTS, TASKS].forEach((key) => void lists.reload(key)) });
}
