import { useEffect, useEffectEvent, useRef, useState } from "react";

import type { Page, TrashedTask } from "tasknook-client";

/** The pages of the trash that are loaded. */
export function useTrash(load: (cursor?: string) => Promise<Page<TrashedTask>>) {
  /** Undefined until the first page is loaded. */
  const [tasks, setTasks] = useState<TrashedTask[]>();
  const [next, setNext] = useState<string>();
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<Error>();
  /** Counts requests: the result of one that was followed by another is ignored. */
  const request = useRef(0);

  /** Loads the next page: the first one if none is loaded. */
  async function more() {
    const number = ++request.current;
    setLoading(true);
    setError(undefined);
    try {
      const page = await load(next);
      if (number !== request.current) return;
      setTasks((shown = []) => [...shown, ...page.tasks.filter(({ id }) => shown.every((task) => task.id !== id))]);
      setNext(page.next);
    } catch (thrown) {
      if (number === request.current) setError(thrown as Error);
    }
    if (number === request.current) setLoading(false);
  }

  function clear() {
    request.current += 1;
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

  const remove = ({ id }: TrashedTask) => setTasks((shown) => shown?.filter((task) => task.id !== id));
  return { tasks, hasMore: next !== undefined, loading, error, more, remove, clear };
}
