import styles from "./skeleton.module.css";

/** Shown until the tasks are loaded: rows without texts. */
export function Skeleton() {
  return (
    <div aria-busy="true">
      <p className="visually-hidden">Loading your tasks …</p>
      {[62, 45, 78, 38].map((width) => (
        <div key={width} className={styles.row} style={{ "--width": `${width}%` } as React.CSSProperties} />
      ))}
    </div>
  );
}
