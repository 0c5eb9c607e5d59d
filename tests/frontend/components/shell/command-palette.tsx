import { useId, useMemo, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";

import { Icon } from "@/components/ui/icon";
import { isOnVeil, Modal } from "@/components/ui/modal";
import { indexTasks, matchingGroups, type Command, type Entry } from "@/lib/palette";
import type { Task } from "tasknook-client";

import styles from "./command-palette.module.css";
import { PaletteOptions } from "./palette-options";
import { isPaletteKey } from "./use-palette-shortcut";

interface Props {
  commands: readonly Command[];
  tasks: readonly Task[];
  onTask: (task: Task) => void;
  /** Adds a task with the typed text, which is offered if nothing matches. */
  onAdd?: (text: string) => void;
  onClose: () => void;
}

/** Finds a command or a task by its title, and runs or opens it: a combobox with a listbox, which it always shows. */
export function CommandPalette({ commands, tasks, onTask, onAdd, onClose }: Props) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [selected, setSelected] = useState(0);
  const index = useMemo(() => indexTasks(tasks), [tasks]);
  const groups = useMemo(() => matchingGroups(typed, commands, index), [typed, commands, index]);
  const text = typed.replace(/^>/, "").trim();
  const offersAdd = !groups.length && onAdd && text && !typed.startsWith(">");
  const shown = offersAdd ? [{ name: "Actions", entries: [{ kind: "add" as const, text }] }] : groups;
  const entries: Entry[] = shown.flatMap((group) => group.entries);
  // There can be fewer after a change elsewhere.
  const active = Math.min(selected, entries.length - 1);

  function run(entry: Entry | undefined) {
    if (!entry) return;
    // Closed first, because it returns the focus, which the action can move.
    flushSync(onClose);
    if (entry.kind === "command") entry.command.run();
    else if (entry.kind === "task") onTask(entry.task);
    else onAdd?.(entry.text);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (isPaletteKey(event)) {
      event.preventDefault();
      return onClose();
    }
    const last = entries.length - 1;
    const target = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last, Home: 0, End: last }[event.key];
    // With Shift, Home and End select text.
    if (target !== undefined && !event.shiftKey) {
      event.preventDefault();
      setSelected(target);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(entries[active]);
    }
  }

  return (
    <Modal className={styles.palette} label="Command palette" onClose={onClose} onClick={(event) => isOnVeil(event) && onClose()}>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search or jump to"
          aria-expanded={entries.length > 0}
          aria-controls={`${id}list`}
          aria-autocomplete="list"
          aria-activedescendant={entries.length ? `${id}${active}` : undefined}
          placeholder="Search or jump to …"
          autoComplete="off"
          autoFocus
          spellCheck={false}
          enterKeyHint="go"
          dir="auto"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setSelected(0);
          }}
          onKeyDown={onKeyDown}
        />
        <button className={styles.close} aria-label="Close" onClick={onClose}>
          <Icon name="cross" />
        </button>
      </div>
      <p role="status" className={groups.length ? "visually-hidden" : styles.nothing}>
        {groups.length ? (entries.length === 1 ? "1 result" : `${entries.length} results`) : "Nothing found."}
      </p>
      <PaletteOptions id={id} groups={shown} active={active} onActive={setSelected} onRun={run} />
    </Modal>
  );
}
