import { useEffect } from "react";

import { Icon } from "@/components/ui/icon";
import type { Entry, Group } from "@/lib/palette";

import styles from "./command-palette.module.css";

interface Props {
  /** The prefix of the ids of the elements. */
  id: string;
  groups: readonly Group[];
  /** The index of the selected entry, counted over all groups. */
  active: number;
  onActive: (index: number) => void;
  onRun: (entry: Entry) => void;
}

/** The listbox of the command palette. The focus remains in its text field. */
export function PaletteOptions({ id, groups, active, onActive, onRun }: Props) {
  useEffect(() => {
    document.getElementById(`${id}${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active, groups]);

  let count = 0;
  return (
    <div className={styles.list} role="listbox" id={`${id}list`} aria-label="Results" hidden={!groups.length}>
      {groups.map(({ name, entries }, number) => (
        <div key={name} role="group" aria-labelledby={`${id}group${number}`}>
          <div id={`${id}group${number}`} className={styles.heading} role="presentation">
            {name}
          </div>
          {entries.map((entry) => {
            const index = count++;
            return (
              <div
                key={keyOf(entry)}
                id={`${id}${index}`}
                className={styles.option}
                role="option"
                aria-selected={index === active}
                // Not onMouseEnter, which a list that scrolls under a still pointer sends as well.
                onMouseMove={() => index === active || onActive(index)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => onRun(entry)}
              >
                <Content entry={entry} />
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

const keyOf = (entry: Entry) => (entry.kind === "command" ? `c${entry.command.id}` : entry.kind === "task" ? `t${entry.task.id}` : "add");

const icons = { "Go to": "arrow", Actions: "command", Lists: "list", Tags: "tag" } as const;

function Content({ entry }: { entry: Entry }) {
  if (entry.kind === "add") {
    return (
      <>
        <Icon name="plus" />
        <span className={styles.title} dir="auto">
          Add task “{entry.text}”
        </span>
      </>
    );
  }
  if (entry.kind === "task") {
    const { title, completed } = entry.task;
    return (
      <>
        <Icon name={completed ? "check" : "circle"} />
        <span className={completed ? `${styles.title} ${styles.completed}` : styles.title} dir="auto">
          {title}
        </span>
        {completed && <span className="visually-hidden">, completed</span>}
      </>
    );
  }
  const { title, hint, group } = entry.command;
  return (
    <>
      <Icon name={icons[group]} />
      <span className={styles.title} dir="auto">
        {title}
      </span>
      {hint && <kbd className="keyboard-hint">{hint}</kbd>}
    </>
  );
}
