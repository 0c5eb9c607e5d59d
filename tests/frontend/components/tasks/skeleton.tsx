import styles from "./skeleton.module.css";

/** Shown until the first page is loaded. */
export function Skeleton() {
  return (
    <div className={styles.skeleton} aria-busy="true">
      <p className="visually-hidden">Loading your tasks …</p>
      {[62, 45, 78, 38].map((width) => (
        <div key={width} className={styles.row} style={{ "--width": `${width}%` } as React.CSSProperties} />
      ))}
    </div>
  );
}
