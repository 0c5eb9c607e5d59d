import { useLayoutEffect, useReducer, useRef, useState, type FocusEvent, type RefObject } from "react";

import type { Rows } from "./rows";

/** The row of an element, or of the focused one. */
export const rowOf = (element: Element | null) => element?.closest<HTMLElement>("li[data-id]") ?? undefined;

/** Moves the focus between rows, keeps it in a row that moves, and gives it to a neighboring row when the focused one is removed. */
export function useRowFocus(container: RefObject<HTMLElement | null>, rows: Rows, onLastRemoved: () => void) {
  // The focused row stays rendered when it is scrolled away.
  const [focused, setFocused] = useState<string>();
  const [, render] = useReducer((count: number) => count + 1, 0);
  const last = useRef<{ id: string; element: HTMLElement }>(undefined);
  const wanted = useRef<string>(undefined);
  const former = useRef(rows);

  const elementOf = (id: string) => container.current?.querySelector<HTMLElement>(`li[data-id="${CSS.escape(id)}"]`);
  const boxOf = (id: string) => elementOf(id)?.querySelector<HTMLElement>("input[type=checkbox]");
  const current = () => {
    const row = rowOf(document.activeElement);
    return row && container.current?.contains(row) ? row.dataset.id : undefined;
  };
  function focusRow(id: string): void {
    wanted.current = id;
    setFocused(id);
    render();
  }

  useLayoutEffect(() => {
    const before = former.current;
    former.current = rows;
    if (wanted.current !== undefined && rows.indexOf(wanted.current) >= 0) {
      const box = boxOf(wanted.current);
      if (!box) return;
      wanted.current = undefined;
      box.focus({ preventScroll: true });
      rowOf(box)!.scrollIntoView({ block: "nearest" });
      return;
    }
    wanted.current = undefined;
    // The body has the focus after the focused element was removed, also to be inserted elsewhere.
    if (!last.current || document.activeElement !== document.body) return;
    const { id, element } = last.current;
    if (element.isConnected) return element.focus({ preventScroll: true });
    const next = rows.isInSameSection(id, before) ? id : rows.successor(id, before)?.id;
    if (next === undefined) {
      last.current = undefined;
      onLastRemoved();
    } else if (boxOf(next)) {
      boxOf(next)!.focus({ preventScroll: true });
    } else {
      focusRow(next);
    }
  });

  return {
    focused,
    focusRow,
    /** The id of the task whose row has the focus. */
    current,
    move(by: 1 | -1): void {
      const id = current();
      const next = id === undefined ? rows.at(0) : rows.neighbor(id, by);
      if (next) focusRow(next.id);
    },
    onFocus({ target }: FocusEvent<HTMLElement>): void {
      const id = rowOf(target)?.dataset.id;
      last.current = id === undefined ? undefined : { id, element: target };
      setFocused(id);
    },
    /** Does not restore the focus if the user has moved it elsewhere. */
    onBlur({ target, relatedTarget, currentTarget }: FocusEvent): void {
      // The focus returns from a dialog and from another window.
      if (document.activeElement === target || document.querySelector("dialog[open]")) return;
      if (!currentTarget.contains(relatedTarget)) last.current = undefined;
    },
  };
}
