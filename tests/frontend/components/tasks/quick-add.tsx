import { useId, useSyncExternalStore, type RefObject } from "react";

import type { List, NewTask } from "tasknook-client";

import { Icon } from "@/components/ui/icon";
import { useHydrated } from "@/components/ui/use-hydrated";
import type { View } from "@/lib/view";

import styles from "./quick-add.module.css";
import { Recognized } from "./recognized";
import { useQuickAdd } from "./use-quick-add";

interface Props {
  lists: readonly List[];
  /** The tasks belong to it, unless the user types another list or due date. */
  view: View;
  userId: string;
  onAdd: (tasks: NewTask[]) => Promise<boolean>;
  ref: RefObject<HTMLInputElement | null>;
}

const NARROW = "(max-width: 40rem)";

function useNarrow(): boolean {
  const subscribe = (onChange: () => void) => {
    const query = window.matchMedia(NARROW);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  };
  return useSyncExternalStore(subscribe, () => window.matchMedia(NARROW).matches, () => false);
}

/** The form to add tasks. It recognizes due dates, priorities, tags and lists in what is typed. */
export function QuickAdd({ lists, view, userId, onAdd, ref }: Props) {
  const id = useId();
  const hydrated = useHydrated();
  const narrow = useNarrow();
  const { parts, error, lines, lineError, hasAdded, ...quick } = useQuickAdd({ lists, view, userId, onAdd, input: ref });
  return (
    <form
      className={styles.form}
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        void quick.submit();
      }}
    >
      <div className={styles.box} data-invalid={Boolean(error)}>
        <label className={styles.icon} htmlFor={id}>
          <Icon name="plus" />
          <span className="visually-hidden">New task</span>
        </label>
        <input
          ref={ref}
          id={id}
          name="title"
          placeholder={narrow ? "Add a task" : "Add a task, like “Pay rent tomorrow 9am #home !high”"}
          autoComplete="off"
          enterKeyHint="done"
          dir="auto"
          aria-invalid={Boolean(error)}
          aria-describedby={`${id}-error ${id}-hint`}
          onFocus={() => void quick.prepare()}
          onChange={(event) => quick.change(event.target.value)}
          onPaste={(event) => {
            if (quick.paste(event.clipboardData.getData("text/plain"))) event.preventDefault();
          }}
        />
        <button className="button primary" disabled={!hydrated}>
          Add
        </button>
      </div>
      <p id={`${id}-hint`} className={styles.hint} data-over={!hasAdded}>
        Type a date such as <b>tomorrow 9am</b>, a <b>#tag</b>, a priority such as <b>!high</b>, or the name of a list after <b>@</b>.
      </p>
      <p id={`${id}-error`} className={`${styles.error} error`} role="alert">
        {error}
      </p>
      <Recognized parts={parts} onRevert={quick.revert} />
      {lines && (
        <div className={styles.lines} role="group" aria-label="Pasted lines">
          <span role="status">{lineError ?? `You pasted ${lines.length} lines.`}</span>
          <button className="button" type="button" disabled={Boolean(lineError)} onClick={() => void quick.submitLines()}>
            Add {lines.length} tasks
          </button>
          <button className="button">Add as one task</button>
        </div>
      )}
    </form>
  );
}
