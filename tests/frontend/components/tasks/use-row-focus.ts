import { useLayoutEffect, useRef, type FocusEvent, type RefObject } from "react";

import type { Task } from "tasknook-client";

/** Moves the focus between rows, keeps it in a row that moves, and gives it to a neighboring row when the focused one is removed. */
export function useRowFocus(list: RefObject<HTMLUListElement | null>, tasks: Task[] | undefined, onLastRemoved: () => void) {
  const last = useRef(-1);
  const focused = useRef<HTMLElement>(undefined);

  const rows = () => Array.from(list.current?.children ?? []);
  const index = () => rows().findIndex((row) => row.contains(document.activeElement));
  const focus = (row: number) => rows().at(row)?.querySelector("input")?.focus();

  useLayoutEffect(() => {
    // The body has the focus after the focused element was removed, also to be inserted elsewhere.
    if (last.current < 0 || document.activeElement !== document.body) return;
    const count = rows().length;
    if (focused.current?.isConnected) focused.current.focus();
    else if (count) focus(Math.min(last.current, count - 1));
    else onLastRemoved();
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
    onFocus({ target }: FocusEvent<HTMLElement>): void {
      last.current = index();
      focused.current = target;
    },
    /** Does not restore the focus if the user has moved it elsewhere. */
    onBlur({ target, relatedTarget, currentTarget }: FocusEvent): void {
      // The focus returns from a dialog and from another window.
      if (document.activeElement === target || document.querySelector("dialog[open]")) return;
      if (!currentTarget.contains(relatedTarget)) last.current = -1;
    },
  };
}
