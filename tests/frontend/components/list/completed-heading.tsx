import { Icon } from "@/components/ui/icon";

import styles from "./completed-heading.module.css";

interface Props {
  count: number;
  isExpanded: boolean;
  onToggle: () => void;
  /** The row in the virtual list, and the gap before it. */
  row: number;
  gap: number;
  measure: (element: HTMLElement | null) => void;
}

/** The heading of the completed tasks, which shows and hides them. */
export function CompletedHeading({ count, isExpanded, onToggle, row, gap, measure }: Props) {
  return (
    <h2 ref={measure} data-index={row} className={styles.heading} style={gap ? { marginTop: gap } : undefined}>
      <button className={styles.button} aria-expanded={isExpanded} onClick={onToggle}>
        <Icon name="chevron" />
        Completed <span className={styles.count}>{count.toLocaleString("en")}</span>
      </button>
    </h2>
  );
}
