import { useEffect, useEffectEvent, type MouseEvent, type ReactNode } from "react";

import { isOnVeil, Modal } from "@/components/ui/modal";

import styles from "./drawer.module.css";

interface Props {
  onClose: () => void;
  children: ReactNode;
}

/** The sidebar on a narrow screen. Escape, a click on the veil, a chosen link and a wider window close it. */
export function Drawer({ onClose, children }: Props) {
  const onWide = useEffectEvent((event: MediaQueryListEvent) => event.matches && onClose());
  useEffect(() => {
    const query = matchMedia("(min-width: 56rem)");
    query.addEventListener("change", onWide);
    return () => query.removeEventListener("change", onWide);
  }, []);

  function onClick(event: MouseEvent<HTMLDialogElement>) {
    const isChosen = event.target instanceof Element && event.target.closest("a, [data-closes-drawer]");
    if (isChosen || isOnVeil(event)) onClose();
  }

  return (
    <Modal className={styles.drawer} label="Menu" onClose={onClose} onClick={onClick}>
      {children}
    </Modal>
  );
}
