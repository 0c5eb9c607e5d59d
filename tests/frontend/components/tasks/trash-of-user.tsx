import { useCallback, useEffect, useState } from "react";

import { useSnapshot, useStore } from "@/components/store/store";

import { Trash } from "./trash";

/** Milliseconds without a further letter after which the trash is searched. */
const PAUSE = 250;

/** The trash of the user, which is only in the API. */
export function TrashOfUser({ search: typed }: { search: string }) {
  const search = useSettled(typed);
  const store = useStore();
  const lists = useSnapshot("lists");
  const load = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      store.client.listTrash(cursor ? { cursor } : { search: search || undefined }, { signal }),
    [store, search],
  );
  return (
    <Trash
      key={search}
      load={load}
      lists={lists}
      isSearch={Boolean(search)}
      onRestore={(task) => store.write((offline) => offline.restore(task))}
      onPurge={(task) => store.client.purge(task)}
      onEmpty={() => store.client.emptyTrash()}
    />
  );
}

/** The text, when nothing was typed for a moment; at once if it is empty. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return text && settled;
}
