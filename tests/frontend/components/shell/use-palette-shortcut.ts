import { useEffect, useEffectEvent } from "react";

/** Runs an action on Ctrl+K or ⌘K, also while the user is typing, unless a dialog is open. */
export function usePaletteShortcut(onOpen: () => void) {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (!isPaletteKey(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    // Browsers open their search or address field.
    event.preventDefault();
    if (!event.repeat) onOpen();
  });
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether it is Ctrl+K or ⌘K. */
export function isPaletteKey({ key, ctrlKey, metaKey, altKey, shiftKey }: Key): boolean {
  return key.toLowerCase() === "k" && ctrlKey !== metaKey && !altKey && !shiftKey;
}

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;
