import type { TrashedTask } from "tasknook-client";
import { Icon } from "@/components/ui/icon";
import { RelativeTime } from "@/components/ui/relative-time";

import { quoted } from "./quoted";
import styles from "./trash.module.css";

interface Props {
  task: TrashedTask;
  /** The name of its list. */
  list?: string;
  busy: boolean;
  onRestore: () => void;
  onPurge: () => void;
}

/** A deleted task. */
export function TrashRow({ task: { id, title, deleted_at, completed }, list, busy, onRestore, onPurge }: Props) {
  return (
    <li className={styles.row} data-id={id} aria-busy={busy}>
      <div className={styles.text}>
        <span className={styles.title} data-completed={completed || undefined} dir="auto">
          {title}
        </span>
        <small className={styles.details}>
          {list && <bdi className={styles.listName}>{list}</bdi>}
          <span>
            Deleted <RelativeTime time={deleted_at} />
          </span>
        </small>
      </div>
      <button className="button quiet" aria-label={`Restore ${quoted(title)}`} aria-disabled={busy} onClick={() => busy || onRestore()}>
        Restore
      </button>
      <button
        className="button quiet"
        aria-label={`Delete for good: ${quoted(title)}`}
        aria-disabled={busy}
        onClick={() => busy || onPurge()}
      >
        <Icon name="trash" />
        <span className={styles.label}>Delete for good</span>
      </button>
    </li>
  );
}
