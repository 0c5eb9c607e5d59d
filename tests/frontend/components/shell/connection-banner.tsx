import { Icon } from "@/components/ui/icon";

import styles from "./connection-banner.module.css";

/** Shown while the API or the sign-in service is unavailable; the reason is a sentence. */
export function ConnectionBanner({ reason }: { reason?: string }) {
  return (
    <div role="status">
      {reason && (
        <p className={styles.banner}>
          <Icon name="offline" />
          {reason}
        </p>
      )}
    </div>
  );
}
