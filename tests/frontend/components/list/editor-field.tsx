import { useId, type ReactNode } from "react";

import styles from "./task-editor.module.css";

/** The attributes of an input that has an error. */
export interface Described {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
}

interface Props {
  label: string;
  /** The label is for screen readers only, because the place or the text of the field shows what it is. */
  isPlain?: boolean;
  error?: string;
  className?: string;
  children: (input: Described) => ReactNode;
}

/** A labeled field of the editor with an error message. */
export function EditorField({ label, isPlain, error, className = "", children }: Props) {
  const id = useId();
  return (
    <div className={`${styles.field} ${className}`}>
      <label htmlFor={id} className={isPlain ? "visually-hidden" : styles.label}>
        {label}
      </label>
      {children({ id, "aria-invalid": Boolean(error), "aria-describedby": `${id}-error` })}
      <small id={`${id}-error`} className="error">
        {error}
      </small>
    </div>
  );
}
