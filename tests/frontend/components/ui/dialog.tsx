import { useId, type ReactNode } from "react";

import styles from "./dialog.module.css";
import { Modal } from "./modal";

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
  const id = useId();
  return (
    <Modal
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      labelledBy={id}
      locked={locked}
      onClose={onClose}
    >
      <h2 id={id}>{heading}</h2>
      {children}
    </Modal>
  );
}
