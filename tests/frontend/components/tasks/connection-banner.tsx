import { onlineManager, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { useSignedIn } from "@/components/account/session";

import styles from "./connection-banner.module.css";
import { TASKS } from "./task-lists";

/** Whether the API is away, as far as is known. */
export function useAway(): boolean {
  const { connection } = useSignedIn();
  return useSyncExternalStore(connection.subscribe, connection.isAway, () => false);
}

/** What shows while the API is away. */
export function ConnectionBanner() {
  const away = useAway();
  const queries = useQueryClient();
  // Whether the network went or came, asking shows how it is.
  useEffect(() => onlineManager.subscribe(() => void queries.invalidateQueries({ queryKey: TASKS })), [queries]);
  if (!away) return null;
  return (
    <p className={styles.banner} role="alert">
      Tasknook cannot be reached. Trying again …
    </p>
  );
}
