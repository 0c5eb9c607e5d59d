import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether this runs in the browser yet: until then a form would be sent the old way. */
export function useHydrated(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
