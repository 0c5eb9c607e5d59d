import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

import styles from "./dialog.module.css";

interface Props {
  heading: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  /** The dialog cannot be closed now. */
  locked?: boolean;
}

/** A modal dialog, open while it is mounted. Escape closes it, and the previous focus is restored. */
export function Dialog({ heading, onClose, children, wide, locked }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    // The browser restores the focus only if the dialog is closed before it is removed.
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={ref}
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      aria-labelledby={id}
      // Handles the key as well, because browsers send no `cancel` for a second Escape.
      onKeyDown={(event) => locked && event.key === "Escape" && event.preventDefault()}
      onCancel={(event) => locked && event.preventDefault()}
      // Strict Mode closes and reopens it; the event arrives after that.
      onClose={(event) => event.currentTarget.open || onClose()}
    >
      <h2 id={id}>{heading}</h2>
      {children}
    </dialog>
  );
}
