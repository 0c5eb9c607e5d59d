import { useLayoutEffect, useState, type RefObject } from "react";

import { isSameView, SEARCH_MAX, selectionOf, urlOf, type Selection } from "@/lib/view";

/**
 * What is selected, which is also in the URL of the page.
 *
 * The first render uses the selection of the server: without a network, the page was stored with another URL.
 *
 * @param input That of the search.
 */
export function useSelection(initial: Selection, input: RefObject<HTMLInputElement | null>) {
  const [selection, setSelection] = useState(initial);

  // Before another render, which would replace what was typed before the page was hydrated.
  useLayoutEffect(() => {
    const ofUrl = () => selectionOf(Object.fromEntries(new URLSearchParams(location.search)));
    const restore = () => setSelection(ofUrl());
    const shown = input.current?.value;
    const typed = shown === initial.search ? undefined : shown;
    const first = typed === undefined ? ofUrl() : { ...ofUrl(), search: [...typed].slice(0, SEARCH_MAX).join("") };
    if (typed !== undefined) history.replaceState(null, "", urlOf(first));
    setSelection(first);
    addEventListener("popstate", restore);
    return () => removeEventListener("popstate", restore);
  }, [initial, input]);

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
