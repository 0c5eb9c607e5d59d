import { useId } from "react";

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, text: string])[];
  onChange: (value: Value) => void;
  /** The label is for screen readers only, because the options repeat it. */
  compact?: boolean;
  disabled?: boolean;
  error?: string;
}

/** A choice of one option. */
export function Select<Value extends string>({ label, value, options, onChange, compact, disabled, error }: Props<Value>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={compact ? "visually-hidden" : undefined}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-invalid={Boolean(error)}
        aria-describedby={error && `${id}-error`}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      {error && (
        <small id={`${id}-error`} className="error">
          {error}
        </small>
      )}
    </div>
  );
}
