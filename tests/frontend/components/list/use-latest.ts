import { useLayoutEffect, useRef, type RefObject } from "react";

/** A reference to the value of the latest render, for callbacks that stay the same. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}
