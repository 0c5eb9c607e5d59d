import { useLayoutEffect, useState, type RefObject } from "react";

/** Below this width, in pixels, the details of a task are beneath its title. The style sheets have the same number. */
const NARROW = 640;

/** Where the list begins on the page, in pixels, and whether it is narrow. */
export function useListBox(container: RefObject<HTMLElement | null>): { top: number; isNarrow: boolean } {
  const [box, setBox] = useState({ top: 0, isNarrow: false });
  useLayoutEffect(() => {
    const measure = () => {
      const { top, width } = container.current!.getBoundingClientRect();
      const now = { top: Math.round(top + window.scrollY), isNarrow: width < NARROW };
      setBox((last) => (last.top === now.top && last.isNarrow === now.isNarrow ? last : now));
    };
    measure();
    // What is above the list changes the height of the page, too.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    observer.observe(container.current!);
    return () => observer.disconnect();
  }, [container]);
  return box;
}
