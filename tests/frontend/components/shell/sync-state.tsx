import { Icon } from "@/components/ui/icon";

import styles from "./sync-state.module.css";

/** What is known about the changes of the user. */
export interface SyncStateProps {
  /** The number of changes that are not sent yet. */
  pending: number;
  isSending: boolean;
  /** Whether all tasks are on this device. */
  isLoaded: boolean;
  isOnline: boolean;
  /** Why changes cannot be sent or stored, if something is wrong. */
  error?: string;
  /** The number of changes that the user has to decide about. */
  conflicts: number;
  onConflicts: () => void;
}

/** One quiet line about the changes that are not sent yet. */
export function SyncState({ conflicts, onConflicts, ...state }: SyncStateProps) {
  return (
    <div className={styles.state}>
      {/* A status of its own: a region that appears together with its text is not announced. */}
      <p role="status" className={conflicts ? "visually-hidden" : undefined}>
        {conflicts ? decisions(conflicts) : <Line {...state} />}
      </p>
      {conflicts > 0 && (
        <button className={styles.conflicts} onClick={onConflicts} data-closes-drawer>
          <Icon name="warning" />
          {decisions(conflicts)}
        </button>
      )}
    </div>
  );
}

function Line({ pending, isSending, isLoaded, isOnline, error }: Omit<SyncStateProps, "conflicts" | "onConflicts">) {
  if (error) return <Text icon="warning" text={error} />;
  if (!isOnline) return <Text icon="offline" text={pending ? `Offline: ${kept(pending)} on this device` : "Offline"} />;
  if (isSending || pending) return <Text icon="saving" text="Saving …" />;
  if (!isLoaded) return <Text icon="saving" text="Loading …" />;
  return <Text icon="check" text="All changes saved" />;
}

function Text({ icon, text }: { icon: Parameters<typeof Icon>[0]["name"]; text: string }) {
  return (
    <span className={styles.text}>
      <Icon name={icon} />
      {text}
    </span>
  );
}

const kept = (count: number) => (count === 1 ? "1 change is kept" : `${count.toLocaleString("en")} changes are kept`);
const decisions = (count: number) => (count === 1 ? "1 change needs a decision" : `${count} changes need a decision`);
