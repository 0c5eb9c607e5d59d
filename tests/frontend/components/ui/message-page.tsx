import type { ReactNode } from "react";

import styles from "./message-page.module.css";
import { Wordmark } from "./wordmark";

interface Props {
  title: string;
  text: string;
  /** Links and buttons. */
  children: ReactNode;
}

/** A page with a message instead of its content. */
export function MessagePage({ title, text, children }: Props) {
  return (
    <main className={styles.page}>
      <Wordmark />
      <h1>{title}</h1>
      <p className="muted">{text}</p>
      <div className={styles.actions}>{children}</div>
    </main>
  );
}
