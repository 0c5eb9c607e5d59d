import { useCallback } from "react";

import { useSnapshot, useStore } from "@/components/store/store";

import { Trash } from "./trash";

/** The trash of the user, which is only in the API. */
export function TrashOfUser({ search }: { search: string }) {
  const store = useStore();
  const lists = useSnapshot("lists");
  const load = useCallback(
    (cursor?: string) => store.client.listTrash(cursor ? { cursor } : { search: search || undefined }),
    [store, search],
  );
  return (
    <Trash
      key={search}
      load={load}
      lists={lists}
      onRestore={(task) => store.write((offline) => offline.restore(task))}
      onPurge={(task) => store.client.purge(task)}
      onEmpty={() => store.client.emptyTrash()}
    />
  );
}
