import type { Task } from "tasknook-client";

/** The rows in their order: the open tasks, the heading of the completed ones, and these if they are shown. */
export class Rows {
  /** The number of rows, the heading included. */
  readonly count: number;
  /** The row of the heading, or -1 if there is none. */
  readonly heading: number;

  /** `completed` are those that are shown. */
  constructor(
    readonly open: readonly Task[],
    readonly completed: readonly Task[],
    hasHeading: boolean,
  ) {
    this.heading = hasHeading ? open.length : -1;
    this.count = open.length + (hasHeading ? 1 + completed.length : 0);
  }

  /** The task of a row; undefined for the heading. */
  at(row: number): Task | undefined {
    return row < this.open.length ? this.open[row] : this.completed[row - this.open.length - 1];
  }

  readonly keyAt = (row: number): string => this.at(row)?.id ?? "heading";

  /** The row of a task, or -1. */
  indexOf(id: string): number {
    const open = this.open.findIndex((task) => task.id === id);
    if (open >= 0) return open;
    const completed = this.completed.findIndex((task) => task.id === id);
    return completed < 0 ? -1 : this.open.length + 1 + completed;
  }

  /** The nearest task in this direction, without the heading. */
  neighbor(id: string, by: 1 | -1): Task | undefined {
    const row = this.indexOf(id);
    if (row < 0) return undefined;
    return this.at(row + by === this.heading ? row + 2 * by : row + by);
  }

  /** The task that gets the focus of one that is no longer in its section: the one that has its place now. */
  successor(id: string, before: Rows): Task | undefined {
    const row = before.indexOf(id);
    if (row < 0) return this.at(0);
    if (row < before.open.length) return this.open.at(Math.min(row, this.open.length - 1));
    return this.completed.at(Math.min(row - before.open.length - 1, this.completed.length - 1)) ?? this.open.at(-1);
  }

  /** Whether a task is in the same section in both. */
  isInSameSection(id: string, before: Rows): boolean {
    const [row, former] = [this.indexOf(id), before.indexOf(id)];
    return row >= 0 && former >= 0 && row < this.open.length === former < before.open.length;
  }
}
