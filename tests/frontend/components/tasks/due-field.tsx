import { useId } from "react";

import type { DueFields } from "@/lib/due-date";

import styles from "./due-field.module.css";

interface Props {
  value: DueFields;
  onChange: (value: DueFields) => void;
  error?: string;
  readOnly?: boolean;
}

/** A date, and a time if it is not all day. */
export function DueField({ value, onChange, error, readOnly }: Props) {
  const id = useId();
  const shared = { readOnly, "aria-invalid": Boolean(error), "aria-describedby": `${id}-error` };
  return (
    <div className="field">
      <label htmlFor={id}>Due date</label>
      <div className={styles.inputs}>
        <input
          {...shared}
          id={id}
          type="date"
          min="0001-01-01"
          max="9999-12-31"
          value={value.date}
          onChange={(event) => onChange({ ...value, date: event.target.value })}
        />
        <input
          {...shared}
          type="time"
          aria-label="Time, if it is not due all day"
          disabled={!value.date}
          value={value.date && value.time}
          onChange={(event) => onChange({ ...value, time: event.target.value })}
        />
      </div>
      <small id={`${id}-error`} className="error">
        {error}
      </small>
    </div>
  );
}
