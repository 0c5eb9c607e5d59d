import type { InputHTMLAttributes } from "react";

import styles from "./auth-form.module.css";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
  hint?: string;
  error?: string;
}

/** A required field. Its hint or error has a line of its own, so that nothing moves when it appears. */
export function AuthInput({ label, name, hint, error, ...input }: Props) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input id={name} name={name} required aria-invalid={Boolean(error)} aria-describedby={`${name}-note`} {...input} />
      <small id={`${name}-note`} className={error ? `error ${styles.note}` : styles.note}>
        {error ?? hint}
      </small>
    </div>
  );
}
