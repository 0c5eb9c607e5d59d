import "./dom.ts";

import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { onTestFinished } from "vitest";

/** Renders into the document under Strict Mode, until the test ends. */
export function render(node: ReactNode) {
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  const rerender = (next: ReactNode) => root.render(<StrictMode>{next}</StrictMode>);
  rerender(node);
  const unmount = () => root.unmount();
  onTestFinished(unmount);
  return { rerender, unmount };
}

/** A component that calls a hook, and all its results. */
export function probe<Result>(hook: () => Result) {
  const results: Result[] = [];
  function Probe() {
    results.push(hook());
    return null;
  }
  return { Probe, results, latest: () => results.at(-1)! };
}
