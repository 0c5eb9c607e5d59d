import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";

import { addressOf, filterOf, type TaskFilter } from "@/lib/task-filter";

/** Which tasks are shown, kept in the address of the page. */
export function useFilter() {
  const params = useSearchParams();
  const state = useState<TaskFilter>(() => filterOf(Object.fromEntries(params)));
  const address = addressOf(state[0]);
  // The page has all it needs: the server is not asked for it again.
  useEffect(() => history.replaceState(null, "", address), [address]);
  return state;
}
