import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

import styles from "./dialog.module.css";

interface Props {
  heading: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  /** It does not close now. */
  held?: boolean;
}

/** A modal dialog, open for as long as it is there. Escape closes it, and the focus goes back to where it was. */
export function Dialog({ heading, onClose, children, wide, held }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    // Closed before it leaves the document: only then does the browser give the focus back.
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={ref}
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      aria-labelledby={id}
      // The key comes first: who presses it a second time is not asked by `cancel` any more.
      onKeyDown={(event) => held && event.key === "Escape" && event.preventDefault()}
      onCancel={(event) => held && event.preventDefault()}
      // Strict Mode closes it and opens it again, and the event of that comes late.
      onClose={(event) => event.currentTarget.open || onClose()}
    >
      <h2 id={id}>{heading}</h2>
      {children}
    </dialog>
  );
}
