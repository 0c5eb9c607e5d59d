import { useSyncExternalStore } from "react";

import { useSnapshot } from "@/components/store/store";
import { Problem, Unreachable } from "tasknook-client";

/** The state of the changes, in words for the user. */
export function useSync() {
  const [status, conflicts, isTemporary] = [useSnapshot("status"), useSnapshot("conflicts"), useSnapshot("isTemporary")];
  const isConnected = useIsConnected();
  const { pending, isSending, isLoaded, error } = status;
  const isOutage = error instanceof Unreachable || (error instanceof Problem && error.status === 503);
  return {
    pending,
    isSending,
    isLoaded,
    isOnline: isConnected && !isOutage,
    conflicts: conflicts.length,
    /** Why tasks are not sent, if the network is there and the API or the sign-in service is not. */
    outage: isConnected && isOutage ? (error as Error) : undefined,
    isTemporary,
    error: error && !isOutage ? (error as Error).message : isTemporary && pending ? "Not stored: keep this page open until all is saved." : undefined,
  };
}

/** Whether the device has a network. */
function useIsConnected(): boolean {
  return useSyncExternalStore(onChange, () => navigator.onLine, () => true);
}

function onChange(notify: () => void) {
  addEventListener("online", notify);
  addEventListener("offline", notify);
  return () => {
    removeEventListener("online", notify);
    removeEventListener("offline", notify);
  };
}
