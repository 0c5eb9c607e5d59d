import { useEffect, useEffectEvent } from "react";

interface Options {
  /** Whether a key that is held down repeats its action. */
  repeats?: boolean;
}

/** Runs the action of a key, unless the user is typing or a dialog is open. */
export function useShortcuts(shortcuts: Record<string, () => void>, { repeats = false }: Options = {}) {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const run = shortcuts[event.key];
    if (!run || event.defaultPrevented || hasModifier(event) || isHandled(event)) return;
    if (event.repeat && !repeats) return;
    event.preventDefault();
    if (!repeats) suppressRepeats(event.key);
    run();
  });
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Prevents a key that is held down from typing into the element that it has opened. */
export function suppressRepeats(key: string) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.repeat || event.key !== key) return document.removeEventListener("keydown", onKeyDown, true);
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("keydown", onKeyDown, true);
}

/** Ignores Shift, which many keyboard layouts need for "?" and "/". */
export function hasModifier({ ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, "ctrlKey" | "metaKey" | "altKey">) {
  return ctrlKey || metaKey || altKey;
}

/** Whether the focused element handles the key itself. */
function isHandled({ key, target, isComposing }: KeyboardEvent): boolean {
  if (isComposing || document.querySelector("dialog[open]")) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input[type=radio]")) return key.startsWith("Arrow");
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}
