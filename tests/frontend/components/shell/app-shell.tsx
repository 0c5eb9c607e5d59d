import type { ReactNode } from "react";

import styles from "./app-shell.module.css";
import { Drawer } from "./drawer";

interface Props {
  sidebar: ReactNode;
  isDrawerOpen: boolean;
  onDrawer: (open: boolean) => void;
  children: ReactNode;
}

/** The frame of the application: the sidebar at the left and the main column. On a narrow screen the sidebar is a drawer. */
export function AppShell({ sidebar, isDrawerOpen, onDrawer, children }: Props) {
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#tasks">
        Skip to the tasks
      </a>
      <header className={styles.sidebar}>{sidebar}</header>
      {isDrawerOpen && <Drawer onClose={() => onDrawer(false)}>{sidebar}</Drawer>}
      <main id="tasks" className={styles.main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
