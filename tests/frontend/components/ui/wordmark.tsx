import styles from "./wordmark.module.css";

/** The logo and the name of the application. */
export function Wordmark() {
  return (
    <span className={styles.wordmark}>
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="9" />
        <path d="m9 16.5 5 5 9.5-11" />
      </svg>
      Tasknook
    </span>
  );
}
