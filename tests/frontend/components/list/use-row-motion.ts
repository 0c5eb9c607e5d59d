import { useLayoutEffect, useRef, type RefObject } from "react";

import type { Rows } from "./rows";
import type { ShownRow } from "./use-virtual-rows";

/** In milliseconds. */
const DURATION = 180;

const isReduced = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Rows slide to their new places when one is added, removed or moved. Their places are known, so nothing is measured. */
export function useRowMotion(container: RefObject<HTMLElement | null>, rows: Rows, shown: ShownRow[], top: number) {
  const last = useRef<{ rows: Rows; top: number; starts: Map<string, number> }>(undefined);
  useLayoutEffect(() => {
    const starts = new Map(shown.flatMap(({ row, start }) => (start === undefined ? [] : [[rows.keyAt(row), start] as const])));
    const before = last.current;
    last.current = { rows, top, starts };
    // Larger differences are those of another view.
    if (!before || before.rows === rows || before.top !== top || Math.abs(before.rows.count - rows.count) > 1 || isReduced()) return;
    for (const row of container.current!.querySelectorAll<HTMLElement>("[data-index]")) {
      const key = rows.keyAt(Number(row.dataset.index));
      const distance = (before.starts.get(key) ?? NaN) - (starts.get(key) ?? NaN);
      if (!distance || Math.abs(distance) > window.innerHeight) continue;
      row.animate([{ transform: `translateY(${distance}px)` }, { transform: "none" }], { duration: DURATION, easing: "ease-out" });
    }
  });
}

/** Shows a copy of a row that fades, while the row is removed at once. */
export function fadeCopy(row: HTMLElement, layer: HTMLElement): void {
  if (isReduced()) return;
  const copy = document.createElement("div");
  copy.className = row.className;
  copy.inert = true;
  copy.append(...row.cloneNode(true).childNodes);
  copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  Object.assign(copy.style, { position: "absolute", top: `${row.offsetTop}px`, insetInline: "0", height: `${row.offsetHeight}px` });
  layer.append(copy);
  if (copy.querySelector("input")?.checked) {
    const check = copy.querySelector("input + svg")!;
    check.animate([{ strokeDashoffset: 1 }, { strokeDashoffset: 0 }], { duration: DURATION / 2, easing: "ease-out" });
  }
  const fading = copy.animate([{ opacity: 1 }, { opacity: 1 }, { opacity: 0 }], DURATION);
  fading.onfinish = () => copy.remove();
}
