import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether the page is hydrated. Before that, a form would be submitted by the browser itself. */
export function useHydrated(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
