import { useId } from "react";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The default maximum of the API, for the counter; the API checks the length. */
  limit: number;
  error?: string;
  readOnly?: boolean;
  rows?: number;
  autoFocus?: boolean;
}

/** A text field with a character counter and an error message. */
export function Field({ label, value, onChange, limit, error, readOnly, rows, autoFocus }: Props) {
  const id = useId();
  // Characters as the API counts them: Unicode scalar values, not UTF-16 units.
  const length = [...value].length;
  const shared = {
    id,
    value,
    readOnly,
    autoFocus,
    "aria-invalid": Boolean(error),
    "aria-describedby": `${id}-count ${id}-error`,
    dir: "auto",
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {rows ? (
        <textarea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} onChange={(event) => onChange(event.target.value)} />
      )}
      <div className="foot">
        <small id={`${id}-error`} className="error">
          {error}
        </small>
        <small id={`${id}-count`} className={length > limit ? "error" : undefined}>
          {length} / {limit}
        </small>
      </div>
    </div>
  );
}
