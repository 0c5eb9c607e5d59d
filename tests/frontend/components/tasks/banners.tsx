import { ConnectionBanner } from "@/components/shell/connection-banner";

import styles from "./banners.module.css";
import { useSync } from "./use-sync";

/** What the user should know above the tasks: that Tasknook cannot be reached, and that changes need a decision. */
export function Banners({ onConflicts }: { onConflicts: () => void }) {
  const { conflicts, isOnline, outage, isTemporary } = useSync();
  const kept = isTemporary ? NOT_STORED : "Your changes are kept on this device and sent later.";
  const reason = outage ? `Tasknook cannot be reached. ${kept}` : isOnline ? undefined : `You are offline. ${kept}`;
  return (
    <>
      <ConnectionBanner reason={reason} />
      {conflicts > 0 && (
        <p className={styles.conflicts}>
          {conflicts === 1 ? "A change" : `${conflicts} changes`} could not be saved as you made {conflicts === 1 ? "it" : "them"}.
          <button className="button" onClick={onConflicts}>
            Decide
          </button>
        </p>
      )}
    </>
  );
}

const NOT_STORED = "This browser cannot store your changes: keep this page open until you are online and all is saved.";
