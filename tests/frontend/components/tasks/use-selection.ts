import { useEffect, useState } from "react";

import { isSameView, selectionOf, urlOf, type Selection } from "@/lib/view";

/**
 * What is selected, which is also in the URL of the page.
 *
 * The first render uses the selection of the server: without a network, the page was stored with another URL.
 */
export function useSelection(initial: Selection) {
  const [selection, setSelection] = useState(initial);

  useEffect(() => {
    const restore = () => setSelection(selectionOf(Object.fromEntries(new URLSearchParams(location.search))));
    restore();
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
