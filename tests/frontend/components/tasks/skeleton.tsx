import styles from "./skeleton.module.css";

/** What shows until the first tasks are here. */
export function Skeleton() {
  return (
    <div className={styles.skeleton} aria-busy="true">
      <p className="unseen">Loading your tasks …</p>
      {[62, 45, 78, 38].map((width) => (
        <div key={width} className={styles.row} style={{ "--width": `${width}%` } as React.CSSProperties} />
      ))}
    </div>
  );
}
