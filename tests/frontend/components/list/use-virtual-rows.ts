import { defaultRangeExtractor, useWindowVirtualizer, type Range } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, type RefObject } from "react";

import { useHydrated } from "@/components/ui/use-hydrated";
import type { Task } from "tasknook-client";

import type { Rows } from "./rows";
import { useListBox } from "./use-list-box";

/** The height of a row, of one with a second line, and of the heading, in pixels, until they are measured. */
const ROW = 44;
const TWO_LINES = 66;
const HEADING = 64;

/** The number of rows that the server renders. */
const FIRST = 50;

/** A row that is rendered. */
export interface ShownRow {
  row: number;
  /** The height of the rows before it that are not rendered, in pixels. */
  gap: number;
  /** Where it begins on the page, in pixels; undefined before hydration. */
  start?: number;
}

/**
 * The rows near the visible part of the page, and the pinned ones.
 *
 * They are in the normal flow, and margins replace the others. So those of the server are right at any width, before anything is measured.
 */
export function useVirtualRows(container: RefObject<HTMLElement | null>, rows: Rows, pinned: (string | undefined)[]) {
  const { top, isNarrow } = useListBox(container);
  const isHydrated = useHydrated();
  const ids = pinned.filter((id) => id !== undefined).join(" ");

  const rangeExtractor = useCallback(
    (range: Range) => {
      // The heading divides the two lists, so it is always there.
      const kept = [rows.heading, ...ids.split(" ").map((id) => rows.indexOf(id))].filter((row) => row >= 0);
      return [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b);
    },
    [rows, ids],
  );
  const estimateSize = (row: number) => {
    const task = rows.at(row);
    if (!task) return HEADING;
    return isNarrow && hasDetails(task) ? TWO_LINES : ROW;
  };

  const virtualizer = useWindowVirtualizer<HTMLElement>({
    count: rows.count,
    getItemKey: rows.keyAt,
    estimateSize,
    rangeExtractor,
    overscan: 8,
    scrollMargin: top,
    initialRect: { width: 0, height: FIRST * ROW },
  });

  useLayoutEffect(() => virtualizer.measure(), [virtualizer, isNarrow]);

  if (!isHydrated) {
    const shown = Array.from({ length: Math.min(rows.open.length, FIRST) }, (_, row): ShownRow => ({ row, gap: 0 }));
    const rest = (rows.open.length - shown.length) * ROW;
    if (rows.heading < 0) return { shown, rest, top, measure: virtualizer.measureElement };
    return { shown: [...shown, { row: rows.heading, gap: rest }], rest: 0, top, measure: virtualizer.measureElement };
  }
  let end = top;
  const shown = virtualizer.getVirtualItems().map((item): ShownRow => {
    const gap = item.start - end;
    end = item.end;
    return { row: item.index, gap, start: item.start };
  });
  return { shown, rest: Math.max(0, top + virtualizer.getTotalSize() - end), top, measure: virtualizer.measureElement };
}

const hasDetails = ({ description, tags, due_date, list_id }: Task) => Boolean(description || tags.length || due_date || list_id);
