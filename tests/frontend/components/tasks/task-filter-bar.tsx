import { useEffect, useEffectEvent, useState, type Ref } from "react";

import { Icon } from "@/components/ui/icon";
import { SEARCH_MAX, type TaskFilter } from "@/lib/task-filter";

import styles from "./task-filter-bar.module.css";

const choices = [
  ["all", "All"],
  ["pending", "To do"],
  ["completed", "Done"],
] as const;

/** How long the search waits for the next letter, in milliseconds. */
const PAUSE = 250;

interface Props {
  filter: TaskFilter;
  onChange: (filter: TaskFilter) => void;
  ref: Ref<HTMLInputElement>;
}

/** Chooses which tasks are shown. */
export function TaskFilterBar({ filter, onChange, ref }: Props) {
  const [text, setText] = useState(filter.search);
  const [applied, setApplied] = useState(filter.search);
  if (applied !== filter.search) {
    // Changed from elsewhere, or by the pause below.
    setApplied(filter.search);
    if (text.trim() !== filter.search) setText(filter.search);
  }

  const search = useEffectEvent(() => text.trim() !== filter.search && onChange({ ...filter, search: text.trim() }));
  useEffect(() => {
    const timer = setTimeout(search, PAUSE);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div className={styles.bar}>
      <div role="radiogroup" aria-label="Show" className={styles.choices}>
        {choices.map(([status, name]) => (
          <label key={status}>
            <input
              type="radio"
              name="status"
              checked={filter.status === status}
              onChange={() => onChange({ ...filter, status })}
            />
            {name}
          </label>
        ))}
      </div>
      <div className={styles.search}>
        <Icon name="search" />
        <input
          ref={ref}
          type="search"
          aria-label="Search"
          placeholder="Search"
          maxLength={SEARCH_MAX}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && setText("")}
        />
      </div>
    </div>
  );
}
