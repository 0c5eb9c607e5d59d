import styles from "./not-added.module.css";

interface Props {
  titles: string[];
  onRetry: (index: number) => void;
  onDiscard: (index: number) => void;
}

/** The titles that could not be added, shown while the input contains the next one. */
export function NotAdded({ titles, onRetry, onDiscard }: Props) {
  if (!titles.length) return null;
  return (
    <ul role="list" aria-label="Not added" className={styles.list}>
      {titles.map((title, index) => (
        <li key={index} className={styles.row}>
          <div className={styles.text}>
            <p className={styles.title} dir="auto">
              {title}
            </p>
            <small>Not added</small>
          </div>
          <button className="button" onClick={() => onRetry(index)}>
            Try again
          </button>
          <button className="button quiet" onClick={() => onDiscard(index)}>
            Discard
          </button>
        </li>
      ))}
    </ul>
  );
}
