import styles from "./not-added.module.css";

interface Props {
  titles: string[];
  onRetry: (at: number) => void;
  onDiscard: (at: number) => void;
}

/** What could not be added, while the next one is being written. */
export function NotAdded({ titles, onRetry, onDiscard }: Props) {
  if (!titles.length) return null;
  return (
    <ul role="list" aria-label="Not added" className={styles.list}>
      {titles.map((title, at) => (
        <li key={at} className={styles.row}>
          <div className={styles.text}>
            <p className={styles.title} dir="auto">
              {title}
            </p>
            <small>Not added</small>
          </div>
          <button className="button" onClick={() => onRetry(at)}>
            Try again
          </button>
          <button className="button quiet" onClick={() => onDiscard(at)}>
            Discard
          </button>
        </li>
      ))}
    </ul>
  );
}
