import { useEffect, useEffectEvent, useRef, useState } from "react";

import type { Page, TrashedTask } from "tasknook-client";

/** The pages of the trash that are loaded. */
export function useTrash(load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<TrashedTask>>) {
  /** Undefined until the first page is loaded. */
  const [tasks, setTasks] = useState<TrashedTask[]>();
  const [next, setNext] = useState<string>();
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<Error>();
  /** Aborts the request for a page. */
  const request = useRef<AbortController>(undefined);

  /** Loads the next page: the first one if none is loaded. */
  async function more() {
    request.current?.abort();
    const { signal } = (request.current = new AbortController());
    setLoading(true);
    setError(undefined);
    try {
      const page = await load(next, signal);
      if (signal.aborted) return;
      setTasks((shown = []) => [...shown, ...page.tasks.filter(({ id }) => shown.every((task) => task.id !== id))]);
      setNext(page.next);
    } catch (thrown) {
      if (!signal.aborted) setError(thrown as Error);
    }
    if (!signal.aborted) setLoading(false);
  }

  function clear() {
    request.current?.abort();
    setTasks([]);
    setNext(undefined);
    setLoading(false);
    setError(undefined);
  }

  // Also if all that was loaded is restored.
  const isNeeded = !tasks || (tasks.length === 0 && next !== undefined);
  const loadNeeded = useEffectEvent(() => void more());
  useEffect(() => {
    if (isNeeded) loadNeeded();
  }, [isNeeded]);
  useEffect(() => () => request.current?.abort(), []);

  const remove = ({ id }: TrashedTask) => setTasks((shown) => shown?.filter((task) => task.id !== id));
  return { tasks, hasMore: next !== undefined, loading, error, more, remove, clear };
}
