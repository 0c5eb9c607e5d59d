import { useConnection } from "tasknook-client/react";

import styles from "./connection-banner.module.css";

/** Shown while the API is unavailable. */
export function ConnectionBanner() {
  const { unavailable } = useConnection();
  if (!unavailable) return null;
  return (
    <p className={styles.banner} role="alert">
      Tasknook cannot be reached. Trying again …
    </p>
  );
}
