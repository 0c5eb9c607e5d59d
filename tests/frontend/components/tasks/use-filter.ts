import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";

import { filterOf, urlOf, type TaskFilter } from "@/lib/task-filter";

/** The current filter, which is also in the URL of the page. */
export function useFilter() {
  const params = useSearchParams();
  const state = useState<TaskFilter>(() => filterOf(Object.fromEntries(params)));
  const url = urlOf(state[0]);
  // Without the router, which would request the page from the server.
  useEffect(() => history.replaceState(null, "", url), [url]);
  return state;
}
