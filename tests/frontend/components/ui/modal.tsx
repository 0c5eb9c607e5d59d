import { useLayoutEffect, useRef, type MouseEvent, type ReactNode } from "react";

interface Props {
  className?: string;
  /** The accessible name, unless a heading has it. */
  label?: string;
  /** The id of the heading. */
  labelledBy?: string;
  /** It cannot be closed now. */
  locked?: boolean;
  onClose: () => void;
  onClick?: (event: MouseEvent<HTMLDialogElement>) => void;
  children: ReactNode;
}

/** A modal dialog without a design, open while it is mounted. Escape closes it, and the previous focus is restored. */
export function Modal({ className, label, labelledBy, locked, onClose, onClick, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    // The browser scrolls to the first control, which can be at the end.
    dialog.scrollTop = 0;
    // The browser restores the focus only if the dialog is closed before it is removed.
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={ref}
      className={className}
      aria-label={label}
      aria-labelledby={labelledBy}
      // Handles the key as well, because browsers send no `cancel` for a second Escape.
      onKeyDown={(event) => locked && event.key === "Escape" && event.preventDefault()}
      onCancel={(event) => locked && event.preventDefault()}
      // Strict Mode closes and reopens it; the event arrives after that.
      onClose={(event) => event.currentTarget.open || onClose()}
      onClick={onClick}
    >
      {children}
    </dialog>
  );
}

/** Whether a click is outside of the modal dialog that received it, on its veil. */
export function isOnVeil({ target, currentTarget, clientX, clientY }: MouseEvent<HTMLDialogElement>): boolean {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
