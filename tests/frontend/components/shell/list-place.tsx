import { Icon } from "@/components/ui/icon";
import { useCall } from "@/components/ui/use-call";

import styles from "./list-dialog.module.css";

/** Where a list is among the lists. */
export interface Place {
  /** Counted from 1. */
  position: number;
  total: number;
}

interface Props {
  place: Place;
  onMove: (direction: "up" | "down") => Promise<unknown>;
}

/** Moves a list among the lists, at once. */
export function ListPlace({ place: { position, total }, onMove }: Props) {
  const { run, busy, error } = useCall();

  // A disabled button would lose the focus after a move to the end.
  const button = (direction: "up" | "down", isEnd: boolean) => (
    <button
      type="button"
      className="button"
      aria-label={`Move ${direction}`}
      aria-disabled={busy || isEnd}
      onClick={() => isEnd || void run(() => onMove(direction))}
    >
      <Icon name={direction} /> {direction === "up" ? "Up" : "Down"}
    </button>
  );

  return (
    <div>
      <div className={styles.place}>
        <span className="muted" role="status">
          Position {position} of {total}
        </span>
        {button("up", position <= 1)}
        {button("down", position >= total)}
      </div>
      {error && (
        <p className="failure" role="alert">
          {error.message}
        </p>
      )}
    </div>
  );
}
