import { useEffect, useEffectEvent, type RefObject } from "react";

/** Calls a function when the user clicks outside of an element, or leaves it with the keyboard. */
export function useLeave(ref: RefObject<HTMLElement | null>, onLeave: () => void) {
  const leave = useEffectEvent(onLeave);
  useEffect(() => {
    const element = ref.current!;
    let isPointer = false;
    const onPointer = () => (isPointer = true);
    const onKey = () => (isPointer = false);
    // Not already when the button is pressed: the rows below would move away from the pointer before it is released.
    const onClick = (event: MouseEvent) => event.composedPath().includes(element) || leave();
    const onFocusOut = ({ relatedTarget }: FocusEvent) => {
      if (!isPointer && relatedTarget instanceof Node && !element.contains(relatedTarget)) leave();
    };
    // Before the click opens the editor of another row. The click that has opened this one has passed the document already.
    document.addEventListener("click", onClick, true);
    document.addEventListener("pointerdown", onPointer, true);
    document.addEventListener("keydown", onKey, true);
    element.addEventListener("focusout", onFocusOut);
    return () => {
      document.removeEventListener("click", onClick, true);
      document.removeEventListener("pointerdown", onPointer, true);
      document.removeEventListener("keydown", onKey, true);
      element.removeEventListener("focusout", onFocusOut);
    };
  }, [ref]);
}
