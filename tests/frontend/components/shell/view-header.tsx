import type { KeyboardEvent, Ref } from "react";

import { Icon } from "@/components/ui/icon";
import { SEARCH_MAX } from "@/lib/view";

import styles from "./view-header.module.css";

interface Props {
  title: string;
  /** The number of shown tasks. */
  count?: number;
  onMenu: () => void;
  search: string;
  onSearch: (search: string) => void;
  /** The search field, for a shortcut. */
  searchRef?: Ref<HTMLInputElement>;
}

/** The name of the view and the search in it, in one row. */
export function ViewHeader({ title, count, onMenu, search, onSearch, searchRef }: Props) {
  return (
    <div className={styles.header}>
      <button className={`button quiet square ${styles.menu}`} aria-label="Open the menu" aria-haspopup="dialog" onClick={onMenu}>
        <Icon name="menu" />
      </button>
      <div className={styles.title}>
        <h1 dir="auto" title={title}>
          {title}
        </h1>
        {count !== undefined && (
          <span className={styles.count}>
            {count.toLocaleString("en")}
            <span className="visually-hidden">{count === 1 ? " task" : " tasks"}</span>
          </span>
        )}
      </div>
      <Search value={search} onChange={onSearch} ref={searchRef} />
    </div>
  );
}

interface SearchProps {
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
}

/** On a narrow screen an icon, until it has the focus or a text: then it covers the title. */
function Search({ value, onChange, ref }: SearchProps) {
  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (value) onChange("");
    else event.currentTarget.blur();
  }

  return (
    <div className={styles.search} role="search" data-filled={value ? true : undefined}>
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        aria-label="Search"
        placeholder="Search"
        aria-keyshortcuts="/"
        enterKeyHint="search"
        autoComplete="off"
        dir="auto"
        value={value}
        onChange={(event) => onChange([...event.target.value].slice(0, SEARCH_MAX).join(""))}
        onKeyDown={onKeyDown}
      />
      {value && (
        <button
          aria-label="Clear the search"
          onClick={(event) => {
            onChange("");
            event.currentTarget.parentElement?.querySelector("input")?.focus();
          }}
        >
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}
