import { useCallback, useRef, type ReactNode } from "react";

import type { Task } from "tasknook-client";

import type { RowActions } from "./actions";
import drag from "./drag.module.css";
import { RowContent } from "./row-content";
import styles from "./task-row.module.css";
import { useDrag } from "./use-drag";

interface Props {
  task: Task;
  /** The row in the virtual list, and the gap before it. */
  row: number;
  gap: number;
  measure: (element: HTMLElement | null) => void;
  /** Its place in its list, from 1, and the length of that list. */
  position: number;
  size: number;
  listName?: string;
  isManual: boolean;
  now: number | undefined;
  actions: RowActions;
  /** The editor, if it is open. */
  editor?: ReactNode;
}

/** A row of the list. It is cheap: all of them change when one is removed. Its content is rendered only if it changes. */
export function TaskRow({ task, row, gap, measure, position, size, listName, isManual, now, actions, editor }: Props) {
  const element = useRef<HTMLLIElement>(null);
  const ref = useCallback(
    (node: HTMLLIElement | null) => {
      element.current = node;
      measure(node);
    },
    [measure],
  );
  const isOpen = !task.completed;
  const edge = useDrag(element, task, { isEnabled: isOpen && !editor, isTarget: isOpen && isManual, actions });
  return (
    <li
      ref={ref}
      data-id={task.id}
      data-index={row}
      aria-posinset={position}
      aria-setsize={size}
      className={editor ? styles.editing : styles.row}
      data-completed={task.completed || undefined}
      style={gap ? { marginTop: gap } : undefined}
    >
      {editor || <RowContent task={task} listName={listName} hasHandle={isManual && isOpen} now={now} actions={actions} />}
      {edge && <span className={drag.line} data-edge={edge} />}
    </li>
  );
}
