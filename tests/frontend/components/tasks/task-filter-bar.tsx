import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from "react";

import { Icon } from "@/components/ui/icon";
import { Select } from "@/components/ui/select";
import { isSameTag, useLists, useTags } from "tasknook-client/react";
import { SEARCH_MAX, type TaskFilter } from "@/lib/task-filter";

import styles from "./task-filter-bar.module.css";
import { DUES, PRIORITIES } from "./task-words";

const choices = [
  ["all", "All"],
  ["pending", "To do"],
  ["completed", "Done"],
] as const;

/** Milliseconds without input before the search starts. */
const DEBOUNCE = 250;

interface Props {
  filter: TaskFilter;
  onChange: (filter: TaskFilter) => void;
  ref: RefObject<HTMLInputElement | null>;
}

/** Filters the tasks by status, text, due date, priority, tag and list. */
export function TaskFilterBar({ filter, onChange, ref }: Props) {
  const [text, setText] = useState(filter.search);
  const applied = useRef(filter.search);

  // Keeps text that was typed before hydration.
  useLayoutEffect(() => setText(ref.current!.value), [ref]);

  // Shows a search that was set elsewhere. One from this input is skipped, because the text may have changed since.
  useLayoutEffect(() => {
    if (applied.current === filter.search) return;
    applied.current = filter.search;
    setText(filter.search);
  }, [filter.search]);

  const search = useEffectEvent(() => {
    const trimmed = text.trim();
    if (trimmed === applied.current) return;
    applied.current = trimmed;
    onChange({ ...filter, search: trimmed });
  });
  useEffect(() => {
    const timer = setTimeout(search, DEBOUNCE);
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
      <Members filter={filter} onChange={onChange} />
    </div>
  );
}

function Members({ filter, onChange }: Omit<Props, "ref">) {
  const { due, priority, tag, list } = filter;
  const tags = useTags().tags.map(({ name }) => name);
  const { lists } = useLists();
  const known = tags.find((other) => tag && isSameTag(other, tag));
  const shown = tag && !known ? [tag, ...tags] : tags;
  return (
    <div className={styles.members}>
      <Select
        compact
        label="Due date"
        value={due ?? ""}
        options={[["", "Any due date"], ...DUES]}
        onChange={(value) => onChange({ ...filter, due: value || undefined })}
      />
      <Select
        compact
        label="Priority"
        value={priority ?? ""}
        options={[["", "Any priority"], ...PRIORITIES]}
        onChange={(value) => onChange({ ...filter, priority: value || undefined })}
      />
      <Select
        compact
        label="Tag"
        value={known ?? tag ?? ""}
        options={[["", "Any tag"], ...shown.map((name) => [name, name] as const)]}
        onChange={(value) => onChange({ ...filter, tag: value || undefined })}
      />
      <Select
        compact
        label="List"
        value={list ?? ""}
        options={[["", "Any list"], ...lists.map(({ id, name }) => [id, name] as const), ["none", "No list"]]}
        onChange={(value) => onChange({ ...filter, list: value || undefined })}
      />
    </div>
  );
}
