import { onlineManager, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useSignedIn } from "@/components/account/session";
import type { Change } from "tasknook-client";
import { coalesced } from "@/lib/coalesced";

import { useTaskLists } from "./task-lists";

/** Milliseconds in which several changes are loaded together. */
const BURST = 100;

/** Loads what is shown again when it changes elsewhere, while the page is visible. */
export function useLiveUpdates(): void {
  const { api, queries, failed } = useSignedIn();
  const lists = useTaskLists();
  useEffect(() => {
    let position: string | undefined;
    let stream = new AbortController();
    let missed = false;
    let changes: Change[] = [];

    const update = coalesced(async () => {
      const isNew = missed || changes.some((change) => !isOwn(change, queries));
      [missed, changes] = [false, []];
      if (isNew) await lists.reloadAll();
    }, BURST);

    async function listen(signal: AbortSignal) {
      try {
        for await (const event of api.events({ since: position, signal })) {
          position = event.position;
          if (event.type === "change") changes.push(event.change);
          else missed ||= event.missed;
          update();
        }
      } catch (error) {
        if (!signal.aborted) failed(error as Error);
      }
    }

    /** A hidden page has no stream. A visible one continues where it was, on the present network. */
    function restart() {
      stream.abort();
      stream = new AbortController();
      if (!document.hidden) void listen(stream.signal);
    }

    restart();
    document.addEventListener("visibilitychange", restart);
    const unsubscribe = onlineManager.subscribe(restart);
    return () => {
      stream.abort();
      document.removeEventListener("visibilitychange", restart);
      unsubscribe();
    };
  }, [api, queries, failed, lists]);
}

/** Whether this page wrote the change, and shows it already. */
function isOwn({ revision }: Change, queries: QueryClient): boolean {
  const results = queries.getMutationCache().getAll().map(({ state }) => state.data as { revision?: number } | undefined);
  return results.some((result) => result?.revision === revision);
}
