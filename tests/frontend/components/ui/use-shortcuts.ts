import { useEffect, useEffectEvent } from "react";

interface Options {
  /** Whether a key that is held down goes on. */
  repeats?: boolean;
}

/** Runs what belongs to a key, unless somebody is typing or a dialog is open. */
export function useShortcuts(shortcuts: Record<string, () => void>, { repeats = false }: Options = {}) {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const run = shortcuts[event.key];
    if (!run || event.defaultPrevented || hasModifier(event) || isTaken(event)) return;
    if (event.repeat && !repeats) return;
    event.preventDefault();
    if (!repeats) swallowRepeats(event.key);
    run();
  });
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Keeps a key that is held down from typing into what it has opened. */
export function swallowRepeats(key: string) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.repeat || event.key !== key) return document.removeEventListener("keydown", onKeyDown, true);
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("keydown", onKeyDown, true);
}

/** Shift is none: on many keyboards "?" and "/" need it. */
export function hasModifier({ ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, "ctrlKey" | "metaKey" | "altKey">) {
  return ctrlKey || metaKey || altKey;
}

/** Whether the key means something to where it was pressed. */
function isTaken({ key, target, isComposing }: KeyboardEvent): boolean {
  if (isComposing || document.querySelector("dialog[open]")) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input[type=radio]")) return key.startsWith("Arrow");
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}
