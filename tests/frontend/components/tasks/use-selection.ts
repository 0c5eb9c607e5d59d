import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";

import { isSameView, selectionOf, urlOf, type Selection } from "@/lib/view";

/** What is selected, which is also in the URL of the page. */
export function useSelection() {
  const params = useSearchParams();
  const [selection, setSelection] = useState<Selection>(() => selectionOf(Object.fromEntries(params)));

  useEffect(() => {
    const restore = () => setSelection(selectionOf(Object.fromEntries(new URLSearchParams(location.search))));
    addEventListener("popstate", restore);
    return () => removeEventListener("popstate", restore);
  }, []);

  /** Without the router, which would request the page from the server. */
  function select(next: Selection) {
    const url = urlOf(next);
    // Each view is a step of the history, each letter of a search is not.
    if (isSameView(next.view, selection.view)) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    setSelection(next);
  }

  return [selection, select] as const;
}
