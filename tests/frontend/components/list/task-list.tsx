import { autoScrollWindowForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import { useNow } from "@/components/ui/use-now";
import { useShortcuts } from "@/components/ui/use-shortcuts";
import type { List, Move, Task, TaskPatch } from "tasknook-client";

import { CompletedHeading } from "./completed-heading";
import { rowKeys } from "./row-keys";
import { Rows } from "./rows";
import { TaskEditor } from "./task-editor";
import styles from "./task-list.module.css";
import { TaskRow } from "./task-row";
import { useExpanded } from "./use-expanded";
import { useRowActions } from "./use-row-actions";
import { useRowFocus } from "./use-row-focus";
import { useRowMotion } from "./use-row-motion";
import { useVirtualRows, type ShownRow } from "./use-virtual-rows";

export interface TaskListProps {
  /** The open tasks, in their order. */
  tasks: Task[];
  /** They are folded below the open ones. */
  completed: Task[];
  lists: List[];
  /** All tasks of the user, whose tags are suggested. */
  all: readonly Task[];
  /** Whether the rows contain the name of the list. */
  showsList: boolean;
  /** Whether rows can be moved. */
  isManual: boolean;
  /** Shown if no task is open. */
  empty: ReactNode;
  onComplete: (task: Task, completed: boolean) => void;
  onChange: (task: Task, patch: TaskPatch) => void;
  onDelete: (task: Task) => void;
  onMove: (task: Task, to: Move) => void;
  onTag: (tag: string) => void;
  /** Called when the focused row was removed and there is no other. */
  onLastRemoved: () => void;
  /** The id of the task whose editor is open. */
  editing: string | undefined;
  onEditing: (id: string | undefined) => void;
}

/** The tasks of a view. Only the rows near the visible part of the page are rendered. */
export function TaskList(props: TaskListProps) {
  const { tasks, completed, lists, all, showsList, isManual, empty, editing, onLastRemoved } = props;
  const container = useRef<HTMLDivElement>(null);
  const copies = useRef<HTMLDivElement>(null);
  const [isExpanded, toggle] = useExpanded();
  const shows = isExpanded || (editing !== undefined && completed.some(({ id }) => id === editing));
  const rows = useMemo(() => new Rows(tasks, shows ? completed : [], completed.length > 0), [tasks, completed, shows]);
  const names = useMemo(() => new Map(lists.map(({ id, name }) => [id, name])), [lists]);
  const now = useNow();

  const focus = useRowFocus(container, rows, onLastRemoved);
  const { actions, dragged } = useRowActions(props, rows, focus.focusRow, copies);
  const { shown, rest, top, measure } = useVirtualRows(container, rows, [focus.focused, editing, dragged]);
  useRowMotion(container, rows, shown, top);
  useEffect(() => autoScrollWindowForElements(), []);

  const next = () => focus.move(1);
  const previous = () => focus.move(-1);
  useShortcuts({ ArrowDown: next, j: next, ArrowUp: previous, k: previous }, { repeats: true });

  function rowOf({ row, gap }: ShownRow) {
    const task = rows.at(row)!;
    const list = task.completed ? rows.completed : rows.open;
    const neighbors = { before: isManual && row > 0, after: isManual && row < rows.open.length - 1 };
    return (
      <TaskRow
        key={task.id}
        task={task}
        row={row}
        gap={gap}
        measure={measure}
        position={(row < rows.open.length ? row : row - rows.open.length - 1) + 1}
        size={list.length}
        listName={showsList && task.list_id ? names.get(task.list_id) : undefined}
        isManual={isManual}
        now={now}
        actions={actions}
        editor={
          editing === task.id && (
            <TaskEditor task={task} lists={lists} tasks={all} canMove={task.completed ? {} : neighbors} actions={actions} />
          )
        }
      />
    );
  }

  const open = shown.filter(({ row }) => row < rows.open.length);
  const heading = shown.find(({ row }) => row === rows.heading);
  const others = shown.filter(({ row }) => row > rows.open.length);
  return (
    <>
      {!tasks.length && empty}
      <div
        ref={container}
        className={styles.container}
        style={{ paddingBottom: rest }}
        onKeyDown={rowKeys({ rows, isManual, actions, current: focus.current, editing })}
        onFocus={focus.onFocus}
        onBlur={focus.onBlur}
      >
        <div ref={copies} className={styles.copies} aria-hidden="true" />
        {open.length > 0 && (
          <ul role="list" aria-label="Tasks" className={styles.list}>
            {open.map(rowOf)}
          </ul>
        )}
        {heading && (
          <CompletedHeading {...heading} measure={measure} count={completed.length} isExpanded={shows} onToggle={toggle} />
        )}
        {others.length > 0 && (
          <ul role="list" aria-label="Completed tasks" className={styles.list}>
            {others.map(rowOf)}
          </ul>
        )}
      </div>
    </>
  );
}
