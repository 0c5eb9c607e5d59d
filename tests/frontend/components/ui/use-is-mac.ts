import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether the keyboard has a Command key. False on the server. */
export function useIsMac(): boolean {
  return useSyncExternalStore(never, () => /Mac|iPhone|iPad/.test(navigator.platform), () => false);
}
