import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from "react";

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
  ref: RefObject<HTMLInputElement | null>;
}

/** Chooses which tasks are shown. */
export function TaskFilterBar({ filter, onChange, ref }: Props) {
  const [text, setText] = useState(filter.search);
  const applied = useRef(filter.search);

  // Typed before this ran.
  useLayoutEffect(() => setText(ref.current!.value), [ref]);

  // What this did not apply itself was changed from elsewhere. The rest has been typed on since.
  useLayoutEffect(() => {
    if (applied.current === filter.search) return;
    applied.current = filter.search;
    setText(filter.search);
  }, [filter.search]);

  const search = useEffectEvent(() => {
    const wanted = text.trim();
    if (wanted === applied.current) return;
    applied.current = wanted;
    onChange({ ...filter, search: wanted });
  });
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
          onKeyDown={(event) => event.key === "Escape" && !event.nativeEvent.isComposing && setText("")}
        />
      </div>
    </div>
  );
}
