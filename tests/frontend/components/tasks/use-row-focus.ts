import { useLayoutEffect, useRef, type FocusEvent, type RefObject } from "react";

import type { Task } from "@/lib/api";

/** Moves the focus from row to row, and on to a neighbour when its row goes. */
export function useRowFocus(list: RefObject<HTMLUListElement | null>, tasks: Task[] | undefined, onLastGone: () => void) {
  const last = useRef(-1);

  const rows = () => Array.from(list.current?.children ?? []);
  const index = () => rows().findIndex((row) => row.contains(document.activeElement));
  const focus = (at: number) => rows().at(at)?.querySelector("input")?.focus();

  useLayoutEffect(() => {
    // The body has the focus when what had it was removed.
    if (last.current < 0 || document.activeElement !== document.body) return;
    const count = rows().length;
    if (count) focus(Math.min(last.current, count - 1));
    else onLastGone();
    last.current = index();
  }, [tasks]);

  return {
    /** The row that has the focus, or -1. */
    index,
    move(by: 1 | -1): void {
      const from = index();
      const to = from < 0 ? 0 : from + by;
      if (to >= 0 && to < rows().length) focus(to);
    },
    note: () => void (last.current = index()),
    /** Nobody wants the focus back who took it elsewhere. */
    leave({ target, relatedTarget, currentTarget }: FocusEvent): void {
      // A dialog gives it back, and another window does.
      if (document.activeElement === target || document.querySelector("dialog[open]")) return;
      if (!currentTarget.contains(relatedTarget)) last.current = -1;
    },
  };
}
