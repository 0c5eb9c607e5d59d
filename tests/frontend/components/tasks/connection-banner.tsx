import { onlineManager, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { useSignedIn } from "@/components/account/session";

import styles from "./connection-banner.module.css";
import { TASKS } from "./task-lists";

/** Whether the API was unavailable at the last call. */
export function useUnavailable(): boolean {
  const { connection } = useSignedIn();
  return useSyncExternalStore(connection.subscribe, connection.isUnavailable, () => false);
}

/** Shown while the API is unavailable. */
export function ConnectionBanner() {
  const unavailable = useUnavailable();
  const queries = useQueryClient();
  // When the network goes offline or online, a request shows whether the API is available.
  useEffect(() => onlineManager.subscribe(() => void queries.invalidateQueries({ queryKey: TASKS })), [queries]);
  if (!unavailable) return null;
  return (
    <p className={styles.banner} role="alert">
      Tasknook cannot be reached. Trying again …
    </p>
  );
}
