import type { KeyboardEvent } from "react";

import { suppressRepeats } from "@/components/ui/use-shortcuts";
import { PRIORITIES } from "@/lib/priorities";
import type { Task } from "tasknook-client";

import type { RowActions } from "./actions";
import type { Rows } from "./rows";


interface Options {
  rows: Rows;
  isManual: boolean;
  actions: RowActions;
  /** The id of the task whose row has the focus. */
  current: () => string | undefined;
  /** The id of the task whose editor is open: its keys are the editor's. */
  editing: string | undefined;
}

/** The handler of the keys on a focused row. */
export function rowKeys({ rows, isManual, actions, current, editing }: Options) {
  return (event: KeyboardEvent) => {
    const id = current();
    if (id === undefined || id === editing || event.nativeEvent.isComposing) return;
    const task = rows.at(rows.indexOf(id));
    if (!task) return;
    const run = actionOf(event, task, isManual, actions);
    if (!run) return;
    event.preventDefault();
    if (event.repeat && !event.altKey) return;
    if (!event.altKey) suppressRepeats(event.key);
    run();
  };
}

function actionOf(event: KeyboardEvent, task: Task, isManual: boolean, actions: RowActions): (() => void) | undefined {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (ctrlKey || metaKey) return undefined;
  if (altKey) {
    const by = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : undefined;
    return by && isManual && !task.completed ? () => actions.move(task, by) : undefined;
  }
  if (key === "e") return () => actions.edit(task.id);
  // On a button, Enter activates the button.
  if (key === "Enter") return target instanceof HTMLInputElement ? () => actions.edit(task.id) : undefined;
  if (key === "Delete" || key === "Backspace") return () => actions.delete(task);
  const priority = PRIORITIES[Number(key) - 1]?.[0];
  return priority && (() => actions.change(task, { priority }));
}
