import type { ComponentProps } from "react";

import styles from "./growing-text.module.css";

/** A text area that is as high as its text. */
export function GrowingText({ className = "", ...props }: ComponentProps<"textarea"> & { value: string }) {
  return (
    <div className={`${styles.grow} ${className}`} data-value={props.value}>
      <textarea rows={1} dir="auto" {...props} />
    </div>
  );
}
