import { useId } from "react";

import { Icon } from "@/components/ui/icon";

import styles from "./list-dialog.module.css";

/** The colors of lists, which are visible on a light and on a dark background. */
const COLORS = [
  ["Red", "#e03131"],
  ["Orange", "#e8590c"],
  ["Yellow", "#b77900"],
  ["Green", "#2f9e44"],
  ["Teal", "#0c8599"],
  ["Blue", "#1c7ed6"],
  ["Purple", "#9057d8"],
  ["Pink", "#d6508f"],
] as const;

interface Props {
  value: string | null;
  onChange: (value: string | null) => void;
}

/** A choice of one of a few colors, or none. A color that another client has set is offered as well. */
export function ColorField({ value, onChange }: Props) {
  const name = useId();
  const isOther = value !== null && COLORS.every(([, color]) => color !== value);
  const options = [["No color", null], ...COLORS, ...(isOther ? [["Current color", value] as const] : [])] as const;
  return (
    <fieldset className={styles.colors}>
      <legend>Color</legend>
      {options.map(([label, color]) => (
        <label key={label} className={styles.color} title={label}>
          <input type="radio" name={name} checked={value === color} onChange={() => onChange(color)} aria-label={label} />
          <span style={color ? { background: color, borderColor: color } : undefined}>{value === color && <Icon name="check" />}</span>
        </label>
      ))}
    </fieldset>
  );
}
