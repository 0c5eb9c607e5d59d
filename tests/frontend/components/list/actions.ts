import type { Task, TaskPatch } from "tasknook-client";

/** What a row can do. The functions stay the same, so rows that do not change are not rendered again. */
export interface RowActions {
  complete: (task: Task, completed: boolean) => void;
  change: (task: Task, patch: TaskPatch) => void;
  delete: (task: Task) => void;
  /** Moves it past its neighbor. */
  move: (task: Task, by: 1 | -1) => void;
  /** Moves the task with an id next to another one. */
  drop: (id: string, target: Task, edge: "top" | "bottom") => void;
  /** Keeps the row of a task that is dragged. */
  drag: (id: string | undefined) => void;
  tag: (tag: string) => void;
  edit: (id: string) => void;
  /** Closes the editor of a task. */
  close: (id: string, options: { focus: boolean }) => void;
}
